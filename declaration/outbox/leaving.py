"""The link by which a reader leaves: it works for ever, for one reader, and for nothing but leaving."""

import base64
import binascii
import hmac
import struct

from declaration.outbox.kept_keys import kept_key

# Stands in a mailing's words where a reader's own token goes; as long as a token.
PLACEHOLDER = "leave-token-of-this-very-reader-"
_NUMBER = struct.Struct(">q")
_LENGTH = 16


def leave_token(recipient: int) -> str:
    """Return 32 letters that name the reader and cannot be guessed."""
    number = _NUMBER.pack(recipient)
    return base64.urlsafe_b64encode(number + _seal(number)).decode()


def recipient_of(token: str) -> int | None:
    """Return whose token it is, or None for one that we never made."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    number, seal = raw[: _NUMBER.size], raw[_NUMBER.size :]
    if len(raw) != _NUMBER.size + _LENGTH:
        return None
    if not hmac.compare_digest(seal, _seal(number)):
        return None
    return int(_NUMBER.unpack(number)[0])


def _seal(number: bytes) -> bytes:
    return hmac.digest(kept_key("leaving"), number, "sha256")[:_LENGTH]
