"""The link by which a reader leaves: it works for ever, for one reader, and for nothing but leaving."""

import base64
import binascii
import hmac
import struct
from functools import lru_cache

from django.conf import settings
from django.utils.encoding import force_bytes

# Stands in a mailing's words where a reader's own token goes; as long as a token.
PLACEHOLDER = "leave-token-of-this-very-reader-"
_NUMBER = struct.Struct(">q")
_LENGTH = 16


def leave_token(recipient: int) -> str:
    """Return 32 letters that name the reader and cannot be guessed."""
    number = _NUMBER.pack(recipient)
    return base64.urlsafe_b64encode(number + _seal(settings.SECRET_KEY, number)).decode()


def recipient_of(token: str) -> int | None:
    """Return whose token it is, or None for one that we never made."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    number, seal = raw[: _NUMBER.size], raw[_NUMBER.size :]
    if len(raw) != _NUMBER.size + _LENGTH:
        return None
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if hmac.compare_digest(seal, _seal(key, number)):
            return int(_NUMBER.unpack(number)[0])
    return None


def _seal(key: str | bytes, number: bytes) -> bytes:
    return hmac.digest(_purpose(key), number, "sha256")[:_LENGTH]


@lru_cache(maxsize=8)
def _purpose(key: str | bytes) -> bytes:
    return hmac.digest(force_bytes(key), b"declaration.outbox.leaving", "sha256")
