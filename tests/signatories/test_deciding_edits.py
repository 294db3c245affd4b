"""Staff decide about edits of published commitments: preview, save, send, and who may not."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import casework, editing
from signatories.models import Commitment, CommitmentEdit, DraftEditDecision, EditDecision
from tests.factories import ReasonFactory, SignatureFactory, UserFactory
from tests.html import assert_valid_html

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]


@pytest.fixture
def signature():
    return SignatureFactory(published=True, commitment__title="Fewer missed bins")


def waiting(signature, **words):
    edit = editing.start_edit(signature=signature, by=signature.started_by)
    for name, value in (words or {"title": "Fewer missed green bins"}).items():
        setattr(edit, name, value)
    edit.save()
    editing.submit_edit(edit=edit, by=signature.started_by)
    return CommitmentEdit.objects.get(pk=edit.pk)


def decide(edit, decision):
    return reverse("admin:signatories_commitmentedit_decide", args=[edit.pk, decision])


def record_of(edit):
    return reverse("admin:signatories_commitmentedit_change", args=[edit.pk])


def form_on(browser, address, **answers):
    html = browser.get(address).content.decode()
    assert_valid_html(html)
    hidden = BeautifulSoup(html, "html5lib").select("#content form input[type=hidden]")
    return {**{tag["name"]: tag.get("value", "") for tag in hidden}, **answers}


def test_queue_of_edits_shows_what_waits(staff, signature):
    edit = waiting(signature)
    dropped = waiting(SignatureFactory(published=True))
    editing.withdraw_edit(edit=dropped, by=dropped.started_by)
    changelist = reverse("admin:signatories_commitmentedit_changelist")
    for query, names in (("", [edit]), ("?status=withdrawn", [dropped]), ("?status=all", [edit, dropped])):
        html = staff.get(changelist + query).content.decode()
        assert_valid_html(html)
        rows = BeautifulSoup(html, "html5lib").select("#result_list tbody tr")
        assert {row.find("th").get_text() for row in rows} == {str(e.signature.organisation) for e in names}


def test_decide_in_the_admin(staff, signature, moderator):
    edit = waiting(signature)
    record = staff.get(record_of(edit)).content.decode()
    assert_valid_html(record)
    for decision in ("accept", "request-changes", "reject"):
        assert decide(edit, decision) in record
    answer = staff.post(decide(edit, "accept"), form_on(staff, decide(edit, "accept"), note="Fine."))
    assert answer.headers["Location"] == reverse("admin:signatories_commitmentedit_changelist")
    assert Commitment.objects.get(signature=signature).title == "Fewer missed green bins"
    assert edit.decisions.get().decided_by == moderator
    after = staff.get(record_of(edit)).content.decode()
    assert_valid_html(after)
    assert "What it changed of the public text" in after and decide(edit, "accept") not in after


@pytest.mark.parametrize("decision", ["request-changes", "reject"])
def test_refuse_a_decision_that_tells_nobody_why(decision, staff, signature):
    edit = waiting(signature)
    address = decide(edit, decision)
    refused = staff.post(address, form_on(staff, address)).content.decode()
    assert_valid_html(refused)
    assert "errornote" in refused
    assert staff.post(address, form_on(staff, address, reasons=[ReasonFactory().pk])).status_code == 302


def test_notice_what_happened_meanwhile(staff, signature):
    edit = waiting(signature)
    form = form_on(staff, decide(edit, "accept"))
    CommitmentEdit.objects.update(submitted_at=timezone.now() + timedelta(seconds=5))
    said = staff.post(decide(edit, "accept"), form).content.decode()
    assert "The officer has sent a new version" in said
    editing.withdraw_edit(edit=edit, by=signature.started_by)
    said = staff.post(decide(edit, "accept"), form).content.decode()
    assert "The status is “Withdrawn” now" in said
    assert_valid_html(said)
    assert Commitment.objects.get(signature=signature).title == "Fewer missed bins"


def test_hostile_words_stay_words(staff, signature):
    hostile = '<script>alert("x")</script>{{ 7*7 }}'
    edit = waiting(signature, title=hostile, mission=hostile)
    pages = [staff.get(address).content.decode() for address in (record_of(edit), decide(edit, "accept"))]
    for html in pages:
        assert_valid_html(html)
        soup = BeautifulSoup(html, "html5lib")
        assert hostile in soup.get_text()
        assert not [script for script in soup.select("script") if "alert" in script.get_text()]


@pytest.mark.parametrize(
    ("decision", "typed", "emails"),
    [
        ("accept", {"note": "Good."}, 2),
        ("request-changes", {"text": "Whom?"}, 1),
        ("reject", {"text": "No."}, 1),
    ],
)
def test_preview_shows_the_very_emails(decision, typed, emails, staff, signature):
    address = decide(waiting(signature), decision)
    Email.objects.all().delete()
    before = AuditEvent.objects.count()
    html = staff.post(address, form_on(staff, address, **typed, action="preview")).content.decode()
    assert_valid_html(html)
    shown = BeautifulSoup(html, "html5lib").select(".email-preview")
    bodies = [
        staff.post(address, form_on(staff, address, **typed, action=f"html-{n}")).content.decode()
        for n in range(emails)
    ]
    assert not Email.objects.exists() and AuditEvent.objects.count() == before
    staff.post(address, form_on(staff, address, **typed, action="send"))
    sent = list(Email.objects.order_by("pk"))
    assert [(mail.subject, mail.to, mail.text.strip()) for mail in sent] == [
        (one.h3.get_text(), one.p.get_text().removeprefix("To "), one.pre.get_text().strip()) for one in shown
    ]
    assert len(sent) == emails and bodies == [mail.html for mail in sent]


def test_saved_decision_on_an_edit_tells_nobody_until_it_is_sent(staff, signature):
    edit, reason = waiting(signature), ReasonFactory()
    Email.objects.all().delete()
    address = decide(edit, "reject")
    typed = form_on(staff, address, reasons=[reason.pk], text="Sorry.", action="save")
    assert staff.post(address, typed).headers["Location"] == record_of(edit)
    assert not Email.objects.exists() and CommitmentEdit.objects.get().status == "submitted"
    html = staff.get(record_of(edit)).content.decode()
    assert_valid_html(html)
    assert "Sorry." in BeautifulSoup(html, "html5lib").find(class_="record-draft").get_text()
    page = BeautifulSoup(staff.get(address).content.decode(), "html5lib")
    assert "Sorry." in page.textarea.get_text() and page.select(".email-preview")
    assert page.select_one(f"input[name=reasons][value='{reason.pk}']").has_attr("checked")
    assert staff.post(address, form_on(staff, address, text="Sorry.")).status_code == 302
    assert Email.objects.get().message == "tell_officer_edit_rejected"
    assert not DraftEditDecision.objects.exists()


def test_saved_decision_on_an_edit_is_discarded(staff, signature):
    edit = waiting(signature)
    address = decide(edit, "accept")
    staff.post(address, form_on(staff, address, note="Perhaps.", action="save"))
    discard = reverse("admin:signatories_commitmentedit_discard", args=[edit.pk])
    assert discard in staff.get(record_of(edit)).content.decode()
    assert staff.post(discard).headers["Location"] == record_of(edit)
    assert not DraftEditDecision.objects.exists()
    verbs = [event.verb for event in AuditEvent.objects.about(signature).order_by("pk")]
    assert verbs[-2:] == ["save a decision on an edit", "discard a decision on an edit"]


def test_stale_decision_on_an_edit_is_refused_and_nothing_is_lost(staff, signature):
    edit = waiting(signature)
    address = decide(edit, "reject")
    typed = form_on(staff, address, text="My long explanation.")
    colleague = UserFactory(role="moderator", full_name="Cory Colleague")
    casework.write_note(signature=signature, text="They rang: wait a day.", by=colleague)
    html = staff.post(address, typed).content.decode()
    page = BeautifulSoup(html, "html5lib")
    said = page.find(class_="errornote").get_text()
    assert "They rang: wait a day." in said and "Cory Colleague" in said
    assert "My long explanation." in page.textarea.get_text()
    assert CommitmentEdit.objects.get().status == "submitted"
    hidden = {tag["name"]: tag.get("value", "") for tag in page.select("form.decision input[type=hidden]")}
    assert staff.post(address, {**hidden, "text": "My long explanation."}).status_code == 302
    assert EditDecision.objects.get().text == "My long explanation."


def test_next_edit_follows_a_decision(staff, signature):
    first, second = waiting(signature), waiting(SignatureFactory(published=True))
    address = decide(first, "accept")
    assert staff.post(address, form_on(staff, address)).headers["Location"] == record_of(second)


def test_own_edit_has_no_buttons_to_decide(staff, moderator, signature):
    edit = waiting(signature)
    signature.started_by.user = moderator
    signature.started_by.save()
    html = staff.get(record_of(edit)).content.decode()
    assert "a colleague has to decide" in html and decide(edit, "accept") not in html
    assert (
        "An officer of the organisation does not decide" in staff.get(decide(edit, "accept")).content.decode()
    )
