"""A broker that was away for long is found again soon after it is back."""

import kombu
import pytest
from kombu.utils import functional

from config.celery import app
from declaration.outbox.reconnecting import LONGEST_WAIT_SECONDS
from tests.programs import LOOPBACK, free_port

ATTEMPTS = 30
BROKER = "declaration.outbox.redis_broker:Transport"


@pytest.mark.parametrize("connect", [app.connection_for_read, app.connection_for_write])
def test_try_again_every_few_seconds_however_long_the_broker_is_away(connect, monkeypatch):
    monkeypatch.setattr(functional, "sleep", lambda seconds: None)
    waits = []
    nowhere = {"hostname": LOOPBACK, "port": free_port(), "transport": BROKER}
    with connect(**nowhere) as connection:
        with pytest.raises(kombu.exceptions.OperationalError):
            connection.ensure_connection(lambda error, seconds: waits.append(seconds), ATTEMPTS)
    assert len(waits) == ATTEMPTS
    assert max(waits) == LONGEST_WAIT_SECONDS
