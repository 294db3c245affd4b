"""One body for many readers: frozen once, sent once to each, and every reader is counted."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from declaration.accounts.models import User
from declaration.outbox import mailings, mass_claiming, mass_delivery, mass_sweeping, sweeping
from declaration.outbox.leaving import PLACEHOLDER
from declaration.outbox.models import Email, Mailing
from declaration.outbox.transports.answers import Never, TryLater

pytestmark = pytest.mark.django_db
LEAVE = "http://localhost/newsletter/leave/"
DOWN = TryLater("connection", "The mail server could not be reached.", for_all=True)
NO_ANSWER = TryLater("no-answer", "The answer never came.", for_all=True, maybe_accepted=True)


class FakeTransport:
    remembers = False

    def __init__(self, answer="250 Ok"):
        self.answer, self.took = answer, []

    def send(self, email):
        answer = self.answer(email) if callable(self.answer) else self.answer
        if isinstance(answer, Exception):
            raise answer
        self.took.append(email.to)
        return answer

    def find(self, email):
        return None

    def close(self):
        pass


@pytest.fixture
def readers():
    """Accounts stand for readers: the outbox does not know what its audience is made of."""

    def make(number):
        people = [User(email=f"p{n}@example.gov.uk") for n in range(number)]
        User.objects.bulk_create(people)
        return User.objects.order_by("pk")

    return make


def opened(key="issue:1", **words):
    plain = {"subject": "News – May", "text": f"Hello\nLeave: {LEAVE}{PLACEHOLDER}/\n"}
    plain |= {"html": f'<p>Zoë</p><a href="{LEAVE}{PLACEHOLDER}/">Leave</a>', "name": "News"}
    addresses = {"archive_url": "http://localhost/newsletter/issues/may/", "leave_url": LEAVE}
    return mailings.open_mailing(key=key, list_id="newsletter.localhost", **{**plain, **addresses, **words})


@pytest.fixture
def going(readers):
    """A mailing to so many readers that has begun to go out."""

    def begin(number, **words):
        mailing = opened(**words)
        while not mailings.add_readers(mailing=mailing, readers=readers(number)):
            continue
        mailings.start(mailing=mailing)
        return mailing

    return begin


def counted(mailing):
    """Return the counters, which must be what the rows say."""
    mailing.refresh_from_db()
    rows = {name: Email.objects.filter(mailing=mailing, state=name).count() for name in mailings.COUNTED}
    assert {name: getattr(mailing, name) for name in mailings.COUNTED} == rows
    assert mailing.settled + mailing.waiting == mailing.audience == Email.objects.count()
    return {name: number for name, number in rows.items() if number}


def test_opens_the_same_mailing_once():
    assert opened().pk == opened(subject="Another").pk
    assert Mailing.objects.get().subject == "News – May"


def test_adds_each_reader_once_in_batches(readers, monkeypatch):
    monkeypatch.setattr(mailings, "BATCH", 4)
    mailing, people = opened(), readers(10)
    done = []
    while not done or not done[-1]:
        done.append(mailings.add_readers(mailing=mailing, readers=people))
    assert done == [False, False, True]
    mailings.add_readers(mailing=mailing, readers=people)
    mailing.refresh_from_db()
    assert mailing.audience == 10
    assert sorted(Email.objects.of(mailing).values_list("to", "recipient")) == sorted(
        people.values_list("email", "pk")
    )
    assert len(set(Email.objects.values_list("reference"))) == 10


def test_adds_nobody_once_it_has_begun(going, readers):
    mailing = going(2)
    User.objects.create(email="late@example.gov.uk")
    mailings.add_readers(mailing=mailing, readers=User.objects.all())
    assert counted(mailing) == {}
    assert mailing.audience == 2


def test_sends_to_everybody_once_and_closes(going):
    mailing, transport = going(250), FakeTransport()
    while mass_delivery.send_mailings(transport):
        continue
    assert sorted(transport.took) == sorted(User.objects.values_list("email", flat=True))
    assert counted(mailing) == {"sent": 250}
    mass_sweeping.look_after()
    mailing.refresh_from_db()
    assert (mailing.state, mailing.finished_at is not None) == ("sent", True)


def test_one_off_mail_leaves_mailings_alone(going, owe):
    going(3)
    owe()
    assert list(Email.objects.due().values_list("mailing", flat=True)) == [None]


def test_pauses_between_two_messages_and_goes_on(going):
    mailing = going(5)

    def pause_after_two(email):
        if len(transport.took) == 1:
            mailings.pause(mailing=mailing)
        return "250"

    transport = FakeTransport(pause_after_two)
    mass_delivery.send_mailings(transport)
    assert len(transport.took) == 2
    assert counted(mailing) == {"sent": 2}
    transport.answer = "250"
    mass_delivery.send_mailings(transport)
    assert len(transport.took) == 2
    mailings.resume(mailing=mailing)
    mass_delivery.send_mailings(transport)
    assert counted(mailing) == {"sent": 5}
    assert len(set(transport.took)) == 5


def test_keeps_nothing_in_hand_when_paused(going):
    mailing, transport = going(3), FakeTransport(lambda email: mailings.pause(mailing=mailing) or "250")
    Email.objects.filter(to="p2@example.gov.uk").update(state="cancelled")
    mass_delivery.send_mailings(transport)
    assert sorted(Email.objects.values_list("state", "claim")) == [
        ("cancelled", None), ("pending", None), ("sent", None)
    ]  # fmt: skip


def test_cancels_what_has_not_left(going):
    mailing = going(4)

    def cancel(email):
        mailings.cancel(mailing=mailing)
        return "250"

    transport = FakeTransport(cancel)
    mass_delivery.send_mailings(transport)
    for _ in range(2):
        mass_sweeping.look_after()
    assert len(transport.took) == 1
    assert counted(mailing) == {"sent": 1, "cancelled": 3}
    assert mailing.finished_at is not None
    with pytest.raises(mailings.NotPossible):
        mailings.resume(mailing=mailing)


def test_leaves_out_who_left_a_moment_before(going):
    mailing = going(3)

    def last_one_leaves(email):
        mailings.forget_reader(address="p2@example.gov.uk", code="unsubscribed", why="They left.")
        return "250"

    transport = FakeTransport(last_one_leaves)
    mass_delivery.send_mailings(transport)
    assert transport.took == ["p0@example.gov.uk", "p1@example.gov.uk"]
    assert counted(mailing) == {"sent": 2, "cancelled": 1}


@pytest.mark.parametrize("answer", [DOWN, TryLater("451", "Come back later")])
def test_tries_no_second_time_for_who_left_during_the_first(going, answer):
    mailing = going(1)

    def leaves(email):
        mailings.forget_reader(address=email.to, code="unsubscribed", why="They left.")
        return answer

    mass_delivery.send_mailings(FakeTransport(leaves))
    transport = FakeTransport()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        mass_delivery.send_mailings(transport)
        sweeping.sweep(transport)
        mass_sweeping.look_after()
        mass_delivery.send_mailings(transport)
    assert transport.took == []
    assert counted(mailing) == {"cancelled": 1}


def test_waits_for_a_mail_server_that_is_down_and_drops_nobody(going):
    mailing, transport = going(3), FakeTransport(DOWN)
    mass_delivery.send_mailings(transport)
    mailing.refresh_from_db()
    assert mailing.trouble == DOWN.words
    assert mailing.waits_until > timezone.now()
    assert list(Email.objects.order_by().values_list("state", "attempts").distinct()) == [("pending", 0)]
    transport.answer = "250"
    mass_delivery.send_mailings(transport)
    assert transport.took == []
    with time_machine.travel(mailing.waits_until + timedelta(seconds=1)):
        mass_delivery.send_mailings(transport)
    assert counted(mailing) == {"sent": 3}
    assert (mailing.trouble, mailing.troubles) == ("", 0)


def test_tries_one_address_later_and_sends_to_the_others(going):
    mailing = going(3)
    later = TryLater("451", "Come back later")
    transport = FakeTransport(lambda email: later if email.to.startswith("p1") else "250")
    mass_delivery.send_mailings(transport)
    assert counted(mailing) == {"sent": 2}
    waiting = Email.objects.get(state="pending")
    assert (waiting.to, waiting.attempts, waiting.code) == ("p1@example.gov.uk", 1, "451")
    assert waiting.next_attempt_at > timezone.now()


@pytest.mark.parametrize(("policy", "found"), [("hold", {"uncertain": 1}), ("resend", {})])
def test_decides_by_policy_when_an_answer_was_lost(going, settings, policy, found):
    settings.UNCERTAIN_NEWSLETTERS = policy
    mailing = going(1)
    mass_delivery.send_mailings(FakeTransport(NO_ANSWER))
    assert counted(mailing) == found


def test_counts_anew_what_a_killed_sender_left(going, settings):
    mailing = going(5)
    emails = mass_claiming.claim(mailing, 5)
    _, [first, second] = mass_claiming.step([], emails[:2])()
    result = mass_claiming.Result(first, Email.State.SENT, sent_at=timezone.now(), reference="250")
    assert mass_claiming.step([result], [])() == ({first.pk}, [])
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.MAIL_LEASE_SECONDS + 1)) as clock:
        sweeping.sweep(FakeTransport())
        mass_sweeping.look_after()
        assert mass_delivery.send_mailings(FakeTransport()) is False, "nobody sends while it is counted"
        clock.shift(mass_sweeping.REST + timedelta(seconds=1))
        mass_sweeping.look_after()
        assert counted(mailing) == {"sent": 1, "uncertain": 1}
        transport = FakeTransport()
        mass_delivery.send_mailings(transport)
    assert len(transport.took) == 3
    assert counted(mailing) == {"sent": 4, "uncertain": 1}
    assert Email.objects.get(state="uncertain") == second


def test_retries_only_those_that_failed(going):
    mailing = going(4)
    refused = Never("550", "No such person")
    mass_delivery.send_mailings(FakeTransport(lambda email: refused if email.to[1] == "2" else "250"))
    assert counted(mailing) == {"sent": 3, "failed": 1}
    assert mailings.retry_failed(mailing=mailing, readers=User.objects.all()) == 1
    # One of four was too many: it had stopped by itself, and only a person lets it go on.
    mailings.resume(mailing=mailing)
    with time_machine.travel(timezone.now() + timedelta(seconds=10)) as clock:
        for _ in range(2):
            mass_sweeping.look_after()
            clock.shift(timedelta(seconds=3))
        mass_sweeping.look_after()
        transport = FakeTransport()
        mass_delivery.send_mailings(transport)
    assert transport.took == ["p2@example.gov.uk"]
    assert counted(mailing) == {"sent": 4}


def test_retries_nobody_who_left_or_moved_and_leaves_a_pause_alone(going):
    mailing = going(4)
    mass_delivery.send_mailings(FakeTransport(lambda email: Never("550", "No such person")))
    Mailing.objects.update(state="paused", finished_at=None)
    User.objects.filter(email="p1@example.gov.uk").update(email="elsewhere@example.gov.uk")
    stayed = User.objects.exclude(email="p2@example.gov.uk")
    assert mailings.retry_failed(mailing=mailing, readers=stayed) == 2
    waiting = Email.objects.filter(state="pending").order_by("to").values_list("to", flat=True)
    assert list(waiting) == ["p0@example.gov.uk", "p3@example.gov.uk"]
    assert Mailing.objects.get().state == "paused"
