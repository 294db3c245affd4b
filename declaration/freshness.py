"""How fresh public pages are: one number that moves with everything the public sees.

The number is read from the database for each request, so whatever is kept under it (a page, a
fragment, an ETag) is right in every web process, with or without a cache between them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from declaration.audit.recording import OutsideTransaction
from declaration.models import PublicState

_ROW = 1


@dataclass(frozen=True)
class Freshness:
    number: int
    changed_at: datetime


def freshness() -> Freshness:
    """Return the number and time of the newest change that is visible now. One query."""
    row = PublicState.objects.filter(pk=_ROW).values_list("number", "changed_at").first()
    return Freshness(*row) if row else Freshness(0, datetime(2018, 7, 1, tzinfo=UTC))


def move_on(by: int = 1) -> Freshness:
    """Take the next number, or the last of so many next ones, for a change made in this transaction.

    The row stays locked until the transaction ends: numbers become visible in the order in which
    they were taken, so whoever has seen one number has seen all smaller ones. Call this last, so
    that others wait for a moment only. Time never runs backwards from one number to the next.
    Raises OutsideTransaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction("Move on inside the transaction that makes the change.")
    rows = PublicState.objects.select_for_update()
    row = rows.filter(pk=_ROW).first()
    if row is None:
        PublicState.objects.bulk_create([PublicState(pk=_ROW)], ignore_conflicts=True)
        row = rows.get(pk=_ROW)
    row.number += by
    row.changed_at = max(timezone.now(), row.changed_at)
    row.save()
    return Freshness(row.number, row.changed_at)
