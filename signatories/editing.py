"""Edits of a published commitment: the officer proposes, staff decide, and the accepted text stays
public until they have.

An addition, the text of a further commitment, takes the same road; ``adding`` says where it differs.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.recording import record
from signatories import emails_after_publication as emails
from signatories.changes import record_change
from signatories.comparing import changes_in, text_of
from signatories.completeness import unanswered_in_edit
from signatories.finishing import refuse_too_many
from signatories.locking import lock
from signatories.models import (
    Actor,
    Commitment,
    CommitmentEdit,
    DraftEditDecision,
    EditDecision,
    EditStatus,
    ImpossibleEdit,
    ImpossibleTransition,
    Outcome,
    Reason,
    Representative,
    Signature,
    Status,
    What,
)
from signatories.models.commitment import CommitmentText
from signatories.moderation import SubmissionHasChanged, refuse_own, refuse_stale, write_down
from signatories.releasing import refuse_while_paused
from signatories.signing import AnswersAreMissing, AnyAnswers

WORDS = ("title", "mission", "impact", "partners", "target_date", "open_to_others")
CHOICES = ("partner_organisations", "principles", "service_areas")


class NothingChanges(Exception):
    """Raised when an edit that says the same as the public text is sent for review."""


@transaction.atomic
def start_edit(
    *, signature: Signature, by: Representative, commitment: Commitment | None = None
) -> CommitmentEdit:
    """Return the open edit of a commitment, begun now with the public text if there is none.

    It is of the first commitment of the signature, if none is named.

    Raises ImpossibleTransition unless the commitment is public.
    """
    signature = lock(signature)
    if signature.status != Status.PUBLISHED:
        raise ImpossibleTransition(signature, "edit")
    commitment = signature.commitment if commitment is None else signature.commitments.get(pk=commitment.pk)
    if not commitment.is_shown:
        raise ImpossibleTransition(signature, "edit")
    edit = commitment.edits.open().first()
    if edit:
        return edit
    edit = CommitmentEdit.objects.create(commitment=commitment, started_by=by)
    copy_text(commitment, edit)
    record_start(edit)
    return edit


@transaction.atomic
def save_edit(*, edit: CommitmentEdit, read: Callable[[], AnyAnswers]) -> AnyAnswers:
    """Keep the answer to one question, as long as the officer may still change it, and return its form.

    ``read`` reads it against what is stored, while nobody else can change it; only a valid answer
    is saved. Raises ImpossibleEdit.
    """
    held = _held(edit, "submit")
    if not held.is_editable:
        held.transition("submit")
    answers = read()
    if answers.is_valid():
        answers.save()
    return answers


@transaction.atomic
def submit_edit(*, edit: CommitmentEdit, by: Representative) -> CommitmentEdit:
    """Hand an edit or addition to the moderators and tell the officer.

    Raises AnswersAreMissing, NothingChanges, ImpossibleEdit, or TooManyUnfinished for an addition.
    """
    verb = "submit" if edit.status == EditStatus.DRAFT else "resubmit"
    edit = _held(edit, verb)
    edit.transition(verb)
    missing = unanswered_in_edit(edit)
    if missing:
        raise AnswersAreMissing(missing)
    if edit.is_addition:
        refuse_too_many(edit.signature)
    elif not changes_in(edit):
        raise NothingChanges
    edit.submitted_at, edit.submitted_by = timezone.now(), by
    _move(edit, verb, by=by.user, role=Actor.OFFICER, after={"answers": text_of(edit)})
    emails.tell_officer_edit_received(edit)
    return edit


@transaction.atomic
def withdraw_edit(*, edit: CommitmentEdit, by: Representative) -> None:
    """Drop an edit or addition at the organisation's wish. What is public stays. Raises ImpossibleEdit."""
    edit = CommitmentEdit.objects.select_for_update().get(pk=edit.pk)
    was_sent = edit.status != EditStatus.DRAFT
    _move(edit, "withdraw", by=by.user, role=Actor.OFFICER)
    if was_sent:
        emails.tell_officer_edit_withdrawn(edit)


@transaction.atomic
def accept_edit(
    *,
    edit: CommitmentEdit,
    by: User,
    seen: datetime | None,
    version: int | None = None,
    note: str = "",
) -> EditDecision:
    """Put the edit in the place of the public text, at once. ``note`` is for staff.

    ``seen`` and ``version`` say what the moderator saw, as in ``moderation``.
    Raises ImpossibleEdit, SubmissionHasChanged, RecordHasChanged, OwnSubmission or PublicationIsPaused.
    """
    edit = held_as_seen(edit, "accept", by=by, seen=seen, version=version)
    refuse_while_paused()
    decision = EditDecision.objects.create(edit=edit, outcome=Outcome.ACCEPTED, note=note, decided_by=by)
    commitment = edit.edited
    edit.replaced = text_of(commitment)
    copy_text(edit, commitment)
    commitment.public_change_at = timezone.now()
    commitment.save()
    finish(decision, "accept", before={"answers": edit.replaced}, after={"answers": text_of(edit)})
    record_change(organisation=edit.signature.organisation, what=What.EDITED)
    return decision


