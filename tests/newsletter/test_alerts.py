"""Readers who follow instead of read get a digest, once, of what they chose."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from declaration.newsletter import alerts, sending
from declaration.newsletter.models import Interest, Subscriber
from declaration.newsletter.register import register
from declaration.outbox import mailings, mass_delivery
from declaration.outbox.models import Email, Mailing
from declaration.outbox.transports.answers import Never
from tests.factories import CommitmentFactory, OrganisationFactory, SignatureFactory
from tests.newsletter.making import published_issue, subscriber_of
from tests.outbox.test_mailings import FakeTransport

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# A Tuesday and a Monday.
TUESDAY = datetime(2026, 12, 1, 7, 5, tzinfo=UTC)
MONDAY = datetime(2026, 12, 7, 7, 5, tzinfo=UTC)


def follower(address, digest="daily", **interests):
    long_ago = TUESDAY - timedelta(days=100)
    reader = subscriber_of(address, digest=digest, confirmed_at=long_ago, wants_issues=False)
    for kind, values in interests.items():
        for value in values:
            Interest.objects.create(subscriber=reader, kind=kind, value=value)


def signed(region, at, kind="unitary"):
    organisation = OrganisationFactory(region=region, kind=kind, nation="England")
    return SignatureFactory(published=True, organisation=organisation, signed_at=at)


def told():
    return {
        (email.to, email.mailing.subject.split()[0])
        for email in Email.objects.filter(mailing__isnull=False).select_related("mailing")
    }


def test_tells_of_a_further_commitment_when_it_was_added():
    signature = signed("London", TUESDAY - timedelta(hours=30))
    first = signature.commitment.title
    CommitmentFactory(signature=signature, title="Warmer libraries", added_at=TUESDAY - timedelta(hours=3))
    before, after = (register().news(TUESDAY - n * DAY, TUESDAY - (n - 1) * DAY) for n in (2, 1))
    assert [[one.what for one in news] for news in (before, after)] == [[first], ["Warmer libraries"]]
    both = register().news(TUESDAY - 2 * DAY, TUESDAY)
    assert [one.what for one in both] == [first, "Warmer libraries"]
    blocks = {block.name: block.markdown for block in register().blocks(TUESDAY - DAY)}
    assert set(blocks) == {"Further commitments", "Looking for partners"}
    assert f"- Warmer libraries: [{signature.organisation.name}](" in blocks["Further commitments"]


def test_tells_each_reader_of_what_they_chose_and_once():
    follower("all@example.uk")
    follower("london@example.uk", region=["London"])
    follower("both@example.uk", region=["London"], body=["nhs"])
    follower("weekly@example.uk", "weekly")
    subscriber_of("reader@example.uk")
    signed("London", TUESDAY - timedelta(hours=3))
    signed("South West", TUESDAY - timedelta(hours=4))
    signed("London", TUESDAY - timedelta(days=3))
    with time_machine.travel(TUESDAY, tick=False):
        assert alerts.send_alerts() == 2
        assert alerts.send_alerts() == 0
    assert told() == {("all@example.uk", "2"), ("london@example.uk", "1")}
    with time_machine.travel(MONDAY, tick=False):
        alerts.send_alerts()
    assert told() - {("all@example.uk", "2"), ("london@example.uk", "1")} == {("weekly@example.uk", "2")}
    assert "leave-token" in Mailing.objects.first().text


def test_goes_on_where_it_was_stopped_among_more_readers_than_one_statement_names(monkeypatch):
    monkeypatch.setattr(mailings, "BATCH", 2)
    for number in range(5):
        follower(f"r{number}@example.uk")
    signed("London", TUESDAY - timedelta(hours=3))
    add, batches = mailings.add_readers, []

    def stop_at_the_second(*, mailing, readers):
        batches.append(readers.count())
        if len(batches) == 2:
            raise ConnectionError("stopped")
        return add(mailing=mailing, readers=readers)

    monkeypatch.setattr(mailings, "add_readers", stop_at_the_second)
    with time_machine.travel(TUESDAY, tick=False):
        with pytest.raises(ConnectionError):
            alerts.send_alerts()
        assert alerts.send_alerts() == 1
    assert told() == {(f"r{number}@example.uk", "1") for number in range(5)}
    assert (batches, Mailing.objects.get().audience) == ([2, 2, 2, 2, 1], 5)


@pytest.mark.parametrize("hour", [5, 23])
def test_tells_nothing_at_night(hour):
    follower("all@example.uk")
    signed("London", TUESDAY - timedelta(hours=3))
    with time_machine.travel(TUESDAY.replace(hour=hour), tick=False):
        assert alerts.send_alerts() == 0


def test_suppresses_a_mailbox_that_does_not_exist():
    reader, other = subscriber_of("gone@example.uk"), subscriber_of("full@example.uk")
    published_issue()
    gone = Never("550", "The mail server answered: 550 5.1.1 No such person here")
    full = Never("552", "The mail server answered: 552 5.2.2 Mailbox full")
    mass_delivery.send_mailings(FakeTransport(lambda email: gone if email.to == reader.email else full))
    assert (sending.suppress_hard_bounces(), sending.suppress_hard_bounces()) == (1, 0)
    assert [one.email for one in Subscriber.objects.subscribed()] == [other.email]
