"""Publish by itself what was signed while publication was paused."""

import logging
from datetime import date

from django.db import OperationalError, transaction
from django.utils import timezone

from declaration.switches import publication_paused_until
from signatories import emails
from signatories.changes import record_change
from signatories.locking import lock
from signatories.models import Actor, Commitment, Signature, Status, What
from signatories.signing import move

logger = logging.getLogger(__name__)


class PublicationIsPaused(Exception):
    """Raised when something would become public before the day until which publication is paused."""

    def __init__(self, until: date) -> None:
        super().__init__(until.isoformat())
        self.until = until


def refuse_while_paused() -> None:
    """Raise PublicationIsPaused while it is. What is public already stays, and may be taken down."""
    until = publication_paused_until()
    if until:
        raise PublicationIsPaused(until)


def publish_what_waited() -> int:
    """Publish what was signed in the meantime, unless publication is still paused; return how many.

    Safe to run twice, and at the same moment. One that cannot be published is logged and keeps
    nobody else waiting.
    """
    published = 0
    for signature in Signature.objects.awaiting_publication():
        try:
            published += _publish(signature)
        except OperationalError:
            raise  # the database is away: the next run will find them all
        except Exception:
            logger.exception("%s could not be published.", signature.reference)
    return published


@transaction.atomic
def _publish(signature: Signature) -> bool:
    signature = lock(signature)
    if signature.status != Status.SIGNED or publication_paused_until():
        return False
    Commitment.objects.filter(signature=signature).update(public_change_at=timezone.now())
    move(signature, "publish", by=None, role=Actor.SYSTEM)
    emails.tell_people_it_is_public(signature)
    record_change(organisation=signature.organisation, what=What.PUBLISHED, signature=signature)
    return True
