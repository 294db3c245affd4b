"""Whose a signature is: every page of an officer, for everybody who might try its address."""

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from signatories.models import Representative, Signature
from tests.accounts.people import sign_in_as_staff
from tests.factories import RepresentativeFactory, SignatureFactory, UserFactory, current_version

PEOPLE = ["stranger", "submitter", "colleague", "other council", "unverified", "moderator", "administrator"]

# What each of PEOPLE, in this order, gets of each page for GET (and HEAD) and for POST, by the status
# of the signature: . the page or its redirect, s sent to sign in, a not there, m no such method.
TABLE = """
sign_up             draft              s..aaaa  smmmmmm
check_answers       draft              s..aaaa  s..aaaa
question            draft              s..aaaa  s..aaaa
submitted           submitted          s..aaaa  smmmmmm
withdraw            submitted          s..aaaa  s..aaaa
resend_to_approver  awaiting_approver  smmmmmm  s..aaaa
correct_approver    awaiting_approver  s..aaaa  s..aaaa
start_again         declined           smmmmmm  s..aaaa
sign_as_officer     awaiting_approver  s..aaaa  s..aaaa
report_progress     published          s..aaaa  s..aaaa
check_progress      published          s..aaaa  s..aaaa
add_commitment      published          s..aaaa  s..aaaa
addition_question   published          s..aaaa  s..aaaa
check_addition      published          s..aaaa  s..aaaa
withdraw_addition   published          s..aaaa  s..aaaa
edit_commitment     published          s..aaaa  s..aaaa
edit_question       published          s..aaaa  s..aaaa
submit_edit         published          s..aaaa  s..aaaa
withdraw_edit       published          s..aaaa  s..aaaa
hand_over           published          s..aaaa  s..aaaa
take_back_handover  published          smmmmmm  s..aaaa
stop_acting         published          s..aaaa  s..aaaa
confirm_contact     published          s..aaaa  s..aaaa
"""
# Of what is published, for everybody.
PUBLIC = {"certificate", "certificate_file"}
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CASES = [
    pytest.param(name, status, method, person, outcomes[n], id=f"{method}-{name}-{person}")
    for name, status, get, post in ROWS
    for method, outcomes in (("GET", get), ("HEAD", get), ("POST", post))
    for n, person in enumerate(PEOPLE)
]
OUTCOMES = {".": {200, 302, 409}, "a": {404}, "m": {405}, "s": {302}}


def browser_of(person, signature):
    if person == "stranger":
        return Client()
    if person in {"moderator", "administrator"}:
        return sign_in_as_staff(Client(), UserFactory(role=person))
    users = {
        "submitter": lambda: signature.started_by.user,
        "colleague": lambda: RepresentativeFactory(organisation=signature.organisation).user,
        "other council": lambda: SignatureFactory().started_by.user,
        "unverified": lambda: (
            RepresentativeFactory(organisation=signature.organisation, unverified=True).user
        ),
    }
    browser = Client()
    browser.force_login(users[person]())
    return browser


def address(name, signature):
    slug = ["title"] if name.endswith("question") else []
    return reverse(name, args=[signature.reference, *slug])


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "status", "method", "person", "outcome"), CASES)
def test_reach_a_page_of_a_signature(name, status, method, person, outcome):
    current_version()
    signature = SignatureFactory(**({} if status == "draft" else {status: True}))
    browser = browser_of(person, signature)
    before = Signature.objects.filter(pk=signature.pk).values().get()
    answer = browser.generic(method, address(name, signature))
    assert answer.status_code in OUTCOMES[outcome]
    sent_to_sign_in = answer.headers.get("Location", "").startswith("/account/login/")
    assert sent_to_sign_in == (outcome == "s")
    if method != "POST" or outcome != ".":
        assert Signature.objects.filter(pk=signature.pk).values().get() == before


def test_table_holds_every_address_of_a_signature():
    names = {
        name
        for name in get_resolver().reverse_dict
        if isinstance(name, str)
        for ways in get_resolver().reverse_dict.getlist(name)
        for _, parameters in ways[0]
        if "reference" in parameters
    }
    assert {row[0] for row in ROWS} == names - PUBLIC


@pytest.mark.django_db
def test_unverified_officer_has_a_draft_of_their_own_that_colleagues_do_not_see(signed_in):
    stranger = RepresentativeFactory(unverified=True)
    private = SignatureFactory(organisation=stranger.organisation, started_by=stranger, private=True)
    colleague = RepresentativeFactory(organisation=stranger.organisation)
    page = reverse("check_answers", args=[private.reference])
    assert signed_in(stranger).get(page).status_code == 200
    assert signed_in(colleague).get(page).status_code == 404
    assert private.reference in signed_in(stranger).get("/dashboard/").content.decode()
    assert private.reference not in signed_in(colleague).get("/dashboard/").content.decode()


