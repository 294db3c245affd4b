"""One sender at a time on SQLite, which has one writer at a time.

Two senders would wait for each other between the mail server's answer and its record, and
a kill in that moment leaves a repeat behind for each.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

# Long enough for an email queued while the other sender was finishing.
PATIENCE_SECONDS = 2.0


@contextmanager
def my_turn(queue: str = "sending") -> Iterator[bool]:
    """Answer whether to send now; on PostgreSQL always. The turn of a killed sender ends with it.

    Each queue has turns of its own, so that a sign-in code does not wait for a newsletter.
    """
    if connection.vendor == "postgresql":
        yield True
        return
    with (settings.VAR_DIR / queue).open("w") as turn:
        yield _taken(turn.fileno())


def _taken(lock: int) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        else:
            return True
