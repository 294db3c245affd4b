"""Keys that do not change when SECRET_KEY does, because what they made is needed for years.

Links to leave stand in old mail, and a hash of an address cannot be made again without the address. Each such
key follows from the SECRET_KEY there was when it was first used; from then on it is a row, sealed with
SECRET_KEY, so that a copy of the database alone gives nothing away.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Any, Final

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core import checks
from django.db import connections, transaction
from django.utils.encoding import force_bytes

from declaration.outbox.models import KeptKey
from declaration.secret_keys import resealed, seal, unseal

PURPOSE: Final = "declaration.outbox.kept_keys"
_FIRST: Final[dict[str, Callable[[bytes], bytes]]] = {
    "leaving": lambda secret: hmac.digest(secret, b"declaration.outbox.leaving", "sha256"),
    "addresses": lambda secret: hashlib.sha256(b"newsletter.suppression" + secret).digest(),
}
# By name, and by the secret key under which this process read it.
_read: dict[tuple[str, Any], bytes] = {}


class KeyIsLost(RuntimeError):
    """A kept key was sealed with a SECRET_KEY that the settings do not name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The kept key “{name}” was sealed with another SECRET_KEY. Name it in SECRET_KEY_FALLBACKS."
            " Without it we could write to people who must not get mail, and links to leave would be dead."
        )


def kept_key(name: str) -> bytes:
    """Return a key, from the database at its first use in a process. Raises KeyIsLost.

    It is not written by this, so that pages may be looked at without a change.
    """
    known = _read.get((name, settings.SECRET_KEY))
    if known is None:
        row = KeptKey.objects.filter(name=name).first()
        known = _opened(row) if row else _first(name)
        _read[name, settings.SECRET_KEY] = known
    return known


def keep(name: str) -> None:
    """Write a key down, unless that was done: before anything is made with it. Raises KeyIsLost."""
    sealed = seal(PURPOSE, _first(name).hex())
    KeptKey.objects.bulk_create([KeptKey(name=name, sealed=sealed)], ignore_conflicts=True)
    _read[name, settings.SECRET_KEY] = _opened(KeptKey.objects.get(name=name))


def renew() -> int:
    """Seal all keys with the present SECRET_KEY; return how many were sealed with one before it.

    Raises KeyIsLost.
    """
    renewed = 0
    for name in _FIRST:
        keep(name)
        with transaction.atomic():
            row = KeptKey.objects.select_for_update().get(name=name)
            before, row.sealed = row.sealed, resealed(PURPOSE, row.sealed)
            if row.sealed != before:
                row.save()
                renewed += 1
    return renewed


def _first(name: str) -> bytes:
    """Return the key that was in use as long as no row said so: of the oldest secret key we know."""
    oldest = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS][-1]
    return _FIRST[name](force_bytes(oldest))


def _opened(row: KeptKey) -> bytes:
    try:
        return bytes.fromhex(unseal(PURPOSE, row.sealed))
    except InvalidToken:
        raise KeyIsLost(row.name) from None


@checks.register(checks.Tags.database)
def check_kept_keys(databases: Sequence[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Stop a release, which begins with migrations, whose SECRET_KEY has forgotten the one before."""
    problems: list[checks.CheckMessage] = []
    for alias in databases or []:
        if KeptKey._meta.db_table not in connections[alias].introspection.table_names():
            continue
        for row in KeptKey.objects.using(alias):
            try:
                _opened(row)
            except KeyIsLost as lost:
                problems.append(checks.Error(str(lost), id="outbox.E001"))
    return problems