@pytest.mark.django_db
def test_colleague_sees_what_a_stranger_handed_in_but_not_what_they_threw_away(signed_in):
    stranger = RepresentativeFactory(unverified=True)
    mine = {"organisation": stranger.organisation, "started_by": stranger, "private": True}
    thrown_away = SignatureFactory(**mine, status="withdrawn")
    handed_in = SignatureFactory(**mine, submitted=True)
    colleague = RepresentativeFactory(organisation=stranger.organisation)
    page = signed_in(colleague).get("/dashboard/").content.decode()
    assert handed_in.reference in page
    assert thrown_away.reference not in page


@pytest.mark.django_db
def test_representative_who_left_their_account_sees_nothing(signed_in):
    signature = SignatureFactory()
    browser = signed_in(signature.started_by)
    page = reverse("check_answers", args=[signature.reference])
    assert browser.get(page).status_code == 200
    Representative.objects.filter(pk=signature.started_by_id).update(user=None)
    assert browser.get(page).status_code == 404


# Extra form fields.

EXTRA = {
    "status": "published",
    "is_shared": "",
    "organisation": "1",
    "started_by": "1",
    "submitted_by": "1",
    "submitted_at": "2020-01-01",
    "signed_at": "2020-01-01",
    "accepted_at": "2020-01-01",
    "version": "1",
    "wording_hash": "0" * 64,
    "reference": "LDD-2222-2222",
    "approver_name": "Eve",
    "approver_job_title": "Eve",
    "approver_email": "eve@evil.example",
    "approver_link_key": "eve",
    "publish_signer_name": "on",
    "title": "Taken over",
    "mission": "Taken over",
    "impact": "Taken over",
    "email": "eve@evil.example",
    "is_verified": "on",
    "user": "1",
    "full_name": "Eve",
    "phone": "0999 999999",
    "id": "1",
    "pk": "1",
}
ANSWERS = {
    "you": {"full_name": "New Name", "job_title": "New job", "phone": "", "team_mailbox": ""},
    "title": {"title": "A new title"},
    "mission": {"mission": "A new mission"},
    "impact": {"impact": "A new impact"},
    "open-to-others": {"open_to_others": "False"},
    "consents": {"publish_signer_name": "on"},
    "decision": {"minutes_url": "https://example.gov.uk/minutes"},
}


def everything(signature):
    return {
        **{f"signature.{k}": v for k, v in Signature.objects.filter(pk=signature.pk).values().get().items()},
        **{f"commitment.{k}": v for k, v in signature.commitments.values().get().items()},
        **{
            f"officer.{k}": v
            for k, v in Representative.objects.values().get(pk=signature.started_by_id).items()
        },
    }


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ANSWERS)
def test_save_one_answer_with_extra_fields_changes_that_answer_alone(slug, signed_in):
    signature = SignatureFactory()
    page = reverse("question", args=[signature.reference, slug])
    before = everything(signature)
    answer = signed_in(signature.started_by).post(page, {**EXTRA, **ANSWERS[slug]})
    assert answer.status_code == 302
    after = everything(signature)
    changed = {name.split(".")[1] for name in before if before[name] != after[name]}
    may_change = set(ANSWERS[slug]) | {"updated_at", "consents_given_at"}
    assert set() != changed <= may_change
    assert after["signature.status"] == "draft"


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "status"), [("check_answers", "draft"), ("withdraw", "submitted")])
def test_press_a_button_with_extra_fields_does_what_the_button_says(name, status, signed_in):
    current_version()
    signature = SignatureFactory(**({} if status == "draft" else {status: True}))
    before = everything(signature)
    signed_in(signature.started_by).post(reverse(name, args=[signature.reference]), EXTRA)
    after = everything(signature)
    changed = {field.split(".")[1] for field in before if before[field] != after[field]}
    expected = {
        "check_answers": {"status", "submitted_at", "submitted_by_id", "updated_at"},
        "withdraw": {"status", "ended_at", "updated_at"},
    }
    assert changed == expected[name]
    assert after["signature.status"] == {"check_answers": "submitted", "withdraw": "withdrawn"}[name]


@pytest.mark.django_db
def test_other_peoples_approver_stays_when_an_officer_corrects_their_own(signed_in):
    mine, theirs = SignatureFactory(awaiting_approver=True), SignatureFactory(awaiting_approver=True)
    before = everything(theirs)
    bo = "bo@" + mine.approver_email.partition("@")[2]
    fields = {"name": "Bo", "job_title": "Leader", "email": bo, "capacity": "leader"}
    extra = {"signature": theirs.pk, "reference": theirs.reference, "by": theirs.started_by_id}
    answer = signed_in(mine.started_by).post(
        reverse("correct_approver", args=[mine.reference]), {**extra, **fields}
    )
    assert answer.headers["Location"] == "/dashboard/?corrected"
    assert everything(theirs) == before
    mine.refresh_from_db()
    assert mine.approver_email == bo
