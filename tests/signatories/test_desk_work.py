"""Working at the desk: preview, save, send, next; colleagues at the same record."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import casework
from signatories.links import approver_token
from signatories.models import DraftDecision
from signatories.previewing import HIDDEN_LINK
from tests.accounts.people import sign_in_as_staff
from tests.factories import ReasonFactory, SignatureFactory, UserFactory
from tests.signatories.desk_pages import QUEUE, care, decide, error_in, form_in, record_of, soup_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]


@pytest.fixture
def colleague(db):
    return UserFactory(moderator=True, full_name="Cory Colleague")


@pytest.fixture
def at_next_desk(colleague):
    return sign_in_as_staff(Client(), colleague)


# Deciding.


@pytest.mark.parametrize("decision", ["request-changes", "reject"])
def test_preview_is_the_email_that_is_sent(decision, staff):
    signature, reasons = SignatureFactory(submitted=True), [ReasonFactory(), ReasonFactory()]
    address = decide(signature, decision)
    typed = form_in(soup_of(staff.get(address)), reasons=[r.pk for r in reasons], text="Ring us.")
    page = soup_of(staff.post(address, {**typed, "action": "preview"}))
    assert not Email.objects.exists() and not AuditEvent.objects.exists()
    [shown] = page.select(".email-preview")
    html = staff.post(address, {**form_in(page), "action": "html-0"})
    staff.post(address, {**form_in(page), "action": "send"})
    [sent] = Email.objects.all()
    assert shown.pre.get_text().strip() == sent.text.strip()
    assert shown.h3.get_text() == sent.subject
    assert html.content.decode() == sent.html
    for words in (reasons[0].text, reasons[1].text, "Ring us."):
        assert sent.text.count(words) == 1
    assert "sandbox" in html["Content-Security-Policy"] and "script" not in html["Content-Security-Policy"]


def test_preview_of_an_acceptance_hides_the_approvers_link(staff):
    signature = SignatureFactory(submitted=True)
    page = staff.get(decide(signature, "accept"))
    subjects = [h3.get_text() for h3 in soup_of(page).select(".email-preview h3")]
    assert approver_token(signature) not in page.content.decode()
    assert HIDDEN_LINK in page.content.decode()
    staff.post(decide(signature, "accept"), form_in(soup_of(page)))
    assert list(Email.objects.order_by("pk").values_list("subject", flat=True)) == subjects


def test_tick_and_untick_reasons_between_previews_without_scripts(staff):
    signature, first, second = SignatureFactory(submitted=True), ReasonFactory(), ReasonFactory()
    address = decide(signature, "request-changes")
    page = soup_of(staff.get(address))
    page = soup_of(staff.post(address, form_in(page, reasons=[first.pk], action="preview", text="Mine.")))
    assert page.textarea.get_text().strip() == f"{first.words}\n\nMine."
    page = soup_of(staff.post(address, form_in(page, reasons=[second.pk], action="preview")))
    assert page.textarea.get_text().strip() == f"{second.words}\n\nMine."
    rewritten = form_in(page, action="preview", text="Rewritten for this case.")
    page = soup_of(staff.post(address, rewritten))
    assert page.textarea.get_text().strip() == "Rewritten for this case."


def test_saved_decision_waits_on_the_record_for_a_colleague(staff, at_next_desk):
    signature, reason = SignatureFactory(submitted=True), ReasonFactory()
    address = decide(signature, "reject")
    typed = form_in(soup_of(staff.get(address)), reasons=[reason.pk], text="Sorry.", action="save")
    assert staff.post(address, typed).headers["Location"] == record_of(signature)
    assert not Email.objects.exists()
    record = soup_of(at_next_desk.get(record_of(signature)))
    assert "Sorry." in record.find(class_="record-draft").get_text()
    page = soup_of(at_next_desk.get(record.select_one(".record-draft a")["href"]))
    assert at_next_desk.post(address, form_in(page)).status_code == 302
    assert Email.objects.get().message == "tell_officer_rejected"
    assert not DraftDecision.objects.exists()


@pytest.mark.parametrize("notice", ["True", "False"])
def test_saved_take_down_keeps_what_the_public_would_see(notice, staff, at_next_desk):
    signature = SignatureFactory(published=True)
    address = decide(signature, "take-down")
    first = form_in(soup_of(staff.get(address)), text="Sorry.", public_notice=notice, action="save")
    assert staff.post(address, first).headers["Location"] == record_of(signature)
    page = soup_of(at_next_desk.get(address))
    [chosen] = page.select("input[name=public_notice][checked]")
    assert chosen["value"] == notice
    at_next_desk.post(address, form_in(page, public_notice=chosen["value"]))
    signature.refresh_from_db()
    assert (signature.status, str(signature.public_notice)) == ("taken_down", notice)


@pytest.mark.parametrize("status", ["", "mine"])
def test_next_in_the_list_one_came_from_follows_a_decision(status, staff, moderator):
    now = timezone.now()
    first, second, third = (
        SignatureFactory(submitted=True, submitted_at=now - timedelta(hours=hours)) for hours in (3, 2, 1)
    )
    for mine in (first, third):
        casework.assign(about=mine, to=moderator, by=moderator)
    following = third if status else second
    address = decide(first, "accept", status)
    answer = staff.post(address, form_in(soup_of(staff.get(address))))
    assert answer.headers["Location"].partition("?")[0] == record_of(following)
    page = soup_of(staff.get(answer.headers["Location"]))
    assert "The emails are on their way." in page.get_text()
    [link] = page.select(".record-buttons .record-next")
    there = staff.get(link["href"]).headers["Location"]
    assert there.partition("?")[0] == (QUEUE if status else record_of(third))
    assert (f"status%3D{status}" in there or f"status={status}" in there) == bool(status)


# Two at one record.


def test_stale_decision_is_refused_with_what_happened_and_nothing_lost(staff, colleague):
    signature, reason = SignatureFactory(submitted=True), ReasonFactory()
    address = decide(signature, "reject")
    typed = form_in(soup_of(staff.get(address)), reasons=[reason.pk], text="My long explanation.")
    casework.write_note(signature=signature, text="They rang: wait a day.", by=colleague)
    page = soup_of(staff.post(address, typed))
    assert "Something happened to this record" in error_in(page)
    assert "They rang: wait a day." in error_in(page) and "Cory Colleague" in error_in(page)
    assert "My long explanation." in page.textarea.get_text()
    assert page.select_one(f"input[name=reasons][value='{reason.pk}']").has_attr("checked")
    signature.refresh_from_db()
    assert signature.status == "submitted" and not Email.objects.exists()
    assert staff.post(address, form_in(page)).status_code == 302
    assert "My long explanation." in Email.objects.get().text


def test_record_tells_who_else_opened_it_and_how_long_ago(staff, at_next_desk, time_machine):
    signature = SignatureFactory(submitted=True)
    at_next_desk.get(record_of(signature))
    assert soup_of(staff.get(record_of(signature))).find(class_="record-presence").get_text() == (
        "Cory Colleague opened this record just now."
    )
    time_machine.move_to(timezone.now() + timedelta(minutes=7))
    assert "7 minutes ago" in soup_of(staff.get(record_of(signature))).get_text()
    time_machine.move_to(timezone.now() + timedelta(minutes=9))
    assert not soup_of(staff.get(record_of(signature))).find(class_="record-presence")


def test_record_goes_on_without_the_cache(staff, monkeypatch):
    signature = SignatureFactory(submitted=True)

    def broken(*args, **kwargs):
        raise ConnectionError("no cache")

    monkeypatch.setattr("django.core.cache.backends.locmem.LocMemCache.get", broken)
    assert soup_of(staff.get(record_of(signature))).select(".record-buttons a")


# Among moderators.


def test_care_for_a_record_from_its_page(staff, moderator, colleague):
    signature = SignatureFactory(submitted=True)
    tomorrow = timezone.localdate() + timedelta(days=1)
    steps = [
        ("take", {}, "looked after by you"),
        ("assign", {"to": colleague.pk}, "looked after by Cory Colleague"),
        ("park", {"until": tomorrow.isoformat(), "park_note": "Legal reads it"}, "parked until"),
        ("bring-back", {}, "Waiting for review"),
        ("note", {"text": "Rang them."}, "Rang them."),
        ("assign", {"to": ""}, "Nobody"),
    ]
    for what, typed, seen in steps:
        answer = staff.post(care(signature, what), typed, follow=True)
        assert seen in " ".join(soup_of(answer).get_text().split()), what
        assert not answer.context.get("refusal") and answer.redirect_chain, what
    assert [e.verb for e in AuditEvent.objects.about(signature)] == [
        "take",
        "hand over",
        "park",
        "bring back",
        "note",
        "release",
    ]


@pytest.mark.parametrize(
    ("what", "typed", "error"),
    [
        ("park", {"until": "", "park_note": "Kept words"}, "Enter the day on which it comes back"),
        ("park", {"until": "2020-01-01", "park_note": "Kept words"}, "Enter a day after today"),
        ("note", {"text": ""}, "Write the note first"),
        ("assign", {"to": "9" * 30}, "Select from the choices"),
    ],
)
def test_wrong_answers_on_the_record_are_told_and_kept(what, typed, error, staff):
    signature = SignatureFactory(submitted=True)
    page = soup_of(staff.post(care(signature, what), typed))
    assert error in error_in(page)
    assert all(words in str(page) for words in typed.values() if words == "Kept words")
    assert not AuditEvent.objects.exists()


def test_stale_handing_over_shows_what_a_colleague_did(staff, moderator, colleague):
    signature = SignatureFactory(submitted=True)
    version = soup_of(staff.get(record_of(signature))).select_one("input[name=version]")["value"]
    casework.assign(about=signature, to=colleague, by=colleague)
    page = soup_of(staff.post(care(signature, "take"), {"version": version}))
    assert "Something happened to this record" in error_in(page)
    signature.refresh_from_db()
    assert signature.casework.assigned_to == colleague


def test_own_submission_has_no_buttons_to_decide(staff, moderator):
    signature = SignatureFactory(submitted=True)
    assert soup_of(staff.get(record_of(signature))).select(".record-buttons a:not(.record-next)")
    signature.started_by.user = moderator
    signature.started_by.save()
    page = soup_of(staff.get(record_of(signature)))
    assert not page.select(".record-buttons a:not(.record-next)")
    assert "a colleague has to decide" in page.get_text()


def test_hostile_words_stay_words_everywhere_on_the_desk(staff, moderator):
    hostile = '<script>alert("x")</script>{{ 7*7 }}'
    signature = SignatureFactory(submitted=True, commitment__title=hostile)
    casework.write_note(signature=signature, text=hostile, by=moderator)
    casework.save_draft(about=signature, outcome="rejected", text=hostile, by=moderator)
    pages = [
        staff.get(record_of(signature)),
        staff.get(decide(signature, "reject")),
        staff.post(QUEUE, {"action": "accept_selected", "_selected_action": [signature.pk]}),
        staff.get(reverse("admin:signatories_signature_find"), {"q": signature.reference}),
        staff.get(reverse("admin:signatories_signature_find"), {"q": hostile}),
    ]
    for page in pages:
        soup = soup_of(page)
        assert hostile in soup.get_text() or hostile in str([i.get("value") for i in soup.select("input")])
        assert not [script for script in soup.select("script") if "alert" in script.get_text()]


def test_access_keys_on_the_record_open_pages_and_are_written_there(staff):
    page = soup_of(staff.get(record_of(SignatureFactory(submitted=True))))
    links = page.select("a[accesskey]")
    keys = {"".join(link["accesskey"]).upper(): link.get_text().strip().lower() for link in links}
    said = dict(line.get_text().split(": ") for line in page.select(".record-keys li"))
    assert keys == said
    assert set(keys) == {"A", "C", "R", "N"}
