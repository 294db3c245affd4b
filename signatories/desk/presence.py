"""Who has a record open: a hint for moderators, so that two do not read the same one.

It is kept in the cache for a quarter of an hour and nowhere else, and therefore opening a record by
GET may leave it: nothing of record changes, nobody decides by it, and without the cache there is just
no hint. What really keeps two decisions apart is the version a form carries.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

from declaration.accounts.models import User
from signatories.models import Signature

logger = logging.getLogger(__name__)
FRESH = timedelta(minutes=15)


@dataclass(frozen=True)
class Reader:
    name: str
    at: datetime

    @property
    def minutes(self) -> int:
        """Whole minutes since they opened it."""
        return int((timezone.now() - self.at).total_seconds()) // 60


def open_record(signature: Signature, person: User) -> list[Reader]:
    """Leave the hint that somebody opened a record, and return who else did lately, newest first."""
    key = f"presence:{signature.pk}"
    now = timezone.now()
    try:
        found: dict[int, tuple[str, datetime]] = cache.get(key) or {}
        fresh = {who: (name, at) for who, (name, at) in found.items() if now - at < FRESH}
        cache.set(key, {**fresh, person.pk: (str(person), now)}, FRESH.total_seconds())
    except Exception:  # noqa: BLE001 - every cache backend has errors of its own; the page goes on
        logger.warning("The cache did not answer; nobody is told who has a record open.")
        return []
    others = [Reader(name, at) for who, (name, at) in fresh.items() if who != person.pk]
    return sorted(others, key=lambda reader: reader.at, reverse=True)
