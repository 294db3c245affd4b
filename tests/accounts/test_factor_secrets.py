"""A copy of the database opens no account."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import InvalidToken

from declaration.accounts.factor_secrets import FactorAdapter
from tests.factories import UserFactory


def test_store_secret_of_an_app_encrypted(db):
    secret = generate_totp_secret()

    TOTP.activate(UserFactory(moderator=True), secret)

    [stored] = Authenticator.objects.values_list("data", flat=True)
    assert secret not in str(stored)
    assert FactorAdapter().decrypt(stored["secret"]) == secret


def test_decrypt_with_another_secret_key(settings):
    encrypted = FactorAdapter().encrypt("a secret")
    settings.SECRET_KEY = "another key"

    with pytest.raises(InvalidToken):
        FactorAdapter().decrypt(encrypted)
