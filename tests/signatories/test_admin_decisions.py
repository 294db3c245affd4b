"""Staff decide in the admin: with permission, by POST, about the submission they have read."""

from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import moderation, signing
from signatories.models import ModerationDecision, Signature
from tests.accounts.people import sign_in_as_staff
from tests.factories import ReasonFactory, SignatureFactory, UserFactory
from tests.html import assert_valid_html

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]

DECISIONS = {
    "accept": ("submitted", "awaiting_approver"),
    "request-changes": ("submitted", "changes_requested"),
    "reject": ("submitted", "rejected"),
    "take-down": ("published", "taken_down"),
}


def page_of(signature, decision):
    return reverse("admin:signatories_signature_decide", args=[signature.pk, decision])


def record_of(signature):
    return reverse("admin:signatories_signature_change", args=[signature.pk])


def form_on(browser, address, **answers):
    """Return what the form of a page would send, with these answers typed in."""
    soup = BeautifulSoup(browser.get(address).content.decode(), "html5lib")
    hidden = {tag["name"]: tag.get("value", "") for tag in soup.select("#content form input[type=hidden]")}
    assert "seen" in hidden
    notice = {"public_notice": "False"} if soup.select("input[name=public_notice]") else {}
    return {**hidden, **notice, **answers}


def written():
    rows = list(Signature.objects.order_by("pk").values())
    return rows, AuditEvent.objects.count(), Email.objects.count(), ModerationDecision.objects.count()


@pytest.mark.parametrize("decision", DECISIONS)
def test_decide(decision, staff, moderator):
    status, target = DECISIONS[decision]
    signature, reason = SignatureFactory(**{status: True}), ReasonFactory()
    address = page_of(signature, decision)
    assert_valid_html(staff.get(address).content.decode())
    words = {"note": "As we said."} if decision == "accept" else {"text": "As we said."}
    answer = staff.post(address, form_on(staff, address, reasons=[reason.pk], **words))
    assert answer.headers["Location"] == reverse("admin:signatories_signature_changelist")
    signature.refresh_from_db()
    taken = signature.decisions.get()
    assert (signature.status, taken.decided_by) == (target, moderator)
    assert taken.note == words.get("note", "")
    assert list(taken.reasons.all()) == ([] if decision == "accept" else [reason])
    told = Email.objects.filter(to=signature.started_by.email).get()
    assert (reason.text in told.text) == (decision != "accept")
    assert ("As we said." in told.text) == (decision != "accept")


@pytest.mark.parametrize("decision", DECISIONS)
def test_look_at_the_form_decides_nothing(decision, staff):
    signature = SignatureFactory(**{DECISIONS[decision][0]: True})
    before = written()
    for method in ("get", "head"):
        assert getattr(staff, method)(page_of(signature, decision)).status_code == 200
    assert written() == before


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("role", ["viewer", "editor", ""])
def test_refuse_a_decision_without_the_permission(decision, role):
    signature = SignatureFactory(**{DECISIONS[decision][0]: True})
    browser = Client()
    person = UserFactory(role=role)
    if role:
        sign_in_as_staff(browser, person)
    else:
        browser.force_login(person)
    before = written()
    seen = signature.submitted_at.isoformat()
    for method in ("get", "post"):
        answer = getattr(browser, method)(page_of(signature, decision), {"seen": seen, "note": "x"})
        assert answer.status_code in {403, 404}
    assert written() == before


def test_refuse_a_decision_without_the_forms_token(moderator):
    browser = sign_in_as_staff(Client(enforce_csrf_checks=True), moderator)
    signature = SignatureFactory(submitted=True)
    before = written()
    answer = browser.post(page_of(signature, "accept"), {"seen": signature.submitted_at.isoformat()})
    assert answer.status_code == 403
    assert written() == before


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("seen", ["", "yesterday", "2026-11-01T00:00:00+00:00"])
def test_refuse_a_decision_about_another_submission(decision, seen, staff):
    signature, reason = SignatureFactory(**{DECISIONS[decision][0]: True}), ReasonFactory()
    before = written()
    answer = staff.post(
        page_of(signature, decision), {"seen": seen, "reasons": [reason.pk], "text": "Mine", "note": "Mine"}
    )
    assert answer.status_code == 200
    assert BeautifulSoup(answer.content.decode(), "html5lib").find(class_="errornote")
    assert "Mine" in answer.content.decode()
    assert written() == before


def test_resubmission_meanwhile_is_noticed(staff, moderator):
    signature = SignatureFactory(submitted=True)
    form = form_on(staff, page_of(signature, "accept"), note="Fine")
    moderation.request_changes(
        signature=signature, by=moderator, seen=signature.submitted_at, reasons=[ReasonFactory()]
    )
    signing.submit(signature=signature, by=signature.started_by)
    answer = staff.post(page_of(signature, "accept"), form)
    assert "The officer has sent a new version" in answer.content.decode()
    signature.refresh_from_db()
    assert signature.status == "submitted"


@pytest.mark.parametrize("decision", ["request-changes", "reject", "take-down"])
def test_refuse_a_decision_that_would_tell_nobody_why(decision, staff):
    signature, internal = SignatureFactory(**{DECISIONS[decision][0]: True}), ReasonFactory(internal=True)
    address = page_of(signature, decision)
    before = written()
    for reasons in ([], [internal.pk]):
        answer = staff.post(address, form_on(staff, address, reasons=reasons))
        assert "Select a reason that the officer may read, or write a message" in answer.content.decode()
    for nonsense in ("9" * 30, "x", "-1"):
        assert staff.post(address, form_on(staff, address, reasons=[nonsense])).status_code == 200
    assert written() == before


