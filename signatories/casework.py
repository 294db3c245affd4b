"""What moderators do with a submission among themselves, before anybody outside is told anything."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from declaration.accounts.models import User
from declaration.accounts.roles import Role, permissions_of
from declaration.audit.recording import record
from signatories.locking import lock
from signatories.models import (
    Actor,
    CaseNote,
    Casework,
    Commitment,
    CommitmentEdit,
    DraftCommitmentDecision,
    DraftDecision,
    DraftEditDecision,
    EditCasework,
    EditStatus,
    Outcome,
    Reason,
    Signature,
    Status,
)
from signatories.models.casework import Care, SavedDecision
from signatories.moderation import refuse_own, refuse_stale

# What moderators decide about, and where a decision that is not taken yet waits, under the same key.
Decided = Signature | CommitmentEdit | Commitment
# What somebody looks after.
Cared = Signature | CommitmentEdit
DRAFTS: dict[type[Decided], type[SavedDecision]] = {
    Signature: DraftDecision,
    CommitmentEdit: DraftEditDecision,
    Commitment: DraftCommitmentDecision,
}
DECIDE = "signatories.decide_signature"
# What is looked after: handed in, and not over.
IN_HAND = [Status.SUBMITTED, Status.CHANGES_REQUESTED, Status.AWAITING_APPROVER, Status.PUBLISHED]


# An edit or addition is looked after while something is to be done about it.
EDITS_IN_HAND = [EditStatus.SUBMITTED, EditStatus.CHANGES_REQUESTED]


class NotInHand(Exception):
    """Raised for a record that nobody looks after: a draft, or one that is over."""


class CannotDecide(Exception):
    """Raised when a record would be handed to somebody who may not decide about it."""


class DayIsPast(Exception):
    """Raised when something would be parked until a day that has begun already."""


def who_may_decide() -> QuerySet[User]:
    """Return everybody a record may be handed to, by name."""
    roles = [role for role in Role.values if DECIDE in permissions_of(role)]
    return User.objects.filter(role__in=roles, is_active=True).order_by("full_name", "email")


def care_of(about: Cared) -> Care | None:
    """Return whose it is and until when it rests, with the people, by one query."""
    cares = EditCasework if isinstance(about, CommitmentEdit) else Casework
    found = cares._default_manager.select_related("assigned_to", "parked_by").filter(pk=about.pk)
    care: Care | None = found.first()
    return care


def is_in_hand(about: Cared) -> bool:
    """Tell whether somebody may look after it: it was handed in, and is not over."""
    return about.status in (EDITS_IN_HAND if isinstance(about, CommitmentEdit) else IN_HAND)


def waits(about: Cared) -> bool:
    """Tell whether it waits for a decision of staff, which is what can be put off."""
    if isinstance(about, CommitmentEdit):
        return about.status == EditStatus.SUBMITTED and about.is_about_public
    return about.status == Status.SUBMITTED


@transaction.atomic
def assign(*, about: Cared, to: User | None, by: User, version: int | None = None) -> None:
    """Give a record into somebody's care: one's own, a colleague's, or with None nobody's.

    Raises NotInHand, CannotDecide, OwnSubmission (an officer of the organisation is handed its own
    submission) or RecordHasChanged.
    """
    signature, about, casework = _held(about, by, version)
    if to is not None:
        if not (to.is_active and to.has_perm(DECIDE)):
            raise CannotDecide(to.pk)
        refuse_own(signature, to)
    before = casework.assigned_to
    if before == to:
        return
    casework.assigned_to = to
    casework.assigned_at = timezone.now() if to else None
    casework.save()
    verb = "release" if to is None else "take" if to == by else "hand over"
    _record(
        verb,
        about=about,
        by=by,
        before={"assigned_to": str(before or "")},
        after={"assigned_to": str(to or "")},
    )


@transaction.atomic
def park(*, about: Cared, until: date, note: str, by: User, version: int | None = None) -> None:
    """Let a submission rest until a London day, on which it stands in the queue again by itself.

    The promise to the officer goes on counting. Raises NotInHand, DayIsPast, RecordHasChanged or
    ImpossibleTransition or ImpossibleEdit when it does not wait for review.
    """
    signature, about, casework = _held(about, by, version)
    # Only what a moderator could decide about now can be put off.
    about.transition("accept")
    if until <= timezone.localdate():
        raise DayIsPast(until)
    before = casework.parked_until
    casework.parked_until, casework.parked_by, casework.park_note = until, by, note
    casework.save()
    _record(
        "park",
        about=about,
        by=by,
        before={"parked_until": before},
        after={"parked_until": until},
        note=note,
    )


@transaction.atomic
def bring_back(*, about: Cared, by: User, version: int | None = None) -> None:
    """End the rest of a parked submission before its day. Raises NotInHand or RecordHasChanged."""
    signature, about, casework = _held(about, by, version)
    if not casework.is_parked():
        return
    before = casework.parked_until
    casework.parked_until, casework.parked_by, casework.park_note = None, None, ""
    casework.save()
    _record("bring back", about=about, by=by, before={"parked_until": before}, after={"parked_until": None})


@transaction.atomic
def write_note(*, signature: Signature, text: str, by: User) -> CaseNote:
    """Write something down for colleagues. Officers never see it."""
    signature = lock(signature)
    note = CaseNote.objects.create(signature=signature, text=text, written_by=by)
    record(verb="note", on=signature, by=by, role=Actor.MODERATOR, after={"note": note.pk}, note=text)
    return note


@transaction.atomic
def save_draft(
    *,
    about: Decided,
    outcome: Outcome,
    reasons: Iterable[Reason] = (),
    text: str = "",
    note: str = "",
    public_notice: bool | None = None,
    by: User,
    version: int | None = None,
) -> SavedDecision:
    """Keep a decision on the record for oneself or a colleague to take later. Nobody is told.

    It takes the place of the draft before. ``public_notice`` is for taking something down.
    Raises OwnSubmission or RecordHasChanged.
    """
    signature = lock(_signature_of(about))
    refuse_own(signature, by)
    refuse_stale(signature, version, by=by)
    reasons = list(reasons)
    words = {"outcome": outcome, "text": text, "note": note, "saved_by": by, "saved_at": timezone.now()}
    if not isinstance(about, CommitmentEdit):
        words["public_notice"] = public_notice
    drafts = DRAFTS[type(about)]._default_manager
    draft, _ = drafts.update_or_create(pk=about.pk, defaults=words)
    draft.reasons.set(reasons)
    after: dict[str, Any] = {"outcome": outcome, "reasons": [reason.title for reason in reasons]}
    if public_notice is not None:
        after["public_notice"] = public_notice
    _record_draft("save a decision", about=about, by=by, after=after, note=text or note)
    return draft


@transaction.atomic
def discard_draft(*, about: Decided, by: User) -> None:
    """Remove the saved decision from the record; the history keeps what it said."""
    lock(_signature_of(about))
    removed, _ = DRAFTS[type(about)]._default_manager.filter(pk=about.pk).delete()
    if removed:
        _record_draft("discard a decision", about=about, by=by)


def _record_draft(
    verb: str,
    *,
    about: Decided,
    by: User,
    after: dict[str, Any] | None = None,
    note: str = "",
) -> None:
    """Tell it in the history of the signature; of anything else, with which one."""
    after = after or {}
    if isinstance(about, CommitmentEdit):
        verb, after = f"{verb} on an {about.noun}", {"edit": about.pk, **after}
    elif isinstance(about, Commitment):
        verb, after = f"{verb} on a commitment", {"commitment": about.pk, **after}
    record(verb=verb, on=_signature_of(about), by=by, role=Actor.MODERATOR, after=after, note=note)


def _signature_of(about: Decided) -> Signature:
    return about if isinstance(about, Signature) else about.signature


def _record(verb: str, *, about: Cared, **said: Any) -> None:
    """Tell it in the history of the signature; of an edit or addition, with which one."""
    if isinstance(about, CommitmentEdit):
        verb, said["after"] = f"{verb} {about.noun}", {"edit": about.pk, **said["after"]}
    record(verb=verb, on=_signature_of(about), role=Actor.MODERATOR, **said)


def _held(about: Cared, by: User, version: int | None) -> tuple[Signature, Cared, Care]:
    """Return the signature, what is looked after and whose it is, as they are now and held."""
    signature = lock(_signature_of(about))
    if isinstance(about, CommitmentEdit):
        about = CommitmentEdit.objects.select_for_update(of=("self",)).get(pk=about.pk)
    else:
        about = signature
    if not is_in_hand(about):
        raise NotInHand(signature.reference)
    refuse_stale(signature, version, by=by)
    cares = EditCasework if isinstance(about, CommitmentEdit) else Casework
    casework, _ = cares._default_manager.select_related("assigned_to").get_or_create(pk=about.pk)
    return signature, about, casework
