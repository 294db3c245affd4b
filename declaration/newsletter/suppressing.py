"""Addresses that we never write newsletters to again: staff or what came back put them on the list."""

from typing import Final

from django.db import transaction

from declaration.accounts.models import User
from declaration.accounts.turns import take_turn
from declaration.audit.recording import record
from declaration.newsletter.hashed_addresses import SUPPRESSING, hash_of
from declaration.newsletter.models import Subscriber, Suppression
from declaration.newsletter.subscribing import leave
from declaration.outbox.kept_keys import keep
from declaration.outbox.models import LostAddress

LOST_AT_ONCE: Final = 200


@transaction.atomic
def suppress(*, address: str, reason: str, by: User | None, note: str = "", source: str = "") -> None:
    """Never write newsletters to an address again; its subscription ends. Twice is once."""
    address = address.strip().lower()
    take_turn(SUPPRESSING)
    keep("addresses")
    Suppression.objects.bulk_create(
        [Suppression(address=hash_of(address), reason=reason, note=note, source=source, by=by)],
        ignore_conflicts=True,
    )
    suppression = Suppression.objects.get(address=hash_of(address))
    record(
        verb="suppressed an address",
        on=suppression,
        by=by,
        role=by.role if by else "system",
        after={"reason": reason},
    )
    subscriber = Subscriber.objects.filter(email=address).first()
    if subscriber is not None:
        leave(subscriber=subscriber, because=reason, by=by)


@transaction.atomic
def lift(*, suppression: Suppression, by: User, why: str) -> None:
    """Let an address subscribe again. Nobody is subscribed by it: that is for its reader to say."""
    before = {"reason": suppression.reason, "source": suppression.source, "note": suppression.note}
    record(verb="lifted a suppression", on=suppression, by=by, role=by.role, before=before, note=why)
    suppression.delete()


@transaction.atomic
def suppress_lost() -> int:
    """Stop writing to those whose mailbox is gone or who complained, as the outbox was told; return how many.

    An officer whose mailbox comes and goes is none of our readers and may become one; who complained may not.
    """
    lost = list(LostAddress.objects.select_for_update(skip_locked=True)[:LOST_AT_ONCE])
    readers = set(
        Subscriber.objects.subscribed()
        .filter(email__in=[one.address.lower() for one in lost])
        .values_list("email", flat=True)
    )
    suppressed = 0
    for one in lost:
        if one.reason == LostAddress.Reason.COMPLAINED or one.address.lower() in readers:
            suppress(address=one.address, reason=one.reason, by=None, note=one.words, source=one.source)
            suppressed += 1
    LostAddress.objects.filter(pk__in=[one.pk for one in lost]).delete()
    return suppressed
