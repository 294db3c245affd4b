"""Hand over what is due: claim a few emails, send them one by one, record each result at once."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from declaration.outbox import claiming
from declaration.outbox.models import Email
from declaration.outbox.transports.answers import Never, Transport, TryLater

log = logging.getLogger(__name__)
State = Email.State

CHUNK = 20
# Seconds to wait after each attempt that may be repeated; about five hours in all, then it failed.
BACK_OFF = [5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 3600, 3600, 3600]
# A sign-in code is of use for ten minutes, and somebody waits for it.
LONGEST_WAIT_OF_A_SECRET = 60
# How long a provider that remembers is given to remember, before an email counts as never taken.
ASK_AFTER = timedelta(seconds=15)


def send_chunk(transport: Transport, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Send up to CHUNK due emails, and return whether more is to be sent right away.

    Between two emails it stops when told to, when the mail server is in trouble, or when the
    chunk takes so long that the lease might run out; what is left is given back.
    """
    emails = claiming.claim(CHUNK)
    try:
        with claiming.quick_results():
            return _send_all(emails, transport, stopping)
    finally:
        claiming.release(emails)


def _send_all(emails: list[Email], transport: Transport, stopping: Callable[[], bool]) -> bool:
    give_up_at = time.monotonic() + settings.MAIL_LEASE_SECONDS / 8
    for email in emails:
        if stopping():
            return False
        if time.monotonic() > give_up_at:
            return True
        if claiming.begin(email) and not _send(email, transport):
            return False
    return len(emails) == CHUNK


def _send(email: Email, transport: Transport) -> bool:
    """Send one email that is marked as being sent; False when the mail server is in trouble."""
    try:
        reference = transport.send(email)
    except TryLater as error:
        _wait(email, error, transport)
        return not error.for_all
    except Never as error:
        log.warning("Email %s failed: %s", email.pk, error.code)
        claiming.finish(email, State.FAILED, code=error.code, last_error=error.words)
        return True
    if not _record_sent(email, reference):
        log.error("Email %s was sent after its lease had run out.", email.pk)
    return True


def _record_sent(email: Email, reference: str) -> bool:
    return claiming.finish(
        email, State.SENT, sent_at=timezone.now(), provider_reference=reference, code="", last_error=""
    )


def _wait(email: Email, error: TryLater, transport: Transport) -> None:
    """Record that an email is to be tried again, or that nobody knows whether it was sent."""
    log.warning("Email %s waits: %s", email.pk, error.code)
    answer = {"code": error.code, "last_error": error.words}
    if error.maybe_accepted and transport.remembers:
        # The sweeper asks the provider.
        claiming.finish(email, State.UNCERTAIN, next_attempt_at=timezone.now() + ASK_AFTER, **answer)
    elif error.maybe_accepted and settings.UNCERTAIN_MAIL == "hold":
        claiming.finish(email, State.UNCERTAIN, **answer)
    elif email.attempts > len(BACK_OFF):
        claiming.finish(email, State.UNCERTAIN if error.maybe_accepted else State.FAILED, **answer)
    else:
        claiming.finish(email, State.PENDING, next_attempt_at=_next_attempt(email, error), **answer)


def _next_attempt(email: Email, error: TryLater) -> datetime:
    seconds = BACK_OFF[max(email.attempts, 1) - 1]
    wait = timedelta(seconds=min(seconds, LONGEST_WAIT_OF_A_SECRET) if email.secret else seconds)
    return max(timezone.now() + wait, error.not_before or timezone.now())
