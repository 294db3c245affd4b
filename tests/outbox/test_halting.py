"""A mailing stops by itself when mail servers distrust its sender, long before a canary would tell."""

from datetime import timedelta

import pytest
from django.utils import timezone

from declaration.outbox import halting, mailings, mass_delivery, receipts
from declaration.outbox.models import Email, Mailing, Receipt
from declaration.outbox.transports.answers import Never, TryLater
from tests.outbox.test_mailings import FakeTransport, counted, going, readers

__all__ = ["going", "readers"]
pytestmark = pytest.mark.django_db
DISTRUSTED = Never("550", "The mail server answered: 550 5.7.26 Unauthenticated mail is not accepted")
GONE = Never("550", "The mail server answered: 550 5.1.1 No such person here")


def refusing(number, answer=DISTRUSTED):
    """A mail server that refuses so many, and takes the rest."""
    left = iter([answer] * number)
    return FakeTransport(lambda email: next(left, "250 Ok"))


def send(mailing, transport):
    """Send chunk by chunk, and return where it stands."""
    for _ in range(20):
        if not mass_delivery.send_chunk(Mailing.objects.get(pk=mailing.pk), transport):
            break
        mailing.refresh_from_db()
        if mailing.state != Mailing.State.SENDING:
            break
    mailing.refresh_from_db()
    return mailing.state


@pytest.fixture(autouse=True)
def chunks_of_ten(monkeypatch):
    monkeypatch.setattr(mass_delivery, "CHUNK", 10)


def test_stops_at_a_handful_of_refusals_before_the_canary_is_through(going):
    mailing = going(150)
    assert send(mailing, refusing(5)) == "paused"
    assert counted(mailing) == {"failed": 5, "sent": 5}
    assert mailing.refused == 5
    assert mailing.trouble.startswith(
        "It stopped by itself: mail servers refused 5 of 10 because of who sends them"
    )
    assert "SPF, DKIM, DMARC" in mailing.trouble


def test_leaves_a_few_refusals_to_the_canary(going):
    mailing = going(150)
    mass_delivery.send_chunk(mailing, refusing(4))
    mailing.refresh_from_db()
    assert (mailing.state, mailing.refused, counted(mailing)) == ("sending", 4, {"failed": 4, "sent": 6})


def test_leaves_wrong_addresses_to_the_canary(going):
    mailing = going(90)
    assert send(mailing, refusing(6, GONE)) == "paused"
    assert (mailing.refused, mailing.waiting) == (0, 0)
    assert mailing.trouble == "It stopped by itself: 6 of the first 90 failed."


@pytest.mark.parametrize(("more", "state"), [(4, "sending"), (5, "paused")])
def test_stops_again_only_when_more_are_refused_after_it_was_let_go_on(going, more, state):
    mailing = going(150)
    send(mailing, refusing(5))
    mailings.resume(mailing=mailing)
    assert send(mailing, refusing(more)) == state
    assert mailing.refused == 5 + more
    assert mailing.trouble.startswith("It stopped by itself: mail servers refused 10 of 20") == (more == 5)


def test_asks_for_a_share_of_many_answers(going):
    mailing = going(10)
    Mailing.objects.update(sent=1_990, audience=4_000, failures_accepted=True)
    assert send(mailing, refusing(10)) == "sending"
    Mailing.objects.update(refused=11)
    halting.stop_when_too_much_goes_wrong(mailing)
    mailing.refresh_from_db()
    assert mailing.state == "paused"


def returned(emails, code):
    for email in emails:
        at = timezone.now() + timedelta(seconds=1)
        receipts.keep(email=email, outcome=Receipt.Outcome.RETURNED, at=at, code=code, words=f"550 {code} No")
    receipts.apply_all()


def test_counts_what_comes_back_later(going):
    mailing = going(150)
    for _ in range(2):
        mass_delivery.send_chunk(Mailing.objects.get(pk=mailing.pk), FakeTransport())
    emails = list(Email.objects.filter(state="sent"))
    returned(emails[:4], "5.7.1")
    mailing.refresh_from_db()
    assert (mailing.state, mailing.refused) == ("sending", 4)
    returned(emails[4:5], "5.7.1")
    mailing.refresh_from_db()
    assert (mailing.state, mailing.refused) == ("paused", 5)
    mailings.recount(mailing)
    mailing.refresh_from_db()
    assert (mailing.refused, counted(mailing)) == (5, {"sent": 15, "bounced": 5})
    # A mail server changed its mind.
    at = timezone.now() + timedelta(seconds=2)
    receipts.keep(email=emails[0], outcome=Receipt.Outcome.DELIVERED, at=at, sending="250 Ok")
    receipts.apply_all()
    mailing.refresh_from_db()
    assert mailing.refused == 4


def test_stops_when_too_many_of_the_first_come_back(going):
    mailing = going(150)
    while mailing.sent < 100:
        mass_delivery.send_chunk(Mailing.objects.get(pk=mailing.pk), FakeTransport())
        mailing.refresh_from_db()
    emails = list(Email.objects.filter(state="sent"))
    returned(emails[:2], "5.1.1")
    mailing.refresh_from_db()
    assert mailing.state == "sending"
    returned(emails[2:3], "5.1.1")
    mailing.refresh_from_db()
    assert mailing.trouble == f"It stopped by itself: 3 of the first {mailing.settled} failed or came back."
    assert mailing.state == "paused"


def test_stops_by_itself_when_too_many_of_the_first_fail(going, monkeypatch):
    monkeypatch.setattr(mass_delivery, "CHUNK", 400)
    mailing = going(300)
    refused = Never("550", "No such person")
    transport = FakeTransport(lambda email: refused if email.to.startswith("p1") else "250")
    while mass_delivery.send_mailings(transport):
        continue
    assert counted(mailing)["failed"] == 11
    assert (mailing.state, mailing.waiting) == ("paused", 200)
    assert mailing.trouble == "It stopped by itself: 11 of the first 100 failed."
    mailings.resume(mailing=mailing)
    while mass_delivery.send_mailings(transport):
        continue
    assert counted(mailing) == {"failed": 111, "sent": 189}


def test_stops_when_the_mail_server_takes_emails_and_says_nothing(going):
    """Each round waits longer than the one before, and in the end nobody would be known to have got it."""
    mailing = going(150)
    silent = FakeTransport(TryLater("no-answer", "It did not answer.", for_all=True, maybe_accepted=True))
    for _ in range(mailing.canary - 1):
        mass_delivery.send_chunk(Mailing.objects.get(pk=mailing.pk), silent)
    mailing.refresh_from_db()
    assert (mailing.state, mailing.uncertain) == ("sending", 99)
    mass_delivery.send_chunk(Mailing.objects.get(pk=mailing.pk), silent)
    mailing.refresh_from_db()
    assert (mailing.state, mailing.waiting) == ("paused", 50)
    assert mailing.trouble.startswith("It stopped by itself: of 100 of the first 100 nobody knows")
    mailings.resume(mailing=mailing)
    assert send(mailing, FakeTransport()) == "sending"
    assert counted(mailing) == {"uncertain": 100, "sent": 50}
