"""What Notify tells of an email settles it once, in whatever order and however often it is told."""

import json
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from declaration.accounts.models import User
from declaration.outbox import mailings, mass_claiming, mass_delivery, receipts, settling
from declaration.outbox.models import Email, LostAddress, Mailing, Receipt
from tests.outbox.test_mailings import FakeTransport, counted, opened
from tests.signatories.databases import KINDS, own_database

TOKEN = "a-token-of-the-callback-page"
NOW = "2026-11-22T12:00:00Z"


@pytest.fixture(autouse=True)
def token(settings):
    settings.NOTIFY_CALLBACK_TOKEN = TOKEN


@pytest.fixture
def owe_sent(owe):
    """An email that Notify took a minute ago, under a name of its own."""

    def owe_one(**circumstances):
        sent = {"state": "sent", "attempts": 1, "sent_at": timezone.now() - timedelta(minutes=1)}
        return owe(**{**sent, "provider_reference": str(uuid.uuid4()), **circumstances})

    return owe_one


def told(email, status="delivered", *, after=0, **words):
    """Return what Notify tells of an email, so many seconds after now."""
    at = (timezone.now() + timedelta(seconds=after)).isoformat().replace("+00:00", "Z")
    return {
        "id": email.provider_reference,
        "reference": str(email.reference),
        "to": email.to,
        "status": status,
        "created_at": at,
        "sent_at": at,
        "completed_at": at,
        "notification_type": "email",
        "template_id": str(uuid.uuid4()),
        "template_version": 1,
        **words,
    }


def tell(client, receipt, token=TOKEN):
    content = receipt if isinstance(receipt, bytes) else json.dumps(receipt).encode()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return client.post(
        reverse("mail_receipts"), content, content_type="application/json", headers=headers
    ).status_code


def state_of(email):
    email.refresh_from_db()
    return email.state


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "state", "lost"),
    [
        ("delivered", "delivered", False),
        ("permanent-failure", "bounced", True),
        ("temporary-failure", "bounced", False),
        ("technical-failure", "failed", False),
    ],
)
def test_settles_an_email_by_its_receipt(client, owe_sent, status, state, lost):
    email = owe_sent()
    receipt = told(email, status)
    for _ in range(2):
        assert tell(client, receipt) == 204
        receipts.apply_all()
    assert state_of(email) == state
    assert (email.code, bool(email.last_error)) == (("", False) if state == "delivered" else (status, True))
    assert LostAddress.objects.filter(address=email.to, reason="bounced").count() == lost
    assert not Receipt.objects.exists()


@pytest.mark.django_db
def test_lets_nobody_tell_without_the_token(client, owe_sent, settings):
    email = owe_sent()
    for token in ("", "wrong", TOKEN[:-1], f"{TOKEN} ", "é"):
        assert tell(client, told(email), token=token) == 401
    settings.NOTIFY_CALLBACK_TOKEN = ""
    for token in ("", TOKEN):
        assert tell(client, told(email), token=token) == 404
    assert not Receipt.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b"[]", 400),
        (b"null", 400),
        (b"[" * 12_000, 400),
        (b" " * 17_000, 413),
        ({"id": "x"}, 400),
        ({"id": 5}, 400),
        ({"status": ["delivered"]}, 400),
        ({"completed_at": "yesterday"}, 400),
        ({"completed_at": "2026-13-45T00:00:00Z"}, 400),
        ({"reference": 5}, 400),
        ({"reference": None}, 204),
        ({"reference": "of-another-service"}, 204),
        ({"reference": str(uuid.uuid4())}, 204),
        ({"status": "a-status-of-tomorrow"}, 204),
        ({"notification_type": "sms"}, 204),
    ],
)
def test_takes_only_what_is_a_receipt(client, owe_sent, wrong, status):
    email = owe_sent()
    assert tell(client, wrong if isinstance(wrong, bytes) else told(email, **wrong)) == status
    assert not Receipt.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        ([("delivered", 1), ("permanent-failure", 2)], "bounced"),
        ([("permanent-failure", 2), ("delivered", 1)], "bounced"),
        ([("temporary-failure", 1), ("delivered", 2)], "delivered"),
        ([("delivered", 2), ("temporary-failure", 1)], "delivered"),
        ([("delivered", 1), ("temporary-failure", 1)], "bounced"),
        ([("temporary-failure", 1), ("delivered", 1)], "bounced"),
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_ends_the_same_in_whatever_order_it_is_told(client, owe_sent, statuses, state, together):
    with time_machine.travel(NOW, tick=False) as clock:
        email = owe_sent()
        clock.shift(10)
        for status, after in statuses:
            tell(client, told(email, status, after=after - 10))
            if not together:
                receipts.apply_all()
        receipts.apply_all()
    assert state_of(email) == state