def test_internal_reason_is_kept_from_the_officer(staff):
    signature, public, internal = (
        SignatureFactory(submitted=True),
        ReasonFactory(),
        ReasonFactory(internal=True),
    )
    address = page_of(signature, "reject")
    staff.post(address, form_on(staff, address, reasons=[public.pk, internal.pk]))
    email = Email.objects.get(message="tell_officer_rejected")
    for text in (email.text, email.html):
        assert public.text in text
        assert internal.text not in text and internal.title not in text
    assert internal.title in staff.get(record_of(signature)).content.decode()
    browser = Client()
    browser.force_login(signature.started_by.user)
    dashboard = browser.get("/dashboard/").content.decode()
    assert public.text in dashboard and internal.text not in dashboard


def test_reason_is_offered_only_where_it_fits(staff):
    changes, refusal = ReasonFactory(for_rejection=False), ReasonFactory(for_changes=False)
    signature = SignatureFactory(submitted=True)

    def offered(decision):
        soup = BeautifulSoup(staff.get(page_of(signature, decision)).content.decode(), "html5lib")
        return {int(box["value"]) for box in soup.select("input[name=reasons]")}

    assert offered("request-changes") == {changes.pk}
    assert offered("reject") == {refusal.pk}
    address = page_of(signature, "reject")
    before = written()
    staff.post(address, form_on(staff, address, reasons=[changes.pk]))
    assert written() == before


def test_second_moderator_learns_who_was_first(staff):
    signature = SignatureFactory(submitted=True)
    other = UserFactory(moderator=True, full_name="Sam Second")
    address = page_of(signature, "reject")
    form = form_on(staff, address, text="No")
    moderation.accept(signature=signature, by=other, seen=signature.submitted_at)
    before = written()
    answer = staff.post(address, form)
    text = (
        BeautifulSoup(answer.content.decode(), "html5lib").find(class_="errornote").get_text(" ", strip=True)
    )
    assert "Nothing was done. The status is “Waiting for the approver” now." in text
    assert "Sam Second decided" in text
    assert written() == before


def test_decide_about_what_came_in_in_the_hour_that_comes_twice(staff):
    moment = datetime(2026, 10, 25, 0, 30, 15, 123456, tzinfo=UTC)
    for came_in in (moment, moment.replace(hour=1)):
        signature = SignatureFactory(submitted=True, submitted_at=came_in)
        address = page_of(signature, "accept")
        staff.post(address, form_on(staff, address))
        signature.refresh_from_db()
        assert signature.status == "awaiting_approver"


def test_proposed_organisation_is_confirmed_before_it_is_accepted(staff, moderator):
    signature = SignatureFactory(submitted=True, organisation__proposed=True)
    address = page_of(signature, "accept")
    answer = staff.post(address, form_on(staff, address))
    assert "Confirm it on the record" in answer.content.decode()
    confirm = reverse("admin:signatories_signature_confirm_organisation", args=[signature.pk])
    assert staff.get(confirm).status_code == 405
    for _ in range(2):
        assert staff.post(confirm).headers["Location"] == record_of(signature)
    organisation = signature.organisation
    organisation.refresh_from_db()
    assert (organisation.confirmed_by, organisation.is_awaiting_confirmation) == (moderator, False)
    assert [event.verb for event in AuditEvent.objects.about(organisation)] == ["confirm"]
    assert staff.post(address, form_on(staff, address)).status_code == 302


def test_officer_is_verified_once_by_post(staff, moderator):
    signature = SignatureFactory(submitted=True)
    officer = signature.started_by
    officer.is_verified = False
    officer.save()
    verify = reverse("admin:signatories_signature_verify_officer", args=[signature.pk])
    assert staff.get(verify).status_code == 405
    for _ in range(2):
        staff.post(verify)
    officer.refresh_from_db()
    assert officer.is_verified
    assert [e.actor for e in AuditEvent.objects.about(signature).filter(verb="verify officer")] == [moderator]


def test_viewer_reads_the_record_without_buttons():
    signature = SignatureFactory(submitted=True)
    for role, buttons in (("moderator", 3), ("viewer", 0)):
        browser = sign_in_as_staff(Client(), UserFactory(role=role))
        soup = BeautifulSoup(browser.get(record_of(signature)).content.decode(), "html5lib")
        assert len(soup.select(".record-buttons a:not(.record-next)")) == buttons
        assert signature.commitment.mission in soup.get_text()


def test_record_cannot_be_edited_added_or_deleted(staff):
    signature = SignatureFactory(submitted=True)
    before = written()
    assert staff.post(record_of(signature), {"status": "published"}).status_code == 405
    for address in (
        reverse("admin:signatories_signature_add"),
        reverse("admin:signatories_signature_delete", args=[signature.pk]),
    ):
        assert staff.get(address).status_code in {403, 404}
        assert staff.post(address, {"post": "yes"}).status_code in {403, 404, 405}
    everything = {"action": "delete_selected", "_selected_action": signature.pk, "post": "yes"}
    staff.post(reverse("admin:signatories_signature_changelist"), everything)
    assert written() == before
