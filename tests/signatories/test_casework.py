"""What moderators do among themselves: take, hand over, park, note, save; all of it in the history."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from declaration.audit.append_only import AppendOnly
from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import casework, moderation, signing
from signatories.desk.timeline import newest_event, newest_events
from signatories.desk.waiting import on_list
from signatories.models import CaseNote, DraftDecision, ImpossibleTransition, Outcome
from signatories.registering import confirm_organisation
from tests.factories import ReasonFactory, RepresentativeFactory, SignatureFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]


@pytest.fixture
def colleague(db):
    return UserFactory(moderator=True, full_name="Cory Colleague")


@pytest.fixture
def submission(version):
    return SignatureFactory(submitted=True)


def verbs(signature):
    return [event.verb for event in AuditEvent.objects.about(signature)]


def tomorrow():
    return timezone.localdate() + timedelta(days=1)


def test_take_hand_over_and_release(submission, moderator, colleague):
    for to in (moderator, moderator, colleague, None):
        casework.assign(about=submission, to=to, by=moderator)
        submission.refresh_from_db()
        assert submission.casework.assigned_to == to
        assert (submission.casework.assigned_at is None) == (to is None)
    assert verbs(submission) == ["take", "hand over", "release"]
    assert not Email.objects.exists()


@pytest.mark.parametrize("role", ["", "viewer", "editor"])
def test_refuse_to_hand_a_record_to_somebody_who_may_not_decide(role, submission, moderator):
    with pytest.raises(casework.CannotDecide):
        casework.assign(about=submission, to=UserFactory(role=role), by=moderator)
    assert verbs(submission) == []


def test_refuse_to_hand_an_officer_their_own_submission(submission, moderator, colleague):
    RepresentativeFactory(organisation=submission.organisation, user=colleague, email=colleague.email)
    with pytest.raises(moderation.OwnSubmission):
        casework.assign(about=submission, to=colleague, by=moderator)


def test_people_who_may_decide_are_offered(moderator, colleague):
    UserFactory(role="viewer")
    UserFactory(moderator=True, is_active=False)
    administrator = UserFactory(role="administrator", full_name="Ada Ministrator")
    assert list(casework.who_may_decide()) == [administrator, colleague, moderator]


@pytest.mark.parametrize("status", ["rejected", "declined", "withdrawn", "taken_down"])
def test_refuse_to_take_what_is_over(status, moderator):
    with pytest.raises(casework.NotInHand):
        casework.assign(about=SignatureFactory(**{status: True}), to=moderator, by=moderator)


def test_parked_submission_comes_back_by_itself(submission, moderator, time_machine):
    time_machine.move_to("2026-11-20 11:00+00:00", tick=False)
    casework.park(about=submission, until=date(2026, 11, 23), note="Waits for their lawyers", by=moderator)
    days = {"2026-11-20 23:30": "parked", "2026-11-22 23:59": "parked", "2026-11-23 00:00": "waiting"}
    for moment, where in days.items():
        time_machine.move_to(f"{moment}+00:00", tick=False)
        found = [name for name in ("parked", "waiting") if submission in on_list(name, person=moderator)]
        assert found == [where], moment
    assert verbs(submission) == ["park"]


def test_parked_submission_is_brought_back_before_its_day(submission, moderator):
    casework.park(about=submission, until=tomorrow(), note="", by=moderator)
    for _ in range(2):
        casework.bring_back(about=submission, by=moderator)
    assert submission in on_list("waiting", person=None)
    assert verbs(submission) == ["park", "bring back"]


def test_refuse_to_park_until_today_or_what_does_not_wait(submission, moderator):
    with pytest.raises(casework.DayIsPast):
        casework.park(about=submission, until=timezone.localdate(), note="", by=moderator)
    with pytest.raises(ImpossibleTransition):
        casework.park(about=SignatureFactory(published=True), until=tomorrow(), note="", by=moderator)


def test_note_has_its_author_and_is_never_altered(submission, moderator):
    note = casework.write_note(signature=submission, text="Rang them.", by=moderator)
    assert (note.written_by, [n.text for n in submission.notes.all()]) == (moderator, ["Rang them."])
    note.text = "Never rang them."
    for alter in (note.save, note.delete, submission.notes.all().delete):
        with pytest.raises(AppendOnly):
            alter()
    with pytest.raises(AppendOnly):
        CaseNote.objects.update(text="")


def test_saved_decision_tells_nobody_and_goes_when_one_is_taken(submission, moderator, colleague):
    reason = ReasonFactory()
    for outcome in (Outcome.REJECTED, Outcome.CHANGES_REQUESTED):
        casework.save_draft(
            about=submission, outcome=outcome, reasons=[reason], text="Not yet.", by=moderator
        )
    draft = DraftDecision.objects.get()
    assert (draft.outcome, list(draft.reasons.all()), draft.saved_by) == (outcome, [reason], moderator)
    assert not Email.objects.exists()
    moderation.reject(signature=submission, by=colleague, seen=submission.submitted_at, reasons=[reason])
    assert not DraftDecision.objects.exists()
    assert verbs(submission) == ["save a decision", "save a decision", "reject"]


def test_saved_decision_is_discarded_once(submission, moderator):
    casework.save_draft(about=submission, outcome=Outcome.ACCEPTED, by=moderator)
    for _ in range(2):
        casework.discard_draft(about=submission, by=moderator)
    assert verbs(submission) == ["save a decision", "discard a decision"]


def test_version_of_a_record_is_its_newest_event(submission, moderator):
    assert newest_event(submission) == 0
    casework.write_note(signature=submission, text="One", by=moderator)
    other = SignatureFactory()
    newest = AuditEvent.objects.about(submission).get().pk
    assert newest_events([submission, other]) == {submission.pk: newest, other.pk: 0}


ACTIVITIES = {
    "accept": lambda s, by, version: moderation.accept(
        signature=s, by=by, seen=s.submitted_at, version=version
    ),
    "reject": lambda s, by, version: moderation.reject(
        signature=s, by=by, seen=s.submitted_at, version=version, reasons=[], note="No"
    ),
    "take": lambda s, by, version: casework.assign(about=s, to=by, by=by, version=version),
    "park": lambda s, by, version: casework.park(about=s, until=tomorrow(), note="", by=by, version=version),
    "save": lambda s, by, version: casework.save_draft(
        about=s, outcome=Outcome.ACCEPTED, by=by, version=version
    ),
}


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_refuse_what_was_decided_without_knowing_what_a_colleague_did(
    activity, submission, moderator, colleague
):
    seen = newest_event(submission)
    casework.write_note(signature=submission, text="Wait for the lawyers.", by=colleague)
    with pytest.raises(moderation.RecordHasChanged) as refused:
        ACTIVITIES[activity](submission, moderator, seen)
    assert [(h.event.actor, h.event.note) for h in refused.value.since] == [
        (colleague, "Wait for the lawyers.")
    ]
    assert verbs(submission) == ["note"]
    ACTIVITIES[activity](submission, moderator, newest_event(submission))


def test_own_doings_make_nothing_stale(submission, moderator):
    seen = newest_event(submission)
    casework.write_note(signature=submission, text="I rang them.", by=moderator)
    moderation.accept(signature=submission, by=moderator, seen=submission.submitted_at, version=seen)


@pytest.mark.parametrize("four_eyes", [True, False])
def test_four_eyes_leave_accepting_to_a_colleague(four_eyes, settings, moderator, colleague):
    settings.FOUR_EYES = four_eyes
    signature = SignatureFactory(submitted=True, organisation__proposed=True)
    confirm_organisation(organisation=signature.organisation, by=moderator)
    if four_eyes:
        with pytest.raises(moderation.OwnEdit):
            moderation.accept(signature=signature, by=moderator, seen=signature.submitted_at)
        moderation.accept(signature=signature, by=colleague, seen=signature.submitted_at)
    else:
        moderation.accept(signature=signature, by=moderator, seen=signature.submitted_at)


def test_four_eyes_count_the_check_of_an_officer(settings, moderator):
    settings.FOUR_EYES = True
    signature = SignatureFactory(submitted=True)
    signature.started_by.is_verified = False
    signature.started_by.save()
    moderation.verify_officer(signature=signature, by=moderator)
    with pytest.raises(moderation.OwnEdit):
        moderation.accept(signature=signature, by=moderator, seen=signature.submitted_at)
    moderation.request_changes(
        signature=signature, by=moderator, seen=signature.submitted_at, reasons=[ReasonFactory()]
    )


def test_text_of_this_case_takes_the_place_of_the_reasons(submission, moderator):
    reason = ReasonFactory()
    decision = moderation.request_changes(
        signature=submission, by=moderator, seen=submission.submitted_at, reasons=[reason], text="Name a day."
    )
    told = Email.objects.get(message="tell_officer_changes_are_needed")
    assert decision.told == "Name a day."
    assert "Name a day." in told.text and "Name a day." in told.html
    assert reason.text not in told.text


def test_resubmission_stands_on_its_own_list(moderator):
    fresh, again = SignatureFactory(submitted=True), SignatureFactory(submitted=True)
    moderation.request_changes(
        signature=again, by=moderator, seen=again.submitted_at, reasons=[ReasonFactory()]
    )
    again.refresh_from_db()
    signing.submit(signature=again, by=again.started_by)
    assert list(on_list("new", person=moderator)) == [fresh]
    assert list(on_list("resubmitted", person=moderator)) == [again]