@transaction.atomic
def request_changes_to_edit(
    *,
    edit: CommitmentEdit,
    by: User,
    seen: datetime | None,
    reasons: Iterable[Reason],
    version: int | None = None,
    note: str = "",
    text: str = "",
) -> EditDecision:
    """Send an edit or addition back to the officer with what to change. What is public stays.

    The officer reads ``text``; without it, the words of the reasons and the note.
    Raises ImpossibleEdit, SubmissionHasChanged, RecordHasChanged, OwnSubmission or ReasonIsMissing.
    """
    edit = held_as_seen(edit, "request changes", by=by, seen=seen, version=version)
    decision = _decide(edit, Outcome.CHANGES_REQUESTED, by=by, reasons=reasons, note=note, text=text)
    finish(decision, "request changes")
    return decision


@transaction.atomic
def reject_edit(
    *,
    edit: CommitmentEdit,
    by: User,
    seen: datetime | None,
    reasons: Iterable[Reason],
    version: int | None = None,
    note: str = "",
    text: str = "",
) -> EditDecision:
    """Refuse an edit or addition. What is public stays. The officer reads what is read for changes.

    Raises ImpossibleEdit, SubmissionHasChanged, RecordHasChanged, OwnSubmission or ReasonIsMissing.
    """
    edit = held_as_seen(edit, "reject", by=by, seen=seen, version=version)
    decision = _decide(edit, Outcome.REJECTED, by=by, reasons=reasons, note=note, text=text)
    finish(decision, "reject")
    return decision


def _held(edit: CommitmentEdit, verb: str) -> CommitmentEdit:
    """Return the edit as it is now, held with its signature.

    Raises ImpossibleEdit if what it is about is not public.
    """
    signature = lock(edit.signature)
    edit = CommitmentEdit.objects.select_for_update(of=("self",)).get(pk=edit.pk)
    if edit.is_addition:
        edit.adds_to = signature
    else:
        [edit.commitment] = [one for one in signature.commitments.all() if one.pk == edit.commitment_id]
    if not edit.is_about_public:
        raise ImpossibleEdit(edit, verb)
    return edit


def held_as_seen(
    edit: CommitmentEdit, verb: str, *, by: User, seen: datetime | None, version: int | None
) -> CommitmentEdit:
    """Return the edit as a moderator may decide about it now. Raises what ``accept_edit`` does."""
    edit = _held(edit, verb)
    edit.transition(verb)
    refuse_own(edit.signature, by)
    if edit.submitted_at != seen:
        raise SubmissionHasChanged(edit.signature.reference)
    refuse_stale(edit.signature, version, by=by)
    return edit


def _decide(
    edit: CommitmentEdit, outcome: Outcome, *, by: User, reasons: Iterable[Reason], note: str, text: str
) -> EditDecision:
    decision = EditDecision(edit=edit, outcome=outcome, text=text, note=note, decided_by=by)
    return write_down(decision, reasons)


def finish(decision: EditDecision, verb: str, **more: Any) -> None:
    """Move the edit, drop the draft of a decision, and owe the emails."""
    DraftEditDecision.objects.filter(edit=decision.edit).delete()
    note = decision.note if decision.outcome == Outcome.ACCEPTED else decision.text
    _move(decision.edit, verb, by=decision.decided_by, role=Actor.MODERATOR, note=note, **more)
    emails.tell_of_edit_decision(decision)


def _move(
    edit: CommitmentEdit,
    verb: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **who: Any,
) -> None:
    """Take the way of the table of edits, save it, and tell it in the history of the signature."""
    source, target = edit.status, edit.transition(verb).target
    edit.status = target
    if target in {EditStatus.ACCEPTED, EditStatus.REJECTED, EditStatus.WITHDRAWN}:
        edit.ended_at = timezone.now()
    edit.save()
    before, after = {"edit status": source, **(before or {})}, {"edit status": target, **(after or {})}
    _record(edit, verb, before=before, after=after, **who)


def record_start(edit: CommitmentEdit) -> None:
    _record(edit, "start", by=edit.started_by.user, role=Actor.OFFICER)


def _record(
    edit: CommitmentEdit,
    verb: str,
    *,
    by: User | None,
    role: str,
    note: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    record(
        verb=f"{verb} {edit.noun}",
        on=edit.signature,
        by=by,
        role=role,
        note=note,
        before=before,
        after={"edit": edit.pk, **(after or {})},
    )


def copy_text(source: CommitmentText, target: CommitmentText) -> None:
    """Write the words and choices of one text into another."""
    for name in WORDS:
        setattr(target, name, getattr(source, name))
    target.save()
    for name in CHOICES:
        getattr(target, name).set(getattr(source, name).all())
