"""Add a further commitment to a published signature: it waits for staff like an edit, then stands beside the
first. Nobody signs again; whoever signed is told.

Saving, sending, withdrawing, asking for changes and rejecting are those of ``editing``.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from declaration.accounts.models import User
from signatories.changes import record_change
from signatories.comparing import text_of
from signatories.editing import copy_text, finish, held_as_seen, record_start
from signatories.finishing import refuse_too_many
from signatories.locking import lock
from signatories.models import (
    Commitment,
    CommitmentEdit,
    EditDecision,
    EditStatus,
    ImpossibleTransition,
    Outcome,
    Representative,
    Signature,
    Status,
    What,
)
from signatories.registering import refuse_if_ended
from signatories.releasing import refuse_while_paused


@transaction.atomic
def start_addition(*, signature: Signature, by: Representative) -> CommitmentEdit:
    """Return the open addition of a signature, begun now if there is none.

    It is empty, or says what the last one said if that was rejected.
    Raises ImpossibleTransition unless the signature is published, OrganisationHasEnded or
    TooManyUnfinished.
    """
    signature = lock(signature)
    if signature.status != Status.PUBLISHED:
        raise ImpossibleTransition(signature, "add to")
    addition = signature.additions.open().first()
    if addition:
        return addition
    refuse_if_ended(signature.organisation)
    refuse_too_many(signature)
    rejected = last_rejected(signature)
    addition = CommitmentEdit.objects.create(adds_to=signature, started_by=by)
    if rejected:
        copy_text(rejected, addition)
    record_start(addition)
    return addition


def last_rejected(signature: Signature) -> CommitmentEdit | None:
    """Return the newest addition if staff rejected it: its words are worth another attempt."""
    last = signature.additions.order_by("pk").last()
    return last if last and last.status == EditStatus.REJECTED else None


@transaction.atomic
def accept_addition(
    *,
    edit: CommitmentEdit,
    by: User,
    seen: datetime | None,
    version: int | None = None,
    note: str = "",
) -> EditDecision:
    """Make the addition a commitment of the signature, public at once. ``note`` is for staff.

    Raises what ``editing.accept_edit`` does, or TooManyUnfinished: others may have been taken up again
    since it was sent.
    """
    edit = held_as_seen(edit, "accept", by=by, seen=seen, version=version)
    refuse_too_many(edit.signature)
    refuse_while_paused()
    decision = EditDecision.objects.create(edit=edit, outcome=Outcome.ACCEPTED, note=note, decided_by=by)
    now = timezone.now()
    edit.commitment = Commitment(signature=edit.signature, added_at=now, public_change_at=now)
    copy_text(edit, edit.commitment)
    finish(decision, "accept", after={"commitment": edit.commitment.pk, "answers": text_of(edit)})
    organisation = edit.signature.organisation
    record_change(organisation=organisation, what=What.COMMITTED, commitment=edit.commitment)
    return decision
