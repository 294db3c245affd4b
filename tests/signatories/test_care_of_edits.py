"""Edits and additions are taken, handed over and parked as submissions are."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from declaration.audit.models import AuditEvent
from signatories import casework, editing, moderation
from signatories.desk.waiting import EDIT_LISTS, count_edits, edits_on_list
from signatories.digest import what_waits
from signatories.models import CommitmentEdit, EditCasework, ImpossibleEdit
from tests.factories import SignatureFactory, UserFactory
from tests.signatories.additions import addition_to
from tests.signatories.desk_pages import error_in, form_in, soup_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]
LIST = "admin:signatories_commitmentedit_changelist"


@pytest.fixture
def colleague(moderator):
    return UserFactory(moderator=True, full_name="Col League")


def waiting_edit():
    signature = SignatureFactory(published=True)
    edit = editing.start_edit(signature=signature, by=signature.started_by)
    CommitmentEdit.objects.filter(pk=edit.pk).update(title="Every bin emptied")
    return editing.submit_edit(edit=edit, by=signature.started_by)


def record_of(edit):
    return reverse("admin:signatories_commitmentedit_change", args=[edit.pk])


def care(edit, what):
    return reverse("admin:signatories_commitmentedit_care", args=[edit.pk, what])


def tomorrow():
    return timezone.localdate() + timedelta(days=1)


def test_take_hand_over_park_and_bring_back_on_the_page(staff, colleague):
    edit = waiting_edit()
    page = soup_of(staff.get(record_of(edit)))
    staff.post(care(edit, "take"), form_in(page, f'form[action="{care(edit, "take")}"]'))
    page = soup_of(staff.get(record_of(edit)))
    assert "looked after by you" in page.select_one(".record-status").get_text()
    form = f'form[action="{care(edit, "assign")}"]'
    staff.post(care(edit, "assign"), form_in(page, form, to=colleague.pk))
    form = f'form[action="{care(edit, "park")}"]'
    refused = soup_of(staff.post(care(edit, "park"), form_in(page, form, until="", park_note="Legal.")))
    assert "Enter the day on which it comes back" in error_in(refused) and "Legal." in str(refused)
    page = soup_of(staff.get(record_of(edit)))
    staff.post(care(edit, "park"), form_in(page, form, until=tomorrow().isoformat(), park_note="Legal."))
    page = soup_of(staff.get(record_of(edit)))
    assert "looked after by Col League" in page.get_text() and "Legal." in page.get_text()
    assert not edits_on_list("waiting", person=None).exists()
    staff.post(care(edit, "bring-back"), form_in(page, f'form[action="{care(edit, "bring-back")}"]'))
    assert edits_on_list("waiting", person=None).get() == edit
    verbs = AuditEvent.objects.about(edit.signature).order_by("pk").values_list("verb", "after__edit")
    assert list(verbs)[-4:] == [
        (verb, edit.pk) for verb in ("take edit", "hand over edit", "park edit", "bring back edit")
    ]


def test_stale_page_is_refused_and_keeps_what_was_typed(staff, colleague):
    edit = waiting_edit()
    page = soup_of(staff.get(record_of(edit)))
    casework.assign(about=edit, to=colleague, by=colleague)
    typed = form_in(
        page, f'form[action="{care(edit, "park")}"]', until=tomorrow().isoformat(), park_note="Legal."
    )
    refused = soup_of(staff.post(care(edit, "park"), typed))
    assert "take edit by Col League" in error_in(refused) and "Legal." in str(refused)
    again = form_in(refused, f'form[action="{care(edit, "park")}"]')
    again |= {"until": tomorrow().isoformat(), "park_note": "Legal."}
    assert staff.post(care(edit, "park"), again).status_code == 302


def test_lists_counts_and_desk_are_one_question(staff, moderator, colleague):
    mine, theirs, parked, loose = (waiting_edit() for _ in range(4))
    casework.assign(about=mine, to=moderator, by=moderator)
    casework.assign(about=theirs, to=colleague, by=moderator)
    casework.park(about=parked, until=tomorrow(), note="Legal.", by=moderator)
    addition = addition_to(SignatureFactory(published=True), "submitted")
    now = {
        "waiting": {mine, theirs, loose, addition},
        "due-soon": set(),
        "overdue": set(),
        "mine": {mine},
        "unassigned": {loose, addition},
        "parked": {parked},
    }
    assert {name: set(edits_on_list(name, person=moderator)) for name in EDIT_LISTS} == now
    counted = count_edits(person=moderator)
    for name, edits in now.items():
        assert counted[name].count == len(edits)
        shown = BeautifulSoup(staff.get(reverse(LIST), {"status": name}).content, "html5lib")
        assert len(shown.select("#result_list tbody tr")) == len(edits), name
    home = " ".join(BeautifulSoup(staff.get("/admin/").content, "html5lib").get_text().split())
    assert "4 edits and further commitments" in home
    assert "1 edit or further commitment of mine" in home
    assert "1 edit or further commitment parked" in home
    assert what_waits(since_before=timezone.now()).edits == 4
    assert staff.get(reverse(LIST), {"status": "nonsense"}).status_code == 200


def test_parked_edit_comes_back_by_itself_on_its_day(moderator, time_machine):
    time_machine.move_to(datetime(2026, 11, 23, 11, tzinfo=ZoneInfo("Europe/London")), tick=False)
    edit = waiting_edit()
    casework.park(about=edit, until=tomorrow(), note="Legal.", by=moderator)
    assert not edits_on_list("waiting", person=None).exists()
    time_machine.shift(timedelta(days=1))
    assert edits_on_list("waiting", person=None).get() == edit


def test_look_after_nothing_that_is_over_of_ones_own_or_rests(moderator):
    edit = waiting_edit()
    officer = edit.signature.started_by.user
    officer.role = "moderator"
    officer.save()
    with pytest.raises(moderation.OwnSubmission):
        casework.assign(about=edit, to=officer, by=moderator)
    editing.request_changes_to_edit(
        edit=edit, by=moderator, seen=edit.submitted_at, reasons=[], text="Which?"
    )
    casework.assign(about=edit, to=moderator, by=moderator)
    with pytest.raises(ImpossibleEdit):
        casework.park(about=edit, until=tomorrow(), note="", by=moderator)
    edit.refresh_from_db()
    editing.withdraw_edit(edit=edit, by=edit.started_by)
    with pytest.raises(casework.NotInHand):
        casework.assign(about=edit, to=None, by=moderator)
    assert EditCasework.objects.get().assigned_to == moderator


def test_look_after_an_edit_on_both_databases(database):
    edit, by = waiting_edit(), UserFactory(moderator=True)
    casework.assign(about=edit, to=by, by=by)
    casework.park(about=edit, until=tomorrow(), note="Legal.", by=by)
    assert edits_on_list("parked", person=by).filter(pk=edit.pk).exists()


def test_hand_over_and_park_several_and_tell_of_each(staff, colleague):
    first, second, gone = (waiting_edit() for _ in range(3))
    listed = reverse(LIST)

    def confirm(action):
        ticked = [edit.pk for edit in (first, second, gone)]
        return soup_of(staff.post(listed, {"action": f"{action}_selected", "_selected_action": ticked}))

    bulk = reverse("admin:signatories_commitmentedit_bulk", args=["assign"])
    page = confirm("assign")
    assert "about to hand over 3 records" in page.get_text() and "Every bin emptied" in page.get_text()
    editing.withdraw_edit(edit=gone, by=gone.started_by)
    done = soup_of(staff.post(bulk, form_in(page, f'form[action="{bulk}"]', to=colleague.pk), follow=True))
    assert "Handed over: 2 of 3." in done.get_text()
    assert "Nobody looks after a draft or a record that is over." in done.get_text()
    assert record_of(first) in str(done)
    assert {one.edit for one in EditCasework.objects.filter(assigned_to=colleague)} == {first, second}
    bulk = reverse("admin:signatories_commitmentedit_bulk", args=["park"])
    page = form_in(confirm("park"), f'form[action="{bulk}"]')
    typed = {**page, "until": tomorrow().isoformat(), "park_note": "Legal."}
    assert "Parked: 2 of 3." in soup_of(staff.post(bulk, typed, follow=True)).get_text()
    assert set(edits_on_list("parked", person=None)) == {first, second}
    accept = reverse("admin:signatories_commitmentedit_bulk", args=["accept"])
    assert staff.post(accept, typed).status_code == 404
