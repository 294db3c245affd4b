"""Take one commitment of a public signature down, or one earlier text; bring the commitment back.

The signature and what else it promises stay public. ``seen`` and ``version`` say what the moderator saw,
as in ``moderation``.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.recording import record
from signatories import emails_after_publication as emails
from signatories.changes import record_change
from signatories.comparing import text_of
from signatories.locking import lock
from signatories.models import (
    Actor,
    Commitment,
    CommitmentDecision,
    CommitmentEdit,
    DraftCommitmentDecision,
    HiddenText,
    Outcome,
    Reason,
    What,
)
from signatories.moderation import (
    ReasonIsMissing,
    SubmissionHasChanged,
    refuse_own,
    refuse_stale,
    write_down,
)
from signatories.releasing import refuse_while_paused


class LastCommitment(Exception):
    """Raised when a signature would be left without a commitment: the signature itself is taken down then."""


class NothingToHide(Exception):
    """Raised when an edit replaced no public text, or a colleague was first."""


@transaction.atomic
def take_commitment_down(
    *,
    commitment: Commitment,
    by: User,
    seen: datetime | None,
    reasons: Iterable[Reason],
    version: int | None = None,
    text: str = "",
    public_notice: bool = False,
) -> CommitmentDecision:
    """Remove one of several commitments from everything public at once.

    With ``public_notice`` the organisation's page says that one was taken down and when; without, the
    public sees the register as if it had never been promised. The officer reads ``text``; without it,
    the words of the reasons. An edit of it that waits rests until it is restored.
    Raises ImpossibleForCommitment, LastCommitment, SubmissionHasChanged, RecordHasChanged, OwnSubmission
    or ReasonIsMissing.
    """
    commitment = _held(commitment)
    signature = commitment.signature
    if signature.is_public and commitment.is_last_shown:
        raise LastCommitment(signature.reference)
    way = commitment.transition("take down")
    refuse_own(signature, by)
    if signature.submitted_at != seen:
        raise SubmissionHasChanged(signature.reference)
    refuse_stale(signature, version, by=by)
    decision = CommitmentDecision(commitment=commitment, outcome=Outcome.TAKEN_DOWN, decided_by=by, text=text)
    write_down(decision, reasons)
    DraftCommitmentDecision.objects.filter(commitment=commitment).delete()
    before = {"commitment status": commitment.status, "answers": text_of(commitment)}
    commitment.status, commitment.public_notice = way.target, public_notice
    commitment.taken_down_at = timezone.now()
    commitment.save()
    titles = [reason.title for reason in decision.reasons.all()]
    record(
        verb="take commitment down",
        on=signature,
        by=by,
        role=Actor.MODERATOR,
        note=decision.text,
        before=before,
        after={
            "commitment": commitment.pk,
            "commitment status": commitment.status,
            "public_notice": public_notice,
            **({"reasons": titles} if titles else {}),
        },
    )
    emails.tell_officer_commitment_taken_down(decision)
    record_change(organisation=signature.organisation, what=What.COMMITMENT_TAKEN_DOWN)
    return decision


@transaction.atomic
def restore_commitment(*, commitment: Commitment, by: User, note: str, version: int | None = None) -> None:
    """Show a commitment again, as it was, and tell the officer and whoever signed. ``note`` says why.

    It comes back also beside as many as a signatory may have to finish: it was promised before.
    Raises ImpossibleForCommitment, RecordHasChanged, OwnSubmission, ReasonIsMissing or PublicationIsPaused.
    """
    commitment = _held(commitment)
    signature = commitment.signature
    way = commitment.transition("restore")
    refuse_own(signature, by)
    refuse_stale(signature, version, by=by)
    if not note:
        raise ReasonIsMissing
    refuse_while_paused()
    before = {"commitment status": commitment.status, "public_notice": commitment.public_notice}
    commitment.status, commitment.public_notice, commitment.taken_down_at = way.target, False, None
    commitment.public_change_at = timezone.now()
    commitment.save()
    record(
        verb="restore commitment",
        on=signature,
        by=by,
        role=Actor.MODERATOR,
        note=note,
        before=before,
        after={"commitment": commitment.pk, "commitment status": commitment.status},
    )
    emails.tell_people_commitment_restored(commitment, note, occasion=timezone.now().isoformat())
    record_change(organisation=signature.organisation, what=What.COMMITMENT_RESTORED)


@transaction.atomic
def hide_replaced_text(*, edit: CommitmentEdit, by: User, reason: str, version: int | None = None) -> None:
    """Take the text that an accepted edit replaced out of the public history for good, and tell the officer.

    The page goes on saying that there was one, and what came before and after it. Staff still read it.
    Raises NothingToHide, RecordHasChanged, OwnSubmission or ReasonIsMissing.
    """
    signature = lock(edit.signature)
    edit = CommitmentEdit.objects.select_for_update(of=("self",)).get(pk=edit.pk)
    refuse_own(signature, by)
    refuse_stale(signature, version, by=by)
    if not edit.replaced_public_text or hasattr(edit, "hidden_text"):
        raise NothingToHide(edit.pk)
    if not reason:
        raise ReasonIsMissing
    HiddenText.objects.create(edit=edit, reason=reason, hidden_by=by)
    record(
        verb="hide earlier text",
        on=signature,
        by=by,
        role=Actor.MODERATOR,
        note=reason,
        before={"answers": edit.replaced},
        after={"edit": edit.pk},
    )
    emails.tell_officer_text_hidden(edit, reason)
    if signature.is_public and edit.edited.is_shown:
        record_change(organisation=signature.organisation, what=What.HISTORY_REMOVED)


def _held(commitment: Commitment) -> Commitment:
    """Return the commitment as it is now, held with its signature and the others of it."""
    signature = lock(commitment.signature)
    [held] = [one for one in signature.commitments.all() if one.pk == commitment.pk]
    return held
