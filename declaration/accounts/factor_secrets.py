"""The secrets of second factors, encrypted at rest: a copy of the database opens no account."""

from typing import Final

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.db import transaction

from declaration.secret_keys import resealed, seal, unseal

PURPOSE: Final = "declaration.accounts.factor_secrets"
# Under which names allauth keeps the secret of an app, and what backup codes follow from.
SECRETS: Final = ("secret", "seed")


class FactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return seal(PURPOSE, text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raise InvalidToken if it was stored with a SECRET_KEY that the settings do not name."""
        return unseal(PURPOSE, encrypted_text)


def renew() -> int:
    """Encrypt all secrets with the present SECRET_KEY; return how many were with one before it.

    What no key of ours opens is left alone: its owner needs a new second factor, as if it were lost.
    """
    renewed = 0
    for key in list(Authenticator.objects.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            one = Authenticator.objects.select_for_update().filter(pk=key).first()
            if one is not None and _renew(one):
                one.save(update_fields=["data"])
                renewed += 1
    return renewed


def _renew(one: Authenticator) -> bool:
    before = dict(one.data)
    for name in SECRETS:
        if name in one.data:
            try:
                one.data[name] = resealed(PURPOSE, one.data[name])
            except InvalidToken:
                return False
    return bool(one.data != before)
