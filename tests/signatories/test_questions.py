"""The questions of the sign-up: errors beside the field, what was typed stays, and colleagues meanwhile."""

import pytest
from bs4 import BeautifulSoup
from django.forms import CharField
from django.utils import timezone

from signatories import signing
from signatories.completeness import unanswered
from signatories.forms.approval import CorrectApproverForm, DeclineForm, SignForm
from signatories.forms.organisations import ProposalForm
from signatories.models import Commitment, Organisation, OrganisationAlias, Representative, Signature
from signatories.views.questions import ORDER, QUESTIONS
from tests.factories import (
    OrganisationFactory,
    RepresentativeFactory,
    ServiceAreaFactory,
    SignatureFactory,
)
from tests.html import assert_good_page
from tests.signatories.asking import errors_of, page_of

pytestmark = pytest.mark.django_db


ERRORS = [
    ("you", {}, {"full_name": "Enter your full name", "job_title": "Enter your job title"}),
    (
        "you",
        {"full_name": "Kim", "job_title": "Lead", "phone": "123"},
        {"phone": "Enter a phone number, like 020 7946 0000 or +44 20 7946 0000"},
    ),
    (
        "you",
        {"full_name": "Kim", "job_title": "Lead", "team_mailbox": "not an address"},
        {"team_mailbox": "Enter an email address in the correct format, like team@example.gov.uk"},
    ),
    ("title", {"title": "  "}, {"title": "Enter a title for your commitment"}),
    ("mission", {}, {"mission": "Enter what you will deliver and how"}),
    ("impact", {}, {"impact": "Enter who will benefit and how you will know"}),
    ("principles", {}, {"principles": "Select at least one principle"}),
    ("service-areas", {}, {"service_areas": "Select at least one service area"}),
    ("open-to-others", {}, {"open_to_others": "Select yes if you are willing to talk to others"}),
    (
        "approver",
        {},
        {
            "approver_is_officer": "Select who will sign",
            "approver_capacity": "Select in what capacity they sign",
        },
    ),
    (
        "approver",
        {"approver_is_officer": "False", "approver_capacity": "leader"},
        {
            "approver_name": "Enter the full name of the person who will sign",
            "approver_job_title": "Enter the job title of the person who will sign",
            "approver_email": "Enter the email address of the person who will sign",
        },
    ),
    (
        "decision",
        {"decided_on_day": "14", "decided_on_month": "10", "decided_on_year": "1066"},
        {"decided_on_day": "The date of the decision must be in 2018 or later"},
    ),
    (
        "decision",
        {"minutes_url": "not a link at all"},
        {"minutes_url": "Enter a web address, like https://www.example.gov.uk/minutes"},
    ),
]


@pytest.mark.parametrize(("slug", "typed", "messages"), ERRORS)
def test_show_an_error_beside_its_field_and_keep_what_was_typed(slug, typed, messages, officer, draft):
    response = officer.post(page_of(draft, slug), typed)
    assert response.status_code == 200
    assert errors_of(response) == messages
    soup = assert_good_page(response.content.decode())
    for name, value in typed.items():
        shown = [t.get("value") for t in soup.find_all("input", {"name": name})]
        assert (
            value in shown
            or value in [t.get_text().strip() for t in soup.find_all("textarea")]
            or not value.strip()
        )


def test_every_question_is_a_good_page(officer, draft):
    for slug in ORDER:
        response = officer.get(page_of(draft, slug))
        assert response.status_code == 200
        assert_good_page(response.content.decode())


ANSWERS = {
    "you": (
        {"full_name": "Kim Lee", "job_title": "Lead", "phone": "+44 20 7946 0000"},
        {"full_name": "Kim Lee"},
    ),
    "title": ({"title": "A title"}, {"title": "A title"}),
    "mission": ({"mission": "One\r\nTwo"}, {"mission": "One\nTwo"}),
    "impact": ({"impact": "Impact"}, {"impact": "Impact"}),
    "open-to-others": ({"open_to_others": "False"}, {"open_to_others": False}),
    "approver": (
        {
            "approver_is_officer": "False",
            "approver_name": "Ada",
            "approver_job_title": "Chief",
            "approver_email": "Ada@Example.GOV.UK",
            "approver_capacity": "leader",
        },
        {"approver_email": "ada@example.gov.uk", "approver_capacity": "leader"},
    ),
    "decision": (
        {"decided_on_0": "", "minutes_url": "example.gov.uk/minutes"},
        {"minutes_url": "https://example.gov.uk/minutes", "decided_on": None},
    ),
    "consents": ({}, {"publish_signer_name": False, "newsletter_wanted": False}),
}


