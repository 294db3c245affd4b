"""SECRET_KEY and those before it: what any of them has sealed can be opened, and the present one seals."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.encoding import force_str


def seal(purpose: str, words: str) -> str:
    """Encrypt words with a key that follows from SECRET_KEY and serves this purpose alone."""
    return _ciphers(purpose)[0].encrypt(words.encode()).decode()


def unseal(purpose: str, sealed: str) -> str:
    """Raise InvalidToken for what was sealed with another key than those we know."""
    return MultiFernet(_ciphers(purpose)).decrypt(sealed).decode()


def resealed(purpose: str, sealed: str) -> str:
    """Return the same words sealed with the present key; what is that already comes back as it is.

    Raises InvalidToken.
    """
    try:
        _ciphers(purpose)[0].decrypt(sealed)
    except InvalidToken:
        return seal(purpose, unseal(purpose, sealed))
    return sealed


def _ciphers(purpose: str) -> list[Fernet]:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = [hashlib.sha256(f"{purpose}:{force_str(secret)}".encode()).digest() for secret in secrets]
    return [Fernet(base64.urlsafe_b64encode(key)) for key in keys]
