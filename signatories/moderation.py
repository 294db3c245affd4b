"""What moderators decide about a signature. The officer is told by email in the same transaction.

Two stamps say what the moderator saw. ``seen`` is the time of the submission they read, and a
decision about another one is refused. ``version`` is the newest event of the record they had before
them; where it is given, anything that others did since refuses the decision too.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.models import AuditEvent
from declaration.audit.recording import record
from signatories import emails
from signatories.changes import record_change
from signatories.desk.timeline import Happening, events_since
from signatories.locking import lock
from signatories.models import (
    Actor,
    DraftDecision,
    ModerationDecision,
    Outcome,
    Reason,
    Representative,
    Signature,
    Status,
    What,
)
from signatories.models.decision import Decision, words_for_officer
from signatories.signing import move

AnyDecision = TypeVar("AnyDecision", bound=Decision)


class SubmissionHasChanged(Exception):
    """Raised when the moderator looked at an earlier submission than the one stored now."""


class RecordHasChanged(Exception):
    """Raised when somebody else did something to the record since the moderator opened it."""

    def __init__(self, signature: Signature, since: list[Happening]) -> None:
        super().__init__(signature.reference)
        self.since = since


class OrganisationIsNotConfirmed(Exception):
    """Raised when a commitment is accepted before its proposed organisation is."""


class OfficerIsNotVerified(Exception):
    """Raised when a commitment is accepted before anybody has checked where its officer works."""


class OwnSubmission(Exception):
    """Raised when a moderator would decide about an organisation they act for themselves."""


class OwnEdit(Exception):
    """Raised when a moderator would accept what they have changed themselves, and four eyes are asked for."""


class ReasonIsMissing(Exception):
    """Raised when nothing would tell the officer why."""


@transaction.atomic
def accept(
    *, signature: Signature, by: User, seen: datetime | None, version: int | None = None, note: str = ""
) -> ModerationDecision:
    """Find the commitment good, and ask the approver to sign. ``note`` is for staff.

    Raises ImpossibleTransition, SubmissionHasChanged, RecordHasChanged, OwnSubmission, OwnEdit,
    OrganisationIsNotConfirmed or OfficerIsNotVerified.
    """
    signature = _lock_as_seen(signature, "accept", by=by, seen=seen, version=version)
    if signature.organisation.is_awaiting_confirmation:
        raise OrganisationIsNotConfirmed(signature.organisation.name)
    if not signature.officer.is_verified:
        raise OfficerIsNotVerified(signature.reference)
    refuse_own_edits(signature, by)
    decision = ModerationDecision.objects.create(
        signature=signature, outcome=Outcome.ACCEPTED, note=note, decided_by=by
    )
    now = timezone.now()
    signature.accepted_at = signature.approver_asked_at = signature.approver_last_mailed_at = now
    signature.reminders_sent = 0
    _finish(decision, "accept")
    return decision


@transaction.atomic
def request_changes(
    *,
    signature: Signature,
    by: User,
    seen: datetime | None,
    reasons: Iterable[Reason],
    version: int | None = None,
    note: str = "",
    text: str = "",
) -> ModerationDecision:
    """Send the commitment back to the officer with what to change.

    The officer reads ``text``; without it, the words of the reasons and the note.
    Raises ImpossibleTransition, SubmissionHasChanged, RecordHasChanged, OwnSubmission or ReasonIsMissing.
    """
    signature = _lock_as_seen(signature, "request changes", by=by, seen=seen, version=version)
    decision = _decide(signature, Outcome.CHANGES_REQUESTED, by=by, reasons=reasons, note=note, text=text)
    _finish(decision, "request changes")
    return decision


@transaction.atomic
def reject(
    *,
    signature: Signature,
    by: User,
    seen: datetime | None,
    reasons: Iterable[Reason],
    version: int | None = None,
    note: str = "",
    text: str = "",
) -> ModerationDecision:
    """Refuse the submission. The officer reads the same as in ``request_changes``.

    Raises ImpossibleTransition, SubmissionHasChanged, RecordHasChanged, OwnSubmission or ReasonIsMissing.
    """
    signature = _lock_as_seen(signature, "reject", by=by, seen=seen, version=version)
    decision = _decide(signature, Outcome.REJECTED, by=by, reasons=reasons, note=note, text=text)
    _finish(decision, "reject")
    return decision


@transaction.atomic
def take_down(
    *,
    signature: Signature,
    by: User,
    seen: datetime | None,
    reasons: Iterable[Reason],
    version: int | None = None,
    note: str = "",
    text: str = "",
    public_notice: bool = False,
) -> ModerationDecision:
    """Remove a published signature from the public list at once, or a signed one before it gets there.

    With ``public_notice`` the organisation's page says that it was taken down and when; without, the
    public sees the register as if it had never been signed.
    The officer reads the same as in ``request_changes``.
    Raises ImpossibleTransition, SubmissionHasChanged, RecordHasChanged, OwnSubmission or ReasonIsMissing.
    """
    signature = _lock_as_seen(signature, "take down", by=by, seen=seen, version=version)
    was_public = signature.status == Status.PUBLISHED
    signature.public_notice = public_notice
    decision = _decide(signature, Outcome.TAKEN_DOWN, by=by, reasons=reasons, note=note, text=text)
    _finish(decision, "take down", after={"public_notice": public_notice})
    if was_public:
        record_change(organisation=signature.organisation, what=What.TAKEN_DOWN)
    return decision


@transaction.atomic
def verify_officer(*, signature: Signature, by: User) -> None:
    """Record that staff have checked that the officer works for the organisation. Raises OwnSubmission."""
    signature = lock(signature)
    refuse_own(signature, by)
    officer = signature.officer
    if officer.is_verified:
        return
    officer.is_verified = True
    officer.save(update_fields=["is_verified"])
    record(verb="verify officer", on=signature, by=by, role=Actor.MODERATOR, after={"is_verified": True})


def refuse_own(signature: Signature, by: User) -> None:
    """Raise OwnSubmission if this member of staff acts for the organisation as an officer."""
    if acts_for(signature, by):
        raise OwnSubmission(signature.reference)


def acts_for(signature: Signature, person: User) -> bool:
    """Tell whether this person is an officer of the organisation, or was one."""
    own = Q(user=person) | Q(email__iexact=person.email)
    return Representative.objects.filter(own, organisation_id=signature.organisation_id).exists()


def refuse_own_edits(signature: Signature, by: User) -> None:
    """Raise OwnEdit if ``FOUR_EYES`` is on and this person changed what would be accepted.

    Own edits are having checked the officer, and having confirmed or edited the organisation, since
    this sign-up was begun.
    """
    if not settings.FOUR_EYES:
        return
    own = AuditEvent.objects.filter(actor_id=by.pk, at__gte=signature.started_at)
    on_record = own.about(signature).filter(verb="verify officer")
    on_organisation = own.about(signature.organisation).filter(
        Q(verb__startswith="edit") | Q(verb__in=["add", "confirm"])
    )
    if on_record.exists() or on_organisation.exists():
        raise OwnEdit(signature.reference)


def refuse_stale(signature: Signature, version: int | None, *, by: User) -> None:
    """Raise RecordHasChanged if others did something after the version this person saw.

    Without a version nothing was seen that could have changed.
    """
    if version is not None and (since := events_since(signature, version, but_of=by)):
        raise RecordHasChanged(signature, since)


def write_down(decision: AnyDecision, reasons: Iterable[Reason]) -> AnyDecision:
    """Store a decision that tells the officer why: in its text, or in the words of the reasons and the note.

    Raises ReasonIsMissing.
    """
    reasons = list(reasons)
    decision.text = decision.text or words_for_officer(reasons, decision.note)
    if not decision.text:
        raise ReasonIsMissing
    decision.save()
    decision.reasons.set(reasons)
    return decision


def _lock_as_seen(
    signature: Signature, verb: str, *, by: User, seen: datetime | None, version: int | None
) -> Signature:
    signature = lock(signature)
    signature.transition(verb)
    refuse_own(signature, by)
    if signature.submitted_at != seen:
        raise SubmissionHasChanged(signature.reference)
    refuse_stale(signature, version, by=by)
    return signature


def _decide(
    signature: Signature, outcome: Outcome, *, reasons: Iterable[Reason], by: User, note: str, text: str
) -> ModerationDecision:
    decision = ModerationDecision(signature=signature, outcome=outcome, decided_by=by, note=note, text=text)
    return write_down(decision, reasons)


def _finish(decision: ModerationDecision, verb: str, after: dict[str, Any] | None = None) -> None:
    """Move the signature, drop the draft of a decision, and owe the emails."""
    signature = decision.signature
    titles = [reason.title for reason in decision.reasons.all()]
    DraftDecision.objects.filter(signature=signature).delete()
    move(
        signature,
        verb,
        by=decision.decided_by,
        role=Actor.MODERATOR,
        note=decision.note if decision.outcome == Outcome.ACCEPTED else decision.text,
        after={**({"reasons": titles} if titles else {}), **(after or {})},
    )
    emails.tell_of_decision(decision)