@pytest.mark.django_db
def test_takes_a_receipt_for_the_answer_that_was_lost(client, owe):
    lost = {"state": "uncertain", "attempts": 1}
    email, code = owe(**lost), owe(**lost, secret=True)
    for one in (email, code):
        tell(client, told(one, id=str(uuid.uuid4())))
    receipts.apply_all()
    assert (state_of(email), state_of(code)) == ("delivered", "delivered")
    assert (email.text, code.text, email.sent_at is not None) == ("Hello\n", "", True)
    assert uuid.UUID(email.provider_reference)


@pytest.mark.django_db
def test_leaves_an_email_that_is_sent_again_to_its_new_receipt(client, owe_sent):
    email = owe_sent()
    first = told(email, "temporary-failure")
    tell(client, first)
    receipts.apply_all()
    assert state_of(email) == "bounced"
    settling.send_again(email=email, by=User.objects.create_user("s@communities.gov.uk"), role="moderator")
    for late in (first, told(email, "permanent-failure", after=5)):
        tell(client, late)
    receipts.apply_all()
    assert (state_of(email), Receipt.objects.count()) == ("pending", 0)
    again = str(uuid.uuid4())
    email.state, email.sent_at, email.attempts = "sent", timezone.now(), 1
    email.provider_reference = again
    email.save()
    tell(client, first)
    receipts.apply_all()
    assert state_of(email) == "sent"
    tell(client, told(email, after=10))
    receipts.apply_all()
    assert state_of(email) == "delivered"


@pytest.mark.django_db
def test_waits_while_a_sender_has_the_email_in_hand(client, owe):
    email = owe()
    [ours] = receipts.claiming.claim(1)
    assert receipts.claiming.begin(ours)
    sending = str(uuid.uuid4())
    tell(client, told(email, id=sending))
    assert receipts.apply_all() == 0
    receipts.claiming.finish(ours, Email.State.SENT, sent_at=timezone.now(), provider_reference=sending)
    assert receipts.apply_all() == 1
    assert state_of(email) == "delivered"


@pytest.fixture(params=KINDS)
def database(request, tmp_path, django_db_blocker):
    with own_database(request.param, tmp_path, django_db_blocker):
        yield


def going(number, **words):
    people = [User(email=f"p{n}@example.gov.uk") for n in range(number)]
    User.objects.bulk_create(people)
    mailing = opened(**words)
    mailings.add_readers(mailing=mailing, readers=User.objects.order_by("pk"))
    mailings.start(mailing=mailing)
    return mailing


def test_keeps_the_counters_of_a_mailing_true(database, client):
    mailing = going(6)
    mass_delivery.send_mailings(FakeTransport(lambda email: f"sending of {email.pk}"))
    outcomes = ["delivered", "delivered", "permanent-failure", "temporary-failure", "technical-failure"]
    emails = list(Email.objects.of(mailing).order_by("pk"))
    for email in emails:
        email.provider_reference = str(uuid.uuid4())
        email.save()
    for email, status in zip(emails, outcomes, strict=False):
        tell(client, told(email, status))
    # A sender died and took the counts of three with it: their receipts wait until all are counted anew.
    Mailing.objects.update(sent=3)
    assert (receipts.apply_all(), receipts.apply_all()) == (3, 0)
    mailing.refresh_from_db()
    assert (mailing.sent, mailing.delivered, mailing.bounced, mailing.failed) == (0, 2, 1, 0)
    mailings.recount(mailing)
    assert receipts.apply_all() == 2
    assert counted(mailing) == {"sent": 1, "delivered": 2, "bounced": 2, "failed": 1}
    assert [one.address for one in LostAddress.objects.all()] == [emails[2].to]
    # Late, and the other way round.
    tell(client, told(emails[0], "permanent-failure", after=60))
    tell(client, told(emails[3], "delivered", after=60))
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        receipts.apply_all()
    assert counted(mailing) == {"sent": 1, "delivered": 2, "bounced": 2, "failed": 1}


def test_passes_by_an_email_that_somebody_else_holds(database, client):
    mailing = going(1)
    [email] = mass_claiming.claim(mailing, 1)
    tell(client, told(email, id=str(uuid.uuid4())))
    assert receipts.apply_all() == 0
    Email.objects.filter(pk=email.pk).update(state="uncertain", attempts=1, claim=None, lease_until=None)
    Mailing.objects.update(uncertain=1)
    assert receipts.apply_all() == 1
    assert counted(mailing) == {"delivered": 1}
    assert connection.vendor in {"sqlite", "postgresql"}
