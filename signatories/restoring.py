"""Bring a signature back that was taken down, or withdrawn by mistake."""

from django.db import transaction
from django.utils import timezone

from declaration.accounts.models import User
from signatories import emails_after_publication as emails
from signatories.changes import record_change
from signatories.locking import lock
from signatories.models import Actor, Commitment, Organisation, Signature, What
from signatories.moderation import ReasonIsMissing, refuse_own, refuse_stale
from signatories.releasing import refuse_while_paused
from signatories.signing import AnotherSignatureIsLive, move


@transaction.atomic
def restore(*, signature: Signature, by: User, note: str, version: int | None = None) -> None:
    """Publish a signature again, as it was, and tell the officer and whoever signed. ``note`` says why.

    ``version`` is the newest event of the record that was shown, as in ``moderation``.
    Raises ImpossibleTransition, AnotherSignatureIsLive, RecordHasChanged, OwnSubmission, ReasonIsMissing
    or PublicationIsPaused.
    """
    Organisation.objects.select_for_update().get(pk=signature.organisation_id)
    signature = lock(signature)
    signature.transition("restore")
    refuse_own(signature, by)
    refuse_stale(signature, version, by=by)
    if not note:
        raise ReasonIsMissing
    other = Signature.objects.live().filter(organisation_id=signature.organisation_id).first()
    if other:
        raise AnotherSignatureIsLive(other)
    refuse_while_paused()
    signature.ended_at, signature.public_notice = None, False
    Commitment.objects.filter(signature=signature).update(public_change_at=timezone.now())
    move(signature, "restore", by=by, role=Actor.MODERATOR, note=note)
    emails.tell_people_restored(signature, note, occasion=timezone.now().isoformat())
    record_change(organisation=signature.organisation, what=What.RESTORED)
