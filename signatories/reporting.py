"""Progress on a published commitment: the organisation reports it, staff may take one entry down."""

from django.db import transaction
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.recording import record
from signatories import emails_after_publication as emails
from signatories.changes import record_change
from signatories.locking import lock
from signatories.models import (
    Actor,
    Commitment,
    ImpossibleTransition,
    Progress,
    ProgressTakeDown,
    Representative,
    Signature,
    Stage,
    Status,
    What,
)
from signatories.moderation import refuse_own, refuse_stale
from signatories.releasing import refuse_while_paused


class AlreadyTakenDown(Exception):
    """Raised when a colleague has taken the entry down before."""


@transaction.atomic
def report_progress(
    *,
    signature: Signature,
    by: Representative,
    stage: str,
    happened: str,
    learned: str = "",
    commitment: Commitment | None = None,
) -> Progress:
    """Publish how a commitment goes, at once: the first, if none is named. The same entry twice is one.

    Raises ImpossibleTransition unless the commitment is public, and PublicationIsPaused.
    """
    signature = lock(signature)
    if signature.status != Status.PUBLISHED:
        raise ImpossibleTransition(signature, "report progress")
    refuse_while_paused()
    commitment = signature.commitment if commitment is None else signature.commitments.get(pk=commitment.pk)
    if not commitment.is_shown:
        raise ImpossibleTransition(signature, "report progress")
    newest = commitment.progress.shown().first()
    entry = {"stage": stage, "happened": happened, "learned": learned}
    if newest and entry == {name: getattr(newest, name) for name in entry}:
        return newest  # the button was pressed twice
    before = {"stage": commitment.stage}
    progress = Progress.objects.create(commitment=commitment, reported_by=by, **entry)
    _repeat_newest(commitment)
    record(verb="report progress", on=signature, by=by.user, role=Actor.OFFICER, before=before, after=entry)
    record_change(organisation=signature.organisation, what=What.PROGRESS)
    return progress


@transaction.atomic
def take_progress_down(*, progress: Progress, by: User, reason: str, version: int | None = None) -> None:
    """Take one entry off the public pages, and tell the officer why. The one before counts again.

    ``version`` is the newest event of the signature that was shown, as in ``moderation``.
    Raises AlreadyTakenDown, OwnSubmission or RecordHasChanged.
    """
    signature = lock(progress.commitment.signature)
    refuse_own(signature, by)
    if ProgressTakeDown.objects.filter(progress=progress).exists():
        raise AlreadyTakenDown
    refuse_stale(signature, version, by=by)
    ProgressTakeDown.objects.create(progress=progress, reason=reason, taken_down_by=by)
    commitment = Commitment.objects.get(pk=progress.commitment_id)
    _repeat_newest(commitment)
    record(
        verb="take progress down",
        on=signature,
        by=by,
        role=Actor.MODERATOR,
        note=reason,
        before={"stage": progress.stage, "happened": progress.happened, "learned": progress.learned},
        after={"stage": commitment.stage},
    )
    emails.tell_officer_progress_taken_down(signature, progress, reason)
    if signature.is_public and commitment.is_shown:
        record_change(organisation=signature.organisation, what=What.PROGRESS)


def _repeat_newest(commitment: Commitment) -> None:
    """Write the newest entry that is shown onto the commitment, where lists find it by an index."""
    newest = commitment.progress.shown().first()
    commitment.stage = newest.stage if newest else Stage.UNREPORTED
    commitment.stage_reported_at = newest.reported_at if newest else None
    commitment.public_change_at = timezone.now()
    commitment.save(update_fields=["stage", "stage_reported_at", "public_change_at"])