@pytest.mark.parametrize("slug", ANSWERS)
def test_keep_a_good_answer_and_go_on(slug, officer, draft):
    typed, kept = ANSWERS[slug]
    response = officer.post(page_of(draft, slug), typed)
    following = [*ORDER, "check"][ORDER.index(slug) + 1]
    assert response.headers["Location"] == page_of(draft, following)
    [question] = [q for q in QUESTIONS if q.slug == slug]
    record = {
        "officer": Representative.objects.get(pk=draft.started_by_id),
        "commitment": Commitment.objects.get(signature=draft),
        "signature": Signature.objects.get(pk=draft.pk),
    }[question.about]
    assert {name: getattr(record, name) for name in kept} == kept


@pytest.mark.parametrize("phone", ["020 7946 0000", "(0113) 496-0000 ext. 12", "+44 113 4960000 X7"])
def test_take_a_phone_number_as_people_write_it(phone, officer, draft):
    officer.post(page_of(draft, "you"), {"full_name": "Kim", "job_title": "Lead", "phone": phone})
    assert Representative.objects.get(pk=draft.started_by_id).phone == phone


def test_save_and_come_back_later_leads_to_the_dashboard(officer, draft):
    response = officer.post(page_of(draft, "title"), {"title": "Half", "later": "yes"})
    assert response.headers["Location"] == f"/dashboard/?saved={draft.reference}"


@pytest.mark.parametrize("slug", ORDER)
def test_leave_any_question_half_answered_and_find_that_half_again(slug, signed_in, version):
    unanswered_draft = signing.start_draft(representative=RepresentativeFactory(full_name="", job_title=""))
    browser = signed_in(unanswered_draft.started_by)
    half = {"you": {"full_name": "Kim"}, "approver": {"approver_is_officer": "False", "approver_name": "Ada"}}
    page = page_of(unanswered_draft, slug)
    left = browser.post(page, {**half.get(slug, {}), "later": "yes"})
    assert left.headers["Location"] == f"/dashboard/?saved={unanswered_draft.reference}"
    shown = BeautifulSoup(browser.get(page).content, "html5lib")
    for name, typed in half.get(slug, {}).items():
        assert typed in {box["value"] for box in shown.select(f"[name={name}]")}
    if slug not in {"partners", "decision", "consents"}:
        stored = Signature.objects.get(pk=unanswered_draft.pk)
        assert slug in unanswered(stored, Representative.objects.get(pk=stored.started_by_id))
    too_long = browser.post(page_of(unanswered_draft, "title"), {"title": "x" * 151, "later": "yes"})
    assert list(errors_of(too_long)) == ["title"]


def test_answer_that_staff_have_read_cannot_be_emptied(signed_in, version):
    signature = SignatureFactory(changes_requested=True)
    response = signed_in(signature.started_by).post(
        page_of(signature, "title"), {"title": "", "later": "yes"}
    )
    assert errors_of(response) == {"title": "Enter a title for your commitment"}


def test_change_from_the_check_page_leads_back_there(officer, draft):
    response = officer.post(f"{page_of(draft, 'title')}?change", {"title": "Changed"})
    assert response.headers["Location"] == page_of(draft, "check")


def test_every_answer_has_a_link_to_change_it(officer, draft):
    soup = assert_good_page(officer.get(page_of(draft, "check")).content.decode())
    linked = {a["href"].split("/")[3] for a in soup.select(".govuk-summary-list__actions a")}
    assert linked == set(ORDER)


@pytest.mark.parametrize(
    ("field", "slug"),
    [
        ("title", "title"),
        ("mission", "mission"),
        ("target_date", "target-date"),
        ("open_to_others", "open-to-others"),
    ],
)
def test_submit_with_an_answer_missing_names_the_question(field, slug, officer, draft):
    empty = {"target_date": None, "open_to_others": None}.get(field, "")
    Commitment.objects.filter(signature=draft).update(**{field: empty})
    assert unanswered(Signature.objects.get(pk=draft.pk), draft.started_by) == [slug]
    assert officer.get(f"/sign/{draft.reference}/").headers["Location"] == page_of(draft, slug)
    response = officer.post(page_of(draft, "check"))
    soup = BeautifulSoup(response.content, "html5lib")
    assert [a["href"] for a in soup.select(".govuk-error-summary a")] == [f"{page_of(draft, slug)}?change"]
    assert soup.title.get_text(strip=True).startswith("Error: ")
    assert Signature.objects.get(pk=draft.pk).status == "draft"


def test_submit_after_the_target_date_passed_asks_for_it_again(officer, draft):
    Commitment.objects.filter(signature=draft).update(target_date=timezone.localdate())
    officer.post(page_of(draft, "check"))
    assert Signature.objects.get(pk=draft.pk).status == "draft"


# Partners, service areas, lengths.


