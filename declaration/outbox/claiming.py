"""Who may send an email: claims with a lease, so that a sender that died holds nothing for long.

Every change names its claim, so a sender whose lease ran out changes nothing any more.
Emails are taken in one place, `claim`; where PostgreSQL lets senders pass by each other's
rows (SKIP LOCKED) it does so there, and SQLite, with one writer at a time, needs no lock.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from declaration.outbox.models import Email

State = Email.State
UNCLAIMED: dict[str, None] = {"claim": None, "lease_until": None}
# What becomes of the words of a secret email that is over.
WIPED = {"subject": "", "text": "", "html": ""}


def claim(limit: int) -> list[Email]:
    """Take up to `limit` due emails for one sender: secret ones first, then the longest waiting."""
    mine = uuid.uuid4()
    with transaction.atomic():
        due = Email.objects.due().order_by("-secret", "next_attempt_at", "pk")
        taken = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        if not taken:
            return []
        Email.objects.filter(pk__in=taken, state=State.PENDING).update(
            state=State.CLAIMED, claim=mine, lease_until=lease()
        )
    return list(Email.objects.filter(claim=mine).order_by("-secret", "next_attempt_at", "pk"))


@contextmanager
def quick_results() -> Iterator[None]:
    """Record results without waiting for PostgreSQL's disk, which makes them many times cheaper.

    Committed they are, and a killed sender loses none; should the database server itself
    crash, the last half second of results may be lost and those emails repeated.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


@contextmanager
def on_disk() -> Iterator[None]:
    """Wait for the disk within `quick_results`."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
        yield


def begin(email: Email) -> bool:
    """Mark an email as being sent now; False when it is no longer ours to send.

    The mark is on disk before the mail server hears of the email, so that after a crash
    it is known which emails may have been sent.
    """
    now = timezone.now()
    if email.expires_at is not None and email.expires_at <= now:
        return False
    with on_disk():
        begun = Email.objects.filter(
            pk=email.pk, claim=email.claim, state=State.CLAIMED, lease_until__gt=now
        ).update(state=State.ATTEMPTING, attempts=F("attempts") + 1, lease_until=lease())
    email.attempts += begun
    return bool(begun)


def finish(email: Email, state: State, **result: Any) -> bool:
    """Record what became of an email that was being sent; False when the claim was lost meanwhile.

    One statement and nothing else: a sender killed between the mail server's answer and
    this record leaves a repeat behind.
    """
    if email.secret and state in {State.SENT, State.FAILED, State.CANCELLED}:
        result |= WIPED
    mine = Email.objects.filter(pk=email.pk, claim=email.claim, state=State.ATTEMPTING)
    return bool(mine.update(state=state, **UNCLAIMED, **result))


def release(emails: list[Email]) -> int:
    """Give back what was claimed and not begun; return how many."""
    if not emails:
        return 0
    return Email.objects.filter(claim=emails[0].claim, state=State.CLAIMED).update(
        state=State.PENDING, **UNCLAIMED
    )


def release_abandoned() -> int:
    """Give back what was claimed, not begun, and whose lease ran out; return how many."""
    return Email.objects.abandoned().filter(state=State.CLAIMED).update(state=State.PENDING, **UNCLAIMED)


def cancel_expired() -> int:
    """Cancel what helps nobody any more; return how many."""
    expired = Email.objects.filter(state=State.PENDING, expires_at__lte=timezone.now())
    return expired.one_off().update(
        state=State.CANCELLED,
        code="expired",
        last_error="It could not be sent in the time in which it would have been of use.",
        **WIPED,
    )


def lease() -> datetime:
    return timezone.now() + timedelta(seconds=settings.MAIL_LEASE_SECONDS)
