"""Tell a worker that mail is due; a hint that may be lost, never a promise."""

import logging
import threading
import time

from celery import current_app

log = logging.getLogger(__name__)

# After a failure the bell is left alone for this long, so that a broker that hangs
# costs one request a moment and not every request; the sweeper finds what is due.
SILENCE_SECONDS = 5.0

_lock = threading.Lock()
_silent_until = 0.0


def ring() -> None:
    """Wake the senders. Never raises, and returns within about a second when the broker is down."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task("outbox.send_due", queue="transactional", retry=False, ignore_result=True)
    except Exception as error:
        # Whatever the broker's library raises, the email is in the ledger and goes out later.
        with _lock:
            _silent_until = time.monotonic() + SILENCE_SECONDS
        log.warning("The doorbell does not ring (%s); mail waits for the sweeper.", type(error).__name__)
