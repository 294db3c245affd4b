"""The rules of the ledger, with a mail server that answers what the test wants."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from declaration.outbox import claiming, delivery, sweeping
from declaration.outbox.models import Email
from declaration.outbox.transports.answers import Never, TryLater

pytestmark = pytest.mark.django_db
COME_BACK = TryLater("451", "The mail server answered: 451 Come back later")
DOWN = TryLater("connection", "The mail server could not be reached.", for_all=True)
NO_ANSWER = TryLater("no-answer", "The answer never came.", for_all=True, maybe_accepted=True)


class FakeTransport:
    """Answers with `answer`, or with what `answer` returns for an email; remembers what it took."""

    def __init__(self, answer="250 Ok", *, remembers=False):
        self.answer, self.remembers = answer, remembers
        self.took = []
        self.known = {}

    def send(self, email):
        answer = self.answer(email) if callable(self.answer) else self.answer
        if isinstance(answer, Exception):
            raise answer
        self.took.append(email.pk)
        return answer

    def find(self, email):
        return self.known.get(email.pk)

    def close(self):
        pass


def test_records_what_was_sent(owe):
    email, transport = owe(), FakeTransport("queued as 4711")
    assert delivery.send_chunk(transport) is False
    email.refresh_from_db()
    assert (email.state, email.provider_reference, email.attempts) == ("sent", "queued as 4711", 1)
    assert (email.claim, email.lease_until, email.code) == (None, None, "")
    assert email.sent_at is not None


def test_says_that_there_is_more_after_a_full_chunk(owe):
    for _ in range(delivery.CHUNK + 1):
        owe()
    transport = FakeTransport()
    assert delivery.send_chunk(transport) is True
    assert len(transport.took) == delivery.CHUNK
    assert delivery.send_chunk(transport) is False
    assert Email.objects.filter(state="sent").count() == delivery.CHUNK + 1


def test_marks_an_email_before_the_mail_server_hears_of_it(owe):
    owe()
    seen = []
    delivery.send_chunk(FakeTransport(lambda email: seen.append(Email.objects.get().state) or "250"))
    assert seen == ["attempting"]


def test_tries_for_more_than_four_hours_and_then_fails_in_words(owe):
    email = owe()
    with time_machine.travel("2026-11-21T09:00:00Z", tick=False) as clock:
        started = timezone.now()
        Email.objects.update(next_attempt_at=started)
        while True:
            delivery.send_chunk(FakeTransport(COME_BACK))
            email.refresh_from_db()
            if email.state != "pending":
                break
            assert (email.code, email.last_error) == ("451", COME_BACK.words)
            clock.move_to(email.next_attempt_at)
        assert timezone.now() - started > timedelta(hours=4)
    assert (email.state, email.attempts, email.last_error) == ("failed", 14, COME_BACK.words)


def test_brings_a_sign_in_code_while_it_is_of_use_past_a_server_that_puts_strangers_off(owe):
    """Mail servers of councils refuse what comes from a new sender for five minutes (greylisting)."""
    email = owe(secret=True)
    with time_machine.travel("2026-11-21T09:00:00Z", tick=False) as clock:
        started = timezone.now()
        expires = started + timedelta(minutes=10)
        Email.objects.update(next_attempt_at=started, expires_at=expires)
        patient = started + timedelta(minutes=5)
        transport = FakeTransport(lambda _: "250" if timezone.now() >= patient else COME_BACK)
        for _ in range(len(delivery.BACK_OFF)):
            delivery.send_chunk(transport)
            email.refresh_from_db()
            if email.state != "sent":
                clock.move_to(email.next_attempt_at)
    assert email.state == "sent"
    assert expires - email.sent_at > timedelta(minutes=3)


def test_fails_at_once_when_the_mail_server_never_will(owe):
    email = owe()
    delivery.send_chunk(FakeTransport(Never("550", "The mail server answered: 550 No such person")))
    email.refresh_from_db()
    assert (email.state, email.code, email.attempts) == ("failed", "550", 1)
    assert email.last_error == "The mail server answered: 550 No such person"


def test_leaves_the_others_alone_when_the_mail_server_is_down(owe):
    first, second, third = owe(), owe(), owe()
    assert delivery.send_chunk(FakeTransport(DOWN)) is False
    first.refresh_from_db()
    assert (first.state, first.attempts) == ("pending", 1)
    assert first.next_attempt_at > timezone.now()
    for other in (second, third):
        other.refresh_from_db()
        assert (other.state, other.attempts, other.claim) == ("pending", 0, None)
    assert set(Email.objects.due()) == {second, third}


def test_goes_on_when_one_address_is_refused(owe):
    first, second = owe(), owe()
    delivery.send_chunk(FakeTransport(lambda email: COME_BACK if email.pk == first.pk else "250"))
    assert dict(Email.objects.values_list("pk", "state")) == {first.pk: "pending", second.pk: "sent"}


def test_stops_between_two_emails_and_gives_the_rest_back(owe):
    emails = [owe() for _ in range(3)]
    transport = FakeTransport()
    assert delivery.send_chunk(transport, stopping=lambda: len(transport.took) == 1) is False
    assert transport.took == [emails[0].pk]
    assert list(Email.objects.due().order_by("pk")) == emails[1:]
    assert Email.objects.filter(claim__isnull=False).count() == 0


def test_crashes_loudly_and_gives_the_rest_back(owe):
    emails = [owe() for _ in range(2)]
    with pytest.raises(ZeroDivisionError):
        delivery.send_chunk(FakeTransport(ZeroDivisionError()))
    states = dict(Email.objects.values_list("pk", "state"))
    assert states == {emails[0].pk: "attempting", emails[1].pk: "pending"}


def test_sends_secret_emails_first(owe):
    ordinary, secret = owe(), owe(secret=True, expires_at=timezone.now() + timedelta(minutes=9))
    transport = FakeTransport()
    delivery.send_chunk(transport)
    assert transport.took == [secret.pk, ordinary.pk]


def test_wipes_the_words_of_a_secret_email_once_sent(owe):
    secret = owe(secret=True, text="Your code is 123456")
    ordinary = owe(text="Keep me")
    delivery.send_chunk(FakeTransport())
    secret.refresh_from_db()
    ordinary.refresh_from_db()
    assert (secret.state, secret.subject, secret.text, secret.html) == ("sent", "", "", "")
    assert (ordinary.state, ordinary.text) == ("sent", "Keep me")


def test_cancels_a_secret_email_that_is_too_old(owe):
    secret = owe(secret=True, expires_at=timezone.now() + timedelta(minutes=10))
    transport = FakeTransport()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        delivery.send_chunk(transport)
        sweeping.sweep(transport)
    secret.refresh_from_db()
    assert transport.took == []
    assert (secret.state, secret.code, secret.text) == ("cancelled", "expired", "")


def test_does_not_send_what_was_cancelled_after_the_claim(owe):
    first, second = owe(), owe()

    def cancel_second(email):
        Email.objects.filter(pk=second.pk).update(state="cancelled", claim=None, lease_until=None)
        return "250"

    transport = FakeTransport(cancel_second)
    delivery.send_chunk(transport)
    assert transport.took == [first.pk]
    second.refresh_from_db()
    assert second.state == "cancelled"


def test_changes_nothing_once_its_lease_is_over(owe):
    email = owe()

    def lose_the_claim(sent):
        Email.objects.update(state="pending", claim=None, lease_until=None, attempts=7)
        return "250"

    delivery.send_chunk(FakeTransport(lose_the_claim))
    email.refresh_from_db()
    assert (email.state, email.attempts) == ("pending", 7)


def test_does_not_begin_once_its_lease_is_over(owe, settings):
    owe()
    [email] = claiming.claim(10)
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.MAIL_LEASE_SECONDS + 1)):
        assert claiming.begin(email) is False


def test_gives_back_what_a_dead_sender_had_claimed(owe, settings):
    email = owe()
    claiming.claim(10)
    sweeping.sweep(FakeTransport())
    email.refresh_from_db()
    assert email.state == "claimed"
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.MAIL_LEASE_SECONDS + 1)):
        assert sweeping.sweep(FakeTransport()) == 1
    email.refresh_from_db()
    assert (email.state, email.attempts) == ("pending", 0)


@pytest.mark.parametrize(("policy", "state"), [("resend", "pending"), ("hold", "uncertain")])
def test_decides_by_policy_what_a_dead_sender_was_sending(owe, settings, policy, state):
    settings.UNCERTAIN_MAIL = policy
    email = owe()
    [claimed] = claiming.claim(10)
    claiming.begin(claimed)
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.MAIL_LEASE_SECONDS + 1)):
        sweeping.sweep(FakeTransport())
    email.refresh_from_db()
    assert (email.state, email.code) == (state, "stopped")
    assert email.last_error.startswith("The sender stopped in the middle of sending it.")


@pytest.mark.parametrize(("policy", "state"), [("resend", "pending"), ("hold", "uncertain")])
def test_decides_by_policy_when_the_answer_was_lost(owe, settings, policy, state):
    settings.UNCERTAIN_MAIL = policy
    email = owe()
    delivery.send_chunk(FakeTransport(NO_ANSWER))
    email.refresh_from_db()
    assert (email.state, email.code) == (state, "no-answer")


@pytest.mark.parametrize(("known", "state"), [(True, "sent"), (False, "pending")])
def test_asks_a_provider_that_remembers_when_the_answer_was_lost(owe, known, state):
    email, transport = owe(), FakeTransport(NO_ANSWER, remembers=True)
    delivery.send_chunk(transport)
    email.refresh_from_db()
    assert email.state == "uncertain"
    if known:
        transport.known[email.pk] = "notify-id"
    sweeping.sweep(transport)
    email.refresh_from_db()
    assert email.state == "uncertain", "the provider gets a moment to remember"
    with time_machine.travel(timezone.now() + delivery.ASK_AFTER + timedelta(seconds=1)):
        sweeping.sweep(transport)
    email.refresh_from_db()
    assert (email.state, email.provider_reference) == (state, "notify-id" if known else "")


def test_waits_as_long_as_the_provider_says(owe):
    email = owe()
    tomorrow = timezone.now() + timedelta(days=1)
    delivery.send_chunk(FakeTransport(TryLater("429", "Too many", for_all=True, not_before=tomorrow)))
    email.refresh_from_db()
    assert (email.state, email.next_attempt_at) == ("pending", tomorrow)


@pytest.mark.django_db(transaction=True)
def test_claims_no_email_twice(owe):
    def claim_all():
        try:
            start.wait(10)
            while taken := claiming.claim(5):
                claimed.extend(email.pk for email in taken)
        finally:
            connection.close()

    owed = [owe().pk for _ in range(60)]
    start, claimed = threading.Barrier(4), []
    threads = [threading.Thread(target=claim_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(claimed) == owed
