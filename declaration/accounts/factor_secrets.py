"""The secrets of second factors, encrypted at rest: a copy of the database opens no account."""

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings


def _cipher() -> Fernet:
    """Return a cipher whose key follows from SECRET_KEY and serves nothing else."""
    key = hashlib.sha256(b"declaration.accounts.factor_secrets:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


class FactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raise InvalidToken if SECRET_KEY is another one than when the secret was stored."""
        return _cipher().decrypt(encrypted_text.encode()).decode()
