"""Connections to the broker that are tried again every few seconds, however long it was away.

Celery waits two seconds longer after each attempt, up to half a minute: mail would rest that long
after the broker is back. Named in config/celery.py.
"""

from typing import Any

import kombu
from celery.app import amqp

FIRST_WAIT_SECONDS = 1
LONGEST_WAIT_SECONDS = 3


class Connection(kombu.Connection):
    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        waits = {
            "interval_start": FIRST_WAIT_SECONDS,
            "interval_step": 1,
            "interval_max": LONGEST_WAIT_SECONDS,
        }
        return super().ensure_connection(*args, **(waits | kwargs))


class AMQP(amqp.AMQP):
    Connection = Connection
