"""The desk, its lists and a record with 5,000 waiting beside 50, in one run: statements and CPU of each."""

import statistics

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.accounts.people import sign_in_as_staff
from tests.benchmarks.bench_sign_up import milliseconds
from tests.factories import UserFactory, current_version
from tests.signatories.queues import fill_queue

ROUNDS = 9
FEW, MANY = 50, 5000
QUEUE = "/admin/signatories/signature/"


def measured(client, pages):
    found = {}
    for name, address in pages.items():
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
            statements = len(queries)
        spent = statistics.median(milliseconds(lambda a=address: client.get(a)) for _ in range(ROUNDS))
        found[name] = (statements, spent)
    return found


@pytest.mark.django_db
def test_desk_with_few_and_with_many_waiting(settings):
    settings.DEBUG = False
    current_version()
    moderator = UserFactory(moderator=True)
    client = sign_in_as_staff(Client(), moderator)
    first = fill_queue(FEW, looked_after_by=moderator)[1]
    pages = {
        "desk": "/admin/",
        "waiting": QUEUE,
        "overdue": f"{QUEUE}?status=overdue",
        "mine": f"{QUEUE}?status=mine",
        "parked": f"{QUEUE}?status=parked",
        "search": f"{QUEUE}find/?q=queue-1",
        "record": f"{QUEUE}{first.pk}/change/",
        "accept": f"{QUEUE}{first.pk}/decide/accept/",
        "next": f"{QUEUE}{first.pk}/next/",
    }
    bare = statistics.median(milliseconds(lambda: client.get("/health/live")) for _ in range(ROUNDS * 4))
    few = measured(client, pages)
    fill_queue(MANY - FEW, looked_after_by=moderator)
    many = measured(client, pages)

    print(f"\nA bare view behind the same middleware takes {bare:.2f} ms of CPU.")
    print(
        f"{'page':<10}{'statements':>11}{f'{FEW}: ms':>10}{'times bare':>12}{f'{MANY}: ms':>10}{'ratio':>8}"
    )
    for name, (statements, spent) in few.items():
        assert many[name][0] == statements, name
        later = many[name][1]
        ratios = f"{spent:>10.1f}{spent / bare:>12.0f}{later:>10.1f}{later / spent:>8.2f}"
        print(f"{name:<10}{statements:>11}{ratios}")
