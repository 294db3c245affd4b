"""What the worker does for the outbox. Tasks are short, may run twice and may be lost: the ledger decides."""

import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings

from declaration.outbox import delivery, forgetting, mass_delivery, mass_sweeping, receipts, sweeping
from declaration.outbox.bounce_mailbox import Unreadable, read_mailbox
from declaration.outbox.doorbell import ring, ring_for_mailings
from declaration.outbox.stopping import finishing_what_is_in_hand
from declaration.outbox.transports import transport
from declaration.outbox.turns import my_turn

log = logging.getLogger(__name__)

# As many as compose.yaml's worker has processes; more would only wait.
SENDERS_OF_MAILINGS = 2


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


@shared_task(name="outbox.send_mailings")
def send_mailings() -> None:
    """Send from the mailings for a few seconds, and ring for the next sender when there is more."""
    with finishing_what_is_in_hand() as stopping, my_turn("sending-mailings") as mine:
        more = mine and mass_delivery.send_mailings(transport(), stopping)
    if more:
        ring_for_mailings()


@shared_task(name="outbox.look_after_mailings")
def look_after_mailings() -> None:
    """Move unfinished mailings a step on, and wake senders while there is something to send."""
    if mass_sweeping.look_after():
        for _ in range(SENDERS_OF_MAILINGS):
            ring_for_mailings()


@shared_task(name="outbox.apply_receipts")
def apply_receipts() -> None:
    """Record what others told of emails that had left."""
    receipts.apply_all()


@shared_task(name="outbox.read_bounces")
def read_bounces() -> None:
    """Fetch what came back, where there is a mailbox for it; when it cannot be opened, the log says so."""
    if not settings.BOUNCES_MAILBOX:
        return
    try:
        read_mailbox(settings.BOUNCES_MAILBOX)
    except Unreadable as error:
        log.error("Bounces could not be read: %s", error)


@shared_task(name="outbox.forget_old")
def forget_old() -> None:
    """Forget some of what is older than we promise to keep."""
    forgetting.forget_old()


@shared_task(name="outbox.recount_mailings")
def recount_mailings() -> None:
    mass_sweeping.recount_all()


@worker_ready.connect
def sweep_at_once(**kwargs: Any) -> None:
    """Look for what is owed when a worker starts, not at the next beat."""
    sweep.apply_async(queue="transactional", retry=False)
