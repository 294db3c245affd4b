"""Addresses by a keyed hash: whom we must know again and may not be able to tell."""

import hashlib
import hmac
from typing import Final

from declaration.newsletter.models import Subscriber, Suppression
from declaration.outbox.kept_keys import kept_key

# A name that no mail can be sent to (RFC 2606).
AFTER_LEAVING: Final = "@left.invalid"


def hash_of(address: str) -> str:
    """Return what stands for an address in the list of suppressed ones (64 hex digits)."""
    return hmac.digest(kept_key("addresses"), address.lower().encode(), "sha256").hex()


def name_after_leaving(address: str) -> str:
    """Return what stands in the place of an address whose reader has left; of itself it stays as it is."""
    return address if is_forgotten(address) else hash_of(address) + AFTER_LEAVING


def is_forgotten(address: str) -> bool:
    return address.endswith(AFTER_LEAVING)


def reader_at(address: str) -> Subscriber | None:
    """Return who has or had this address; who has it now comes first."""
    found = Subscriber.objects.filter(email__in=[address, name_after_leaving(address)])
    return min(found, key=lambda reader: is_forgotten(reader.email), default=None)


# Whoever suppresses waits for who imports, and the other way round.
SUPPRESSING: Final = hashlib.sha256(b"newsletter.suppressing").hexdigest()


def suppression_of(address: str) -> Suppression | None:
    return Suppression.objects.filter(address=hash_of(address)).first()


def is_suppressed(address: str) -> bool:
    return Suppression.objects.filter(address=hash_of(address)).exists()
