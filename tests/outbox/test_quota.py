"""No more newsletters leave in a minute and in a day than the provider takes."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from declaration.outbox import mass_delivery
from declaration.outbox.models import Email
from tests.outbox.test_mailings import FakeTransport, going, readers

__all__ = ["going", "readers"]
pytestmark = pytest.mark.django_db


def test_keeps_to_the_limits_of_the_provider(going, settings):
    settings.NEWSLETTERS_PER_MINUTE, settings.NEWSLETTERS_PER_DAY = 30, 50
    going(100)
    transport = FakeTransport()
    with time_machine.travel("2026-11-22T12:00:00Z", tick=False) as clock:
        Email.objects.update(next_attempt_at=timezone.now())
        left = []
        for _ in range(4):
            while mass_delivery.send_mailings(transport):
                continue
            left.append(len(transport.took))
            clock.shift(timedelta(seconds=73))
        clock.move_to("2026-11-23T00:00:30Z")
        mass_delivery.send_mailings(transport)
        left.append(len(transport.took))
    assert left == [30, 50, 50, 50, 80]
