"""Several senders on PostgreSQL: statements that travel together, an issue for two, a quota for four."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import ProgrammingError, connection
from django.utils import timezone

from declaration.accounts.models import User
from declaration.outbox import claiming, mailings, mass_delivery, quota
from declaration.outbox.leaving import PLACEHOLDER
from declaration.outbox.models import Email, Mailing
from declaration.outbox.pipelining import Transaction, post
from tests.signatories.databases import own_database

MINUTE, SENDERS = timedelta(seconds=60), 4
ON_DISK = "SELECT (current_setting('synchronous_commit') = 'on')::int"
RENAME = "UPDATE accounts_user SET full_name = %s WHERE email = %s RETURNING id"


@pytest.fixture(scope="module", autouse=True)
def database(tmp_path_factory, django_db_blocker):
    with own_database("postgres", tmp_path_factory.mktemp("pipelining"), django_db_blocker):
        yield


@pytest.fixture
def person():
    person = User.objects.create_user("jo@camden.gov.uk")
    yield person
    User.objects.all().delete()


def test_commits_each_by_itself():
    asked = [Transaction("SELECT txid_current()", [])] * 3
    found = post(asked)() + post(asked)()
    assert len({number for [number] in found}) == 6


def test_waits_for_the_disk_where_told_to():
    asked = [Transaction(ON_DISK, []), Transaction(ON_DISK, [], on_disk=True), Transaction(ON_DISK, [])]
    with claiming.quick_results():
        assert post(asked)() == [{0}, {1}, {0}]
    assert post(asked)() == [{1}, {1}, {1}]


def test_lets_other_things_be_done_before_the_answer(person):
    collect = post([Transaction(RENAME, ["Jo Bloggs", person.email])])
    assert collect() == [{person.pk}]
    person.refresh_from_db()
    assert person.full_name == "Jo Bloggs"


def test_says_more_than_the_connection_holds_at_once(person):
    names = ["x" * 120 + str(number) for number in range(4000)]
    assert post([Transaction(RENAME, [name, person.email]) for name in names])() == [{person.pk}] * 4000
    person.refresh_from_db()
    assert person.full_name == names[-1]


def test_keeps_what_came_before_an_error_and_uses_the_connection_no_more(person):
    first = connection.connection
    rename, wrong = Transaction(RENAME, ["Jo", person.email]), Transaction("SELECT 1 / %s::int", [0])
    with pytest.raises(Exception, match="division by zero"):
        post([rename, wrong, rename])()
    person.refresh_from_db()
    assert person.full_name == "Jo"
    assert connection.connection is not first
    assert first.closed
    with pytest.raises(ProgrammingError):
        post([Transaction("SELECT nothing", [])])()


def take(number, together):
    together.wait()
    return quota.take(number)


def test_keeps_to_the_quota_in_every_minute_and_day_with_four_senders(settings):
    settings.NEWSLETTERS_PER_MINUTE, settings.NEWSLETTERS_PER_DAY = 1000, 4000
    chance, taken = random.Random(8), []
    start = datetime(2026, 11, 21, 23, 50, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock, ThreadPoolExecutor(SENDERS) as senders:
        while timezone.now() < start + timedelta(minutes=20):
            together = threading.Barrier(SENDERS)
            wanted = [chance.choice([7, 90, 400]) for _ in range(SENDERS)]
            taken.append((timezone.now(), sum(senders.map(take, wanted, [together] * SENDERS))))
            clock.shift(timedelta(seconds=chance.uniform(2, 15)))
        list(senders.map(lambda _: connection.close(), range(SENDERS)))
    minutes = [sum(number for at, number in taken if first <= at < first + MINUTE) for first, _ in taken]
    assert max(minutes) == 1000
    days = Counter()
    for at, number in taken:
        days[at.date()] += number
    assert list(days.values()) == [4000, 4000]


class Wide:
    """A transport with connections of its own, which answers as told."""

    remembers, width = False, 16

    def __init__(self):
        self.took, self.at_once = [], []

    def send_together(self, emails, first):
        self.at_once.append((first, len(emails)))
        for email in emails:
            self.took.append(email.to)
            yield email, "250 Ok \0"


def test_sends_an_issue_once_to_everybody_with_two_senders():
    User.objects.bulk_create(User(email=f"p{number}@example.gov.uk") for number in range(900))
    mailing = mailings.open_mailing(
        key="issue:1", name="News", subject="News", text=f"Leave: {PLACEHOLDER}", html="<p>Hello</p>",
        archive_url="http://localhost/a/", leave_url="http://localhost/l/", list_id="newsletter.localhost",
    )  # fmt: skip
    while not mailings.add_readers(mailing=mailing, readers=User.objects.all()):
        continue
    Mailing.objects.update(failures_accepted=True)
    mailings.start(mailing=mailing)
    transports = [Wide(), Wide()]

    def send(transport):
        while mass_delivery.send_mailings(transport):
            continue
        connection.close()

    senders = [threading.Thread(target=send, args=[transport]) for transport in transports]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    took = Counter(to for transport in transports for to in transport.took)
    assert took == Counter(User.objects.values_list("email", flat=True))
    assert set(Email.objects.values_list("state", "claim", "attempts", "provider_reference")) == {
        ("sent", None, 1, "250 Ok ")
    }
    mailing.refresh_from_db()
    assert (mailing.sent, mailing.waiting) == (900, 0)
    halves = {first for transport in transports for first, number in transport.at_once if number}
    assert halves == {0, 8}
    assert max(number for transport in transports for _, number in transport.at_once) == 8