@pytest.mark.parametrize(
    "typed", ["Leeds City Council", "leeds city council", "LEEDS CITY COUNCIL", " Leeds City Council "]
)
def test_partners_of_the_register_become_links_whatever_their_case(typed, officer, draft):
    leeds = OrganisationFactory(name="Leeds City Council", slug="leeds")
    OrganisationFactory(name="Proposed Trust", proposed=True)
    officer.post(
        page_of(draft, "partners"), {"partners": f"{typed}\r\nA library\r\n\r\nA library\r\nProposed Trust"}
    )
    commitment = draft.commitments.get()
    assert list(commitment.partner_organisations.all()) == [leeds]
    assert commitment.partner_lines == ["A library", "Proposed Trust"]
    again = officer.get(page_of(draft, "partners"))
    area = BeautifulSoup(again.content, "html5lib").find("textarea", {"name": "partners"})
    assert area.get_text().strip().splitlines() == ["Leeds City Council", "A library", "Proposed Trust"]
    officer.post(page_of(draft, "partners"), {"partners": ""})
    assert (commitment.partner_organisations.count(), draft.commitments.get().partners) == (0, "")


def test_partner_is_found_by_another_name_that_only_it_has(officer, draft):
    bradford, other = OrganisationFactory(), OrganisationFactory()
    for organisation, name in (
        (bradford, "Bradford City Council"),
        (bradford, "The Park"),
        (other, "the park"),
    ):
        OrganisationAlias.objects.create(organisation=organisation, name=name)
    officer.post(page_of(draft, "partners"), {"partners": "bradford city council\r\nThe Park"})
    commitment = draft.commitments.get()
    assert list(commitment.partner_organisations.all()) == [bradford]
    assert commitment.partner_lines == ["The Park"]


def test_own_organisation_is_no_partner(officer, draft):
    own = draft.organisation.name
    response = officer.post(page_of(draft, "partners"), {"partners": f"A library\r\n {own.upper()} "})
    assert errors_of(response) == {"partners": f"{own} is your own organisation. Name only others"}


def test_retired_service_area_is_not_offered(officer, draft):
    kept, retired = ServiceAreaFactory(), ServiceAreaFactory(retired_at=timezone.now())
    soup = BeautifulSoup(officer.get(page_of(draft, "service-areas")).content, "html5lib")
    offered = [box["value"] for box in soup.find_all("input", {"name": "service_areas"})]
    assert str(kept.pk) in offered and str(retired.pk) not in offered
    assert errors_of(officer.post(page_of(draft, "service-areas"), {"service_areas": [retired.pk]}))


LENGTHS = {
    (SignForm, "name"): (Representative, "full_name"),
    (SignForm, "job_title"): (Representative, "job_title"),
    (DeclineForm, "reason"): (Signature, "decline_reason"),
    (CorrectApproverForm, "name"): (Signature, "approver_name"),
    (CorrectApproverForm, "job_title"): (Signature, "approver_job_title"),
    (CorrectApproverForm, "email"): (Signature, "approver_email"),
    (ProposalForm, "name"): (Organisation, "name"),
    (ProposalForm, "website"): (Organisation, "website"),
    (ProposalForm, "note"): (Organisation, "proposal_note"),
}


@pytest.mark.parametrize(("form", "field"), LENGTHS, ids=lambda value: getattr(value, "__name__", value))
def test_form_takes_no_more_than_the_column(form, field):
    model, column = LENGTHS[form, field]
    limit = form.base_fields[field].max_length
    assert limit is not None and limit <= model._meta.get_field(column).max_length


def test_every_text_of_a_question_has_the_limit_of_its_column():
    for question in QUESTIONS:
        model = question.form._meta.model
        for name, field in question.form.base_fields.items():
            if isinstance(field, CharField) and name != "seen":
                assert field.max_length == model._meta.get_field(name).max_length, name


def test_text_of_the_longest_length_is_kept_and_one_more_is_refused(officer, draft):
    for slug, length in (("title", 150), ("mission", 3000), ("impact", 3000)):
        assert officer.post(page_of(draft, slug), {slug: "é" * length}).status_code == 302
        response = officer.post(page_of(draft, slug), {slug: "é" * (length + 1)})
        assert list(errors_of(response)) == [slug]
        assert len(getattr(draft.commitments.get(), slug)) == length


def test_text_of_many_lines_may_be_as_long_as_the_page_counts(officer, draft):
    lines = "\r\n".join(["a" * 29] * 100)
    assert officer.post(page_of(draft, "mission"), {"mission": lines}).status_code == 302
    assert len(draft.commitments.get().mission) == 2999


@pytest.mark.parametrize("key", ["9" * 30, "-1", "0", "x", "1e9", "999999999999999999"])
@pytest.mark.parametrize(
    ("slug", "field"), [("principles", "principles"), ("service-areas", "service_areas")]
)
def test_refuse_a_choice_that_nobody_offered(slug, field, key, officer, draft):
    before = list(getattr(draft.commitment, field).all())
    response = officer.post(page_of(draft, slug), {field: [key]})
    assert list(errors_of(response)) == [field]
    assert list(getattr(draft.commitments.get(), field).all()) == before
