"""Tell a worker that mail is due; a hint that may be lost, never a promise."""

import logging
import threading
import time
from collections.abc import Callable

from celery import current_app
from kombu import Producer

log = logging.getLogger(__name__)

# A broker answers in a few milliseconds or counts as down: a person waits for this.
PATIENCE_SECONDS = 0.3
# After a failure the bell is left alone for this long, so that a broker that hangs
# costs one request now and then and not every request; the sweeper finds what is due.
SILENCE_SECONDS = 5.0
# A hint that nobody took in this time says nothing new.
STALE_SECONDS = 60
# The clock rings for mailings every five seconds.
STALE_FOR_MAILINGS_SECONDS = 6

_of_this_thread = threading.local()


class _Silence:
    until = 0.0


def ring() -> None:
    """Wake a sender. Never raises, and returns within a second when the broker is down or hangs."""
    _ring(_publish)


def ring_for_mailings() -> None:
    """Wake a sender of mailings, which have a queue of their own. Never raises either."""
    _ring(_publish_for_mailings)


def _ring(publish: Callable[[Producer], None]) -> None:
    if time.monotonic() < _Silence.until:
        return
    kept: Producer | None = getattr(_of_this_thread, "producer", None)
    started = time.monotonic()
    if kept is not None:
        try:
            publish(kept)
            return
        except Exception as error:
            # Whatever the broker's library raises, the email is in the ledger and goes out later.
            _hang_up()
            if time.monotonic() - started > PATIENCE_SECONDS / 2:
                _be_silent(error)
                return
    # There is no connection yet, or the broker has been restarted since.
    try:
        _of_this_thread.producer = _connected()
        publish(_of_this_thread.producer)
    except Exception as error:
        _hang_up()
        _be_silent(error)


def _connected() -> Producer:
    """Return a producer that gives up soon, unlike the worker's own, which must not give up."""
    connection = current_app.connection_for_write(
        transport_options={
            "max_retries": 0,
            "socket_connect_timeout": PATIENCE_SECONDS,
            "socket_timeout": PATIENCE_SECONDS,
        }
    )
    return current_app.amqp.Producer(connection, auto_declare=False)


def _publish(producer: Producer) -> None:
    current_app.send_task(
        "outbox.send_due",
        producer=producer,
        queue="transactional",
        expires=STALE_SECONDS,
        retry=False,
        ignore_result=True,
    )


def _publish_for_mailings(producer: Producer) -> None:
    current_app.send_task(
        "outbox.send_mailings",
        producer=producer,
        queue="newsletter",
        expires=STALE_FOR_MAILINGS_SECONDS,
        retry=False,
        ignore_result=True,
    )


def _hang_up() -> None:
    """Forget a connection that broke; closing it could make us wait for the broker again."""
    _of_this_thread.__dict__.pop("producer", None)


def _be_silent(error: Exception) -> None:
    _Silence.until = time.monotonic() + SILENCE_SECONDS
    log.warning("The doorbell does not ring (%s); mail waits for the sweeper.", type(error).__name__)
