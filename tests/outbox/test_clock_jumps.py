"""The clock of the machine jumps while emails are claimed: nobody is left out, and a repeat says so."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from declaration.outbox import claiming, delivery, mass_delivery, mass_sweeping, sweeping
from declaration.outbox.models import Email
from tests.newsletter.making import published_issue, subscribers
from tests.outbox import test_mailings as mass
from tests.outbox.test_delivering import FakeTransport

pytestmark = pytest.mark.django_db
HOURS = timedelta(hours=3)


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def states():
    return list(Email.objects.order_by("pk").values_list("state", "attempts", "code"))


def test_sends_nothing_on_a_claim_that_is_over_after_a_jump_ahead(owe, clock):
    for _ in range(3):
        owe()
    claimed = claiming.claim(10)
    clock.shift(HOURS)
    assert [claiming.begin(email) for email in claimed] == [False] * 3

    transport = FakeTransport()
    sweeping.sweep(transport)
    delivery.send_chunk(transport)
    assert sorted(transport.took) == [email.pk for email in claimed]
    assert states() == [("sent", 1, "")] * 3


def test_says_that_it_may_arrive_twice_after_a_jump_ahead_in_mid_send(owe, clock):
    owe()
    transport = FakeTransport()

    def jump_while_sending(email):
        clock.shift(HOURS)
        sweeping.sweep(transport)
        return "250"

    delivery.send_chunk(FakeTransport(jump_while_sending))
    assert states() == [("pending", 1, "stopped")]
    assert "may arrive twice" in Email.objects.get().last_error
    delivery.send_chunk(transport)
    assert states() == [("sent", 2, "")]


def test_sends_each_once_after_a_jump_back(owe, clock):
    emails = [owe() for _ in range(3)]

    def jump_while_sending(email):
        if email.pk == emails[0].pk:
            clock.shift(-HOURS)
        assert sweeping.sweep(transport) == 0
        return "250"

    transport = FakeTransport(jump_while_sending)
    delivery.send_chunk(transport)
    assert transport.took == [email.pk for email in emails]
    assert states() == [("sent", 1, "")] * 3


def test_gives_back_what_a_dead_sender_had_once_the_clock_has_caught_up(owe, clock):
    owe()
    claiming.claim(10)
    clock.shift(-HOURS)
    transport = FakeTransport()
    sweeping.sweep(transport)
    assert states() == [("claimed", 0, "")]
    clock.shift(HOURS + timedelta(minutes=2))
    sweeping.sweep(transport)
    delivery.send_chunk(transport)
    assert states() == [("sent", 1, "")]


def test_goes_on_with_an_issue_after_a_jump_back(clock):
    subscribers(12)
    mailing = published_issue().mailing
    clock.shift(-HOURS)
    transport = mass.FakeTransport()
    mass_delivery.send_mailings(transport)
    mass_sweeping.look_after()
    mailing.refresh_from_db()
    assert (mailing.state, mailing.sent, len(set(transport.took))) == ("sent", 12, 12)
