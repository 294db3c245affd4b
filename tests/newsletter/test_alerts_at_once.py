"""Two clocks owe the same digest at the same moment, while readers leave."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection

from declaration.newsletter import alerts, subscribing
from declaration.outbox.models import Email
from tests.newsletter.test_alerts import TUESDAY, follower, signed
from tests.signatories.databases import KINDS, own_database


@pytest.mark.parametrize("kind", KINDS)
def test_tells_once_with_two_clocks_and_nobody_who_leaves_at_that_moment(kind, tmp_path, django_db_blocker):
    with own_database(kind, tmp_path, django_db_blocker), time_machine.travel(TUESDAY, tick=False):
        readers = [follower(f"r{number}@example.uk") for number in range(60)]
        signed("London", TUESDAY)
        together = threading.Barrier(3)

        def clock():
            together.wait()
            alerts.send_alerts()

        def leave():
            together.wait()
            for reader in readers[::2]:
                subscribing.leave(subscriber=reader)

        def alone(do):
            try:
                do()
            finally:
                connection.close()

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(alone, [clock, clock, leave]))
        rows = Email.objects.filter(mailing__isnull=False)
        to = sorted(rows.filter(state="pending").values_list("to", flat=True))
        assert to == sorted(reader.email for reader in readers[1::2])
        assert rows.exclude(state="pending").filter(state="cancelled").count() == rows.count() - 30
