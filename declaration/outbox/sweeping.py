"""Put right what a killed sender or a lost answer left behind; run every few seconds."""

import logging
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from declaration.outbox import claiming
from declaration.outbox.delivery import BACK_OFF, CHUNK
from declaration.outbox.models import Email, Mailing
from declaration.outbox.transports.answers import Never, Transport, TryLater

log = logging.getLogger(__name__)
State = Email.State

BATCH = 100
SENDERS = 4
STOPPED_SHORT = "The sender stopped in the middle of sending it."


def sweep(transport: Transport) -> int:
    """Settle what was abandoned, and return how many senders have something to do."""
    claiming.cancel_expired()
    # Their senders died and took uncounted results with them.
    mailings = Email.objects.abandoned().exclude(mailing=None).order_by().values("mailing").distinct()
    Mailing.objects.filter(pk__in=list(mailings.values_list("mailing", flat=True))).update(
        recount_after=timezone.now()
    )
    claiming.release_abandoned()
    _settle_abandoned(transport)
    if transport.remembers:
        _ask_about_uncertain(transport)
    due = Email.objects.due().values_list("pk")[: SENDERS * CHUNK].count()
    return min(SENDERS, -(-due // CHUNK))


def _settle_abandoned(transport: Transport) -> None:
    """Decide on emails whose sender died between the mark and the result."""
    for email in Email.objects.abandoned().filter(state=State.ATTEMPTING)[:BATCH]:
        log.warning("Email %s was abandoned while it was being sent.", email.pk)
        row = Email.objects.filter(pk=email.pk, claim=email.claim, state=State.ATTEMPTING)
        if transport.remembers:
            _set(
                row, State.UNCERTAIN, next_attempt_at=timezone.now(), code="stopped", last_error=STOPPED_SHORT
            )
        elif _policy(email) == "hold" or email.attempts > len(BACK_OFF):
            _set(row, State.UNCERTAIN, code="stopped", last_error=STOPPED_SHORT)
        else:
            words = f"{STOPPED_SHORT} It is sent again, so it may arrive twice."
            _set(row, State.PENDING, next_attempt_at=timezone.now(), code="stopped", last_error=words)


def _policy(email: Email) -> str:
    policy: str = settings.UNCERTAIN_NEWSLETTERS if email.mailing_id else settings.UNCERTAIN_MAIL
    return policy


def _ask_about_uncertain(transport: Transport) -> None:
    """Ask a provider that remembers what became of the emails whose answer was lost."""
    waiting = Email.objects.filter(state=State.UNCERTAIN, next_attempt_at__lte=timezone.now())
    for email in waiting.order_by("next_attempt_at")[:BATCH]:
        row = Email.objects.filter(pk=email.pk, state=State.UNCERTAIN)
        try:
            reference = transport.find(email)
        except (TryLater, Never) as error:
            log.warning("Email %s cannot be asked about: %s", email.pk, error.code)
            return
        if email.mailing_id:
            Mailing.objects.filter(pk=email.mailing_id).update(recount_after=timezone.now())
        if reference:
            wiped = claiming.WIPED if email.secret else {}
            _set(row, State.SENT, sent_at=timezone.now(), provider_reference=reference, code="", **wiped)
        elif email.attempts > len(BACK_OFF):
            _set(row, State.FAILED, last_error="The provider never took it, however often it was tried.")
        else:
            _set(row, State.PENDING, next_attempt_at=timezone.now())


def _set(row: QuerySet[Email], state: State, **changes: Any) -> None:
    row.update(state=state, **claiming.UNCLAIMED, **changes)
