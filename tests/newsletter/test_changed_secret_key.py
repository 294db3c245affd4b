"""The secret key is changed: links, sessions, second factors and the list of the suppressed outlive it."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from declaration.accounts import factor_secrets, second_factor
from declaration.accounts.tasks import renew_secrets
from declaration.newsletter import links, suppressing
from declaration.newsletter.hashed_addresses import is_suppressed, reader_at
from declaration.newsletter.models import Subscriber
from declaration.outbox import kept_keys
from declaration.outbox.kept_keys import KeyIsLost
from declaration.outbox.leaving import leave_token
from declaration.outbox.models import Email, KeptKey
from signatories.links import approver_token
from tests.accounts.people import app_code, staff_member
from tests.factories import SignatureFactory, UserFactory
from tests.newsletter.making import subscriber_of
from tests.newsletter.test_subscribing import ask

pytestmark = pytest.mark.django_db
KEYS = [f"key {number} of the test about changed keys, which is long enough" for number in range(4)]


@pytest.fixture
def use_keys(settings, monkeypatch):
    """Put the service on these keys, the present one first, in a process that has read none yet."""
    monkeypatch.setattr(kept_keys, "_read", {})

    def use(present, *before):
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = present, list(before)

    use(KEYS[0])
    return use


def test_knows_who_left_or_is_suppressed_and_lets_readers_leave_by_old_links(use_keys):
    suppressing.suppress(address="never@example.uk", reason="complained", by=None)
    gone, stays = subscriber_of("gone@example.uk"), subscriber_of("stays@example.uk")
    leave = [reverse("newsletter_leave", args=[leave_token(reader.pk)]) for reader in (gone, stays)]
    Client().post(leave[0])
    use_keys(KEYS[1], KEYS[0])
    assert is_suppressed("never@example.uk") and reader_at("gone@example.uk").left_at
    renew_secrets()
    # Twice changed, and the first is nowhere any more.
    use_keys(KEYS[2], KEYS[1])
    renew_secrets()
    use_keys(KEYS[3], KEYS[2])
    renew_secrets()
    use_keys(KEYS[3])
    assert reader_at("gone@example.uk").pk == gone.pk
    ask(Client(), "never@example.uk")
    assert not Email.objects.exists() and not Subscriber.objects.filter(email="never@example.uk").exists()
    Client().post(leave[1], {"List-Unsubscribe": "One-Click"})
    stays.refresh_from_db()
    assert stays.left_at


def test_keeps_people_signed_in_and_emailed_links_alive(use_keys, client):
    client.force_login(UserFactory(email="jo@camden.gov.uk"))
    signature = SignatureFactory(awaiting_approver=True)
    reader = subscriber_of("jo@example.uk")
    approve = reverse("approve", args=[approver_token(signature)])
    manage = reverse("newsletter_manage", args=[links.manage_token(reader)])
    use_keys(KEYS[1], KEYS[0])
    assert client.get(reverse("home")).wsgi_request.user.email == "jo@camden.gov.uk"
    assert [Client().get(path).status_code for path in (approve, manage)] == [200, 200]
    use_keys(KEYS[1])
    assert [Client().get(path).status_code for path in (approve, manage)] == [404, 410]


def test_keeps_second_factors(use_keys):
    person = staff_member("editor")
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    backup, unused = RecoveryCodes.activate(person).get_unused_codes()[:2]
    use_keys(KEYS[1], KEYS[0])
    assert second_factor.check(person, backup)
    assert (factor_secrets.renew(), factor_secrets.renew()) == (2, 0)
    use_keys(KEYS[1])
    assert not second_factor.check(person, backup)
    assert second_factor.check(person, unused)
    assert second_factor.check(person, app_code(secret))


def test_stops_rather_than_forget_whom_not_to_write_to(use_keys):
    kept_keys.keep("addresses")
    call_command("check", databases=["default"])
    use_keys(KEYS[1])
    with pytest.raises(KeyIsLost):
        suppressing.suppress(address="never@example.uk", reason="staff", by=None)
    with pytest.raises(CommandError, match="SECRET_KEY_FALLBACKS"):
        call_command("migrate", skip_checks=False)
    use_keys(KEYS[1], KEYS[0])
    call_command("check", databases=["default"])
    assert [key.name for key in KeptKey.objects.all()] == ["addresses"]
