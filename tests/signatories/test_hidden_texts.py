"""Staff take a text that an edit replaced out of the public history, which goes past it."""

from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from declaration.audit.append_only import AppendOnly
from declaration.audit.models import AuditEvent
from declaration.fresh_pages import forget_pages
from declaration.outbox.models import Email
from signatories import editing, moderation, taking_down
from signatories.models import CommitmentEdit, HiddenText, RegisterChange
from tests.factories import SignatureFactory, UserFactory
from tests.html import assert_good_page
from tests.signatories.desk_pages import error_in, form_in, soup_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]


def public_page(signature):
    forget_pages()
    return Client().get(signature.organisation.get_absolute_url()).content.decode()


def edited(signature, title):
    edit = editing.start_edit(signature=signature, by=signature.started_by)
    CommitmentEdit.objects.filter(pk=edit.pk).update(title=title)
    sent = editing.submit_edit(edit=edit, by=signature.started_by)
    editing.accept_edit(edit=sent, by=UserFactory(moderator=True), seen=sent.submitted_at)
    return CommitmentEdit.objects.get(pk=edit.pk)


@pytest.fixture
def history():
    """Return the edits of a commitment that said Anna, then Berta, then Clara, then Doris."""
    signature = SignatureFactory(published=True, commitment__title="Anna")
    return SimpleNamespace(
        signature=signature, edits=[edited(signature, title) for title in ("Berta", "Clara", "Doris")]
    )


def told_of(signature):
    """Return what the page tells of the past: all its words, and the titles that each change names."""
    page = assert_good_page(public_page(signature))
    told = page.select_one("details.govuk-details .govuk-details__text")
    words = " ".join(told.get_text(" ").split())
    names = ("Anna", "Berta", "Clara", "Doris")
    changes = [[n for n in names if n in one.get_text()] for one in told.select(".service-changes")]
    return words, changes


def test_history_goes_past_what_was_removed(history, moderator):
    all_told = [["Clara", "Doris"], ["Berta", "Clara"], ["Anna", "Berta"]]
    assert told_of(history.signature)[1] == all_told
    removed = []
    for place, name, changes in (
        (1, "Berta", [["Clara", "Doris"], ["Anna", "Clara"]]),
        (0, "Anna", [["Clara", "Doris"]]),
        (2, "Clara", []),
    ):
        taking_down.hide_replaced_text(edit=history.edits[place], by=moderator, reason="Names a person.")
        removed.append(name)
        words, told = told_of(history.signature)
        assert told == changes
        assert words.count("removed the text that stood here from") == len(removed)
        assert not [name for name in removed if name in public_page(history.signature)]
    assert "Doris" in public_page(history.signature)


def test_history_goes_past_two_in_a_row(history, moderator):
    for edit in history.edits[1:]:
        taking_down.hide_replaced_text(edit=edit, by=moderator, reason="Names a person.")
    assert told_of(history.signature)[1] == [["Anna", "Doris"]]


def test_hide_on_the_page_and_tell_the_officer(history, staff, moderator):
    edit = history.edits[1]
    record = reverse("admin:signatories_commitmentedit_change", args=[edit.pk])
    hide = reverse("admin:signatories_commitmentedit_hide", args=[edit.pk])
    assert hide in staff.get(record).content.decode()
    page = soup_of(staff.get(hide))
    assert "Berta" in page.select_one(".record").get_text()
    refused = soup_of(staff.post(hide, form_in(page, action="preview")))
    assert "Enter why it is removed" in error_in(refused)
    typed = form_in(page, reason="It names a person.")
    [shown] = soup_of(staff.post(hide, {**typed, "action": "preview"})).select(".email-preview")
    assert not HiddenText.objects.exists() and "Berta" in told_of(history.signature)[0]
    number = RegisterChange.objects.count()
    assert staff.post(hide, {**typed, "action": "send"}).headers["Location"] == record
    told = Email.objects.get(message="tell_officer_text_hidden")
    assert shown.pre.get_text().strip() == told.text.strip() and "Berta" not in told.text
    assert told.to == history.signature.officer.email
    assert [c.what for c in RegisterChange.objects.order_by("number")[number:]] == ["history_removed"]
    again = soup_of(staff.get(record))
    assert hide not in str(again) and "out of the public history" in again.get_text()
    assert "There is no text to remove" in error_in(soup_of(staff.post(hide, typed)))
    event = AuditEvent.objects.get(verb="hide earlier text")
    assert (event.before["answers"]["Title"], event.note) == ("Berta", "It names a person.")


def test_hide_nothing_of_ones_own_without_a_reason_or_that_was_never_public(history, moderator):
    edit, signature = history.edits[0], history.signature
    with pytest.raises(moderation.OwnSubmission):
        taking_down.hide_replaced_text(edit=edit, by=signature.started_by.user, reason="Oh.")
    with pytest.raises(moderation.ReasonIsMissing):
        taking_down.hide_replaced_text(edit=edit, by=moderator, reason="")
    waiting = editing.start_edit(signature=signature, by=signature.started_by)
    with pytest.raises(taking_down.NothingToHide):
        taking_down.hide_replaced_text(edit=waiting, by=moderator, reason="Oh.")
    with pytest.raises(moderation.RecordHasChanged):
        taking_down.hide_replaced_text(edit=edit, by=moderator, reason="Oh.", version=0)


def test_hide_for_good_on_both_databases(database):
    signature = SignatureFactory(published=True)
    edit = edited(signature, "Something else")
    moderator = UserFactory(moderator=True)
    taking_down.hide_replaced_text(edit=edit, by=moderator, reason="Wrong.")
    with pytest.raises(AppendOnly):
        HiddenText.objects.all().delete()
    for statement in ("UPDATE {} SET reason = 'None.'", "DELETE FROM {}"):
        with pytest.raises(DatabaseError, match="never"), transaction.atomic():
            connection.cursor().execute(statement.format("signatories_hiddentext"))
