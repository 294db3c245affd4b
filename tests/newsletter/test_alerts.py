"""Readers who follow instead of read get a digest, once, of what they chose."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction

from declaration import switches
from declaration.newsletter import alerts, sending, subscribing
from declaration.newsletter.models import Interest, Subscriber
from declaration.newsletter.register import register
from declaration.outbox import mailings, mass_delivery
from declaration.outbox.models import Email, Mailing
from declaration.outbox.transports.answers import Never
from signatories.changes import record_change
from signatories.models import What
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
    return reader


def signed(region, at, kind="unitary", signed_at=None):
    """Return a signature that became public at a moment; these have to follow each other."""
    organisation = OrganisationFactory(region=region, kind=kind, nation="England")
    signature = SignatureFactory(published=True, organisation=organisation, signed_at=signed_at or at)
    became_public(at, What.PUBLISHED, signature=signature)
    return signature


def became_public(at, what, **news):
    thing = news.get("signature") or news["commitment"].signature
    with time_machine.travel(at, tick=False), transaction.atomic():
        return record_change(organisation=thing.organisation, what=what, **news).number


def alerts_at(moment):
    with time_machine.travel(moment, tick=False):
        return alerts.send_alerts()


def told():
    return {
        (email.to, email.mailing.subject.split()[0])
        for email in Email.objects.filter(mailing__isnull=False).select_related("mailing")
    }


def test_tells_of_a_further_commitment_when_it_was_added():
    signature = signed("London", TUESDAY - timedelta(hours=30))
    first = signature.commitment.title
    before = register().number_at(TUESDAY - DAY)
    added_at = TUESDAY - timedelta(hours=3)
    added = CommitmentFactory(signature=signature, title="Warmer libraries", added_at=added_at)
    became_public(added_at, What.COMMITTED, commitment=added)
    assert [one.what for one in register().news(before)] == ["Warmer libraries"]
    assert [one.what for one in register().news(before - 1)] == [first, "Warmer libraries"]
    blocks = {block.name: block.markdown for block in register().blocks(TUESDAY - DAY)}
    assert set(blocks) == {"Further commitments", "Looking for partners"}
    assert f"- Warmer libraries: [{signature.organisation.name}](" in blocks["Further commitments"]


def test_tells_each_reader_of_what_they_chose_and_once():
    follower("all@example.uk")
    follower("london@example.uk", region=["London"])
    follower("both@example.uk", region=["London"], body=["nhs"])
    follower("weekly@example.uk", "weekly")
    subscriber_of("reader@example.uk")
    signed("London", TUESDAY - timedelta(days=3))
    signed("South West", TUESDAY - timedelta(hours=4))
    signed("London", TUESDAY - timedelta(hours=3))
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
        assert alerts.send_alerts() == 2
    assert told() == {(f"r{number}@example.uk", "1") for number in range(5)}
    assert batches == [2, 2, 2, 1]
    assert [*Mailing.objects.order_by("pk").values_list("audience", flat=True)] == [2, 2, 1]


def test_tells_after_a_pause_of_all_that_was_not_told_in_one_digest():
    pause_begins, pause_ends = MONDAY - 2 * DAY, MONDAY + 16 * DAY
    for digest in ("daily", "weekly"):
        follower(f"{digest}@example.uk", digest)
        follower(f"{digest}.london@example.uk", digest, region=["London"])
    alerts_at(MONDAY - 7 * DAY)
    signed("London", MONDAY - 6 * DAY)
    alerts_at(MONDAY - 3 * DAY)
    assert told() == {("daily@example.uk", "1"), ("daily.london@example.uk", "1")}
    signed("South West", pause_begins - timedelta(hours=1))
    switches.change(by=None, quiet_until=pause_ends.date())
    for days in range(18):
        assert alerts_at(pause_begins + days * DAY) == 0
    # What was signed in the meantime becomes public by itself on the day.
    signed("London", pause_ends - timedelta(hours=7), signed_at=pause_begins + DAY)
    Email.objects.all().delete()
    # «All», and «London» in two lengths of time.
    assert (alerts_at(pause_ends), alerts_at(pause_ends + timedelta(hours=2))) == (4, 0)
    assert told() == {
        ("daily@example.uk", "2"),
        ("daily.london@example.uk", "1"),
        ("weekly@example.uk", "3"),
        ("weekly.london@example.uk", "2"),
    }
    assert "since 30 November 2026" in Email.objects.get(to="weekly@example.uk").mailing.text
    Email.objects.all().delete()
    signed("London", pause_ends + DAY)
    alerts_at(MONDAY + 21 * DAY)
    assert told() == {(email, "1") for email in ("daily@example.uk", "daily.london@example.uk")} | {
        (email, "1") for email in ("weekly@example.uk", "weekly.london@example.uk")
    }


def test_tells_late_where_the_clock_stood_still_on_monday():
    follower("weekly@example.uk", "weekly")
    alerts_at(MONDAY - 7 * DAY)
    signed("London", MONDAY - 3 * DAY)
    assert [alerts_at(MONDAY + timedelta(hours=hours)) for hours in (14, 26, 27, 50)] == [0, 1, 0, 0]
    signed("London", MONDAY + 3 * DAY)
    assert (alerts_at(MONDAY + 4 * DAY), alerts_at(MONDAY + 7 * DAY)) == (0, 1)
    assert [email.mailing.subject.split()[0] for email in Email.objects.all()] == ["1", "1"]


@pytest.mark.parametrize(
    ("monday", "due"),
    [
        # The clocks go forward on 28 March 2027 and back on 31 October 2027, both Sundays.
        (datetime(2027, 3, 29, tzinfo=UTC), 6),
        (datetime(2027, 11, 1, tzinfo=UTC), 7),
    ],
)
def test_goes_by_londons_clock_also_on_the_day_after_it_was_changed(monday, due):
    follower("weekly@example.uk", "weekly")
    follower("daily@example.uk")
    alerts_at(monday - 7 * DAY + timedelta(hours=8))
    alerts_at(monday - DAY + timedelta(hours=8))
    signed("London", monday - timedelta(hours=3))
    found = [alerts_at(monday + timedelta(hours=due, minutes=minutes)) for minutes in (-5, 5, 15)]
    assert found == [0, 2, 0]
    assert told() == {("weekly@example.uk", "1"), ("daily@example.uk", "1")}


def test_tells_nothing_twice_and_all_to_who_changes_how_often():
    reader = follower("jo@example.uk")
    choices = {"everything": True, "wants_issues": False, "interests": {}}

    def choose(digest, at):
        with time_machine.travel(at, tick=False):
            subscribing.change_choices(subscriber=reader, digest=digest, **choices)

    alerts_at(MONDAY)
    signed("London", MONDAY + timedelta(hours=5))
    choose("weekly", MONDAY + timedelta(hours=6))
    assert alerts_at(MONDAY + DAY) == 0
    choose("daily", MONDAY + DAY + timedelta(hours=1))
    assert alerts_at(MONDAY + 2 * DAY) == 1
    choose("weekly", MONDAY + 2 * DAY + timedelta(hours=1))
    assert alerts_at(MONDAY + 7 * DAY) == 0
    choose("", MONDAY + 8 * DAY)
    signed("London", MONDAY + 9 * DAY)
    choose("daily", MONDAY + 10 * DAY)
    assert alerts_at(MONDAY + 11 * DAY) == 0


def test_tells_of_an_organisation_that_was_merged_under_its_new_name():
    follower("jo@example.uk")
    signature = signed("London", TUESDAY - timedelta(hours=5))
    signature.organisation = OrganisationFactory(name="Camden Council")
    signature.save()
    assert alerts_at(TUESDAY) == 1
    assert "Camden Council" in Mailing.objects.get().text


def test_holds_alerts_back_that_a_pause_finds_on_their_way():
    follower("jo@example.uk")
    signed("London", TUESDAY - timedelta(hours=5))
    alerts_at(TUESDAY)
    switches.change(by=None, quiet_until=(TUESDAY + 7 * DAY).date())
    with time_machine.travel(TUESDAY, tick=False):
        sending.start_what_is_due()
        assert not mass_delivery.send_mailings(FakeTransport())
    assert Mailing.objects.get().waits_until == datetime(2026, 12, 8, tzinfo=UTC)
    assert [email.state for email in Email.objects.all()] == ["pending"]


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
