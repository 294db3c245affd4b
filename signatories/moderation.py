"""What moderators decide about a signature. The officer is told by email in the same transaction."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.recording import record
from signatories import emails
from signatories.changes import record_change
from signatories.models import Actor, ModerationDecision, Outcome, Reason, Representative, Signature, What
from signatories.signing import lock, move


class SubmissionHasChanged(Exception):
    """Raised when the moderator looked at an earlier submission than the one stored now."""


class OrganisationIsNotConfirmed(Exception):
    """Raised when a commitment is accepted before its proposed organisation is."""


class OfficerIsNotVerified(Exception):
    """Raised when a commitment is accepted before anybody has checked where its officer works."""


class OwnSubmission(Exception):
    """Raised when a moderator would decide about an organisation they act for themselves."""


class ReasonIsMissing(Exception):
    """Raised when nothing would tell the officer why."""


@transaction.atomic
def accept(*, signature: Signature, by: User, seen: datetime | None, note: str = "") -> ModerationDecision:
    """Find the commitment good, and ask the approver to sign.

    ``seen`` is the time of the submission the moderator looked at.
    Raises ImpossibleTransition, SubmissionHasChanged, OwnSubmission, OrganisationIsNotConfirmed
    or OfficerIsNotVerified.
    """
    signature = _lock_as_seen(signature, "accept", seen, by)
    if signature.organisation.is_awaiting_confirmation:
        raise OrganisationIsNotConfirmed(signature.organisation.name)
    if signature.submitted_by and not signature.submitted_by.is_verified:
        raise OfficerIsNotVerified(signature.reference)
    decision = _decide(signature, Outcome.ACCEPTED, by=by, note=note)
    now = timezone.now()
    signature.accepted_at = signature.approver_asked_at = signature.approver_last_mailed_at = now
    signature.reminders_sent = 0
    move(signature, "accept", by=by, role=Actor.MODERATOR, note=note)
    emails.ask_approver_to_sign(signature, occasion="accepted")
    if not signature.approver_is_officer:
        emails.tell_officer_accepted(signature, decision)
    return decision


@transaction.atomic
def request_changes(
    *, signature: Signature, by: User, seen: datetime | None, reasons: Iterable[Reason], note: str = ""
) -> ModerationDecision:
    """Send the commitment back to the officer with what to change.

    Raises ImpossibleTransition, SubmissionHasChanged, OwnSubmission or ReasonIsMissing.
    """
    signature = _lock_as_seen(signature, "request changes", seen, by)
    decision = _decide(signature, Outcome.CHANGES_REQUESTED, by=by, reasons=reasons, note=note)
    move(signature, "request changes", by=by, role=Actor.MODERATOR, note=note, after=_titles(decision))
    emails.tell_officer_changes_are_needed(signature, decision)
    return decision


@transaction.atomic
def reject(
    *, signature: Signature, by: User, seen: datetime | None, reasons: Iterable[Reason], note: str = ""
) -> ModerationDecision:
    """Refuse the submission.

    Raises ImpossibleTransition, SubmissionHasChanged, OwnSubmission or ReasonIsMissing.
    """
    signature = _lock_as_seen(signature, "reject", seen, by)
    decision = _decide(signature, Outcome.REJECTED, by=by, reasons=reasons, note=note)
    move(signature, "reject", by=by, role=Actor.MODERATOR, note=note, after=_titles(decision))
    emails.tell_officer_rejected(signature, decision)
    return decision


@transaction.atomic
def take_down(
    *, signature: Signature, by: User, seen: datetime | None, reasons: Iterable[Reason], note: str = ""
) -> ModerationDecision:
    """Remove a published signature from the public list at once.

    Raises ImpossibleTransition, SubmissionHasChanged, OwnSubmission or ReasonIsMissing.
    """
    signature = _lock_as_seen(signature, "take down", seen, by)
    decision = _decide(signature, Outcome.TAKEN_DOWN, by=by, reasons=reasons, note=note)
    move(signature, "take down", by=by, role=Actor.MODERATOR, note=note, after=_titles(decision))
    emails.tell_officer_taken_down(signature, decision)
    record_change(organisation=signature.organisation, what=What.TAKEN_DOWN)
    return decision


@transaction.atomic
def verify_officer(*, signature: Signature, by: User) -> None:
    """Record that staff have checked that the officer works for the organisation. Raises OwnSubmission."""
    refuse_own(signature, by)
    officer = signature.submitted_by or signature.started_by
    if officer.is_verified:
        return
    officer.is_verified = True
    officer.save(update_fields=["is_verified"])
    record(verb="verify officer", on=signature, by=by, role=Actor.MODERATOR, after={"is_verified": True})


def refuse_own(signature: Signature, by: User) -> None:
    """Raise OwnSubmission if this member of staff acts for the organisation as an officer."""
    if Representative.objects.filter(user=by, organisation_id=signature.organisation_id).exists():
        raise OwnSubmission(signature.reference)


def _lock_as_seen(signature: Signature, verb: str, seen: datetime | None, by: User) -> Signature:
    signature = lock(signature)
    signature.transition(verb)
    refuse_own(signature, by)
    if signature.submitted_at != seen:
        raise SubmissionHasChanged(signature.reference)
    return signature


def _decide(
    signature: Signature, outcome: Outcome, *, by: User, reasons: Iterable[Reason] = (), note: str = ""
) -> ModerationDecision:
    reasons = list(reasons)
    if outcome != Outcome.ACCEPTED and not any(reason.is_public for reason in reasons) and not note:
        raise ReasonIsMissing
    decision = ModerationDecision.objects.create(
        signature=signature, outcome=outcome, note=note, decided_by=by
    )
    decision.reasons.set(reasons)
    return decision


def _titles(decision: ModerationDecision) -> dict[str, list[str]]:
    return {"reasons": [reason.title for reason in decision.reasons.all()]}
