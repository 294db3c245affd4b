"""Forget whom we wrote to and what, once it is 90 days ago: what happened to it stays, as a number.

An email of its own stays as an empty row, because its key is what keeps it from being written twice. Of a
mailing only the counters stay. One that is not over after 90 days, because somebody paused it and went away,
is cancelled: nobody would want news so old, and its readers' addresses would stay for ever.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from declaration.audit.recording import record
from declaration.outbox import mailings
from declaration.outbox.models import Email, Mailing
from declaration.personal_data.holds import about_held

log = logging.getLogger(__name__)

State = Email.State
TOO_OLD = "It was not over after 90 days, so it was cancelled."
KEPT_FOR = timedelta(days=90)
# Small enough for SQLite's one writer, and few enough to leave the worker to others soon.
BATCH = 1_000
BATCHES_AT_ONCE = 20
NOTHING = {"to": "", "subject": "", "text": "", "html": "", "last_error": "", "provider_reference": ""}
FINISHED = (
    State.SENT,
    State.DELIVERED,
    State.BOUNCED,
    State.FAILED,
    State.UNCERTAIN,
    State.CANCELLED,
)


def forget_old(batch: int = BATCH, batches: int = BATCHES_AT_ONCE) -> int:
    """Forget what is old enough, batch by batch, and return how many emails; the next run goes on."""
    before = timezone.now() - KEPT_FOR
    _end_what_stands_still(before)
    forgotten = 0
    for _ in range(batches):
        done = _empty_some(before, batch)
        if not done:
            deleted = _delete_some(before, batch)
            if deleted is None:
                break
            done = deleted
        forgotten += done
    return forgotten


def old_emails(before: datetime) -> QuerySet[Email]:
    """Return the emails of no mailing that were over by then, and are about nothing that staff hold."""
    finished = Email.objects.one_off().filter(queued_at__lt=before, state__in=FINISHED).exclude(to="")
    return finished.exclude(about_held())


def _empty_some(before: datetime, batch: int) -> int:
    """Empty emails that are of no mailing and have come to an end."""
    old = old_emails(before)
    with transaction.atomic():
        keys = list(old.order_by("queued_at").values_list("pk", flat=True)[:batch])
        return old.filter(pk__in=keys).update(**NOTHING)


def forget_email(email: Email) -> None:
    """Empty one email that has come to an end, sooner than its time."""
    Email.objects.filter(pk=email.pk, state__in=FINISHED).update(**NOTHING)


def _end_what_stands_still(before: datetime) -> None:
    """Cancel mailings that should have been over long ago."""
    unfinished = Mailing.objects.filter(created_at__lt=before, finished_at=None)
    for mailing in unfinished.exclude(state=Mailing.State.CANCELLED):
        try:
            with transaction.atomic():
                mailings.cancel(mailing=mailing, why=TOO_OLD)
                record(verb="cancelled", on=mailing, by=None, role="system", note=TOO_OLD)
        except mailings.NotPossible:
            log.info("Mailing %s came to its end at this moment.", mailing.pk)


def _delete_some(before: datetime, batch: int) -> int | None:
    """Delete emails of the oldest finished mailing that may have some; None when there is no such.

    What was cancelled is old as soon as its words are.
    """
    is_old = Q(finished_at__lt=before)
    is_old |= Q(state=Mailing.State.CANCELLED, finished_at__isnull=False, created_at__lt=before)
    with transaction.atomic():
        # Once all are gone, there is no last one.
        finished = Mailing.objects.filter(is_old, recount_after=None, last_email__gt=0)
        mailing = finished.select_for_update().order_by("finished_at").first()
        if mailing is None:
            return None
        if mailing.forgotten_at is None:
            mailings.recount(mailing)
            Mailing.objects.filter(pk=mailing.pk).update(forgotten_at=timezone.now())
        keys = list(Email.objects.of(mailing).order_by("pk").values_list("pk", flat=True)[:batch])
        Email.objects.filter(pk__in=keys).delete()
        if len(keys) < batch:
            Mailing.objects.filter(pk=mailing.pk).update(first_email=0, last_email=0)
        return len(keys)
