"""What the worker does for the outbox. Tasks are short, may run twice and may be lost: the ledger decides."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from declaration.outbox import delivery, sweeping
from declaration.outbox.doorbell import ring
from declaration.outbox.stopping import finishing_what_is_in_hand
from declaration.outbox.transports import transport
from declaration.outbox.turns import my_turn


@shared_task(name="outbox.send_due")
def send_due() -> None:
    """Send one chunk, and ring for the next when there is more."""
    with finishing_what_is_in_hand() as stopping, my_turn() as mine:
        more = mine and delivery.send_chunk(transport(), stopping)
    if more:
        ring()


@shared_task(name="outbox.sweep")
def sweep() -> None:
    """Settle what was left behind and wake as many senders as have something to do."""
    for _ in range(sweeping.sweep(transport())):
        ring()


@worker_ready.connect
def sweep_at_once(**kwargs: Any) -> None:
    """Look for what is owed when a worker starts, not at the next beat."""
    sweep.apply_async(queue="transactional", retry=False)
