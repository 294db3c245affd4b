"""Remind approvers who have not answered, and stop waiting in the end."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from declaration.audit.recording import record
from declaration.outbox.models import Email
from declaration.working_days import is_working_day, london_day, working_days_between
from signatories import emails
from signatories.asking import not_reached
from signatories.locking import lock
from signatories.models import Actor, Signature, Status
from signatories.signing import move

logger = logging.getLogger(__name__)

# London hours in which a reminder may arrive.
OFFICE_HOURS = range(9, 17)


def chase_approvers(*, now: datetime | None = None) -> int:
    """Send every reminder that is due, expire what waited too long, and tell officers which email did not
    arrive. Return how many of all.

    Does nothing outside office hours and on days that are not working days. After a pause of
    the service a person gets one reminder, not all they missed. A record that cannot be chased
    is logged and keeps nobody else waiting.
    """
    now = now or timezone.now()
    if not is_working_day(london_day(now)) or timezone.localtime(now).hour not in OFFICE_HOURS:
        return 0
    acted = 0
    waiting = list(Signature.objects.awaiting_approver())
    lost = not_reached(waiting)
    for signature in waiting:
        try:
            if signature.pk in lost:
                acted += _tell_not_reached(signature, lost[signature.pk])
            acted += _chase(signature, now)
        except OperationalError:
            raise  # the database is away: the next run will find them all
        except Exception:
            logger.exception("The approver of %s could not be chased.", signature.reference)
    return acted


@transaction.atomic
def _chase(signature: Signature, now: datetime) -> bool:
    signature = lock(signature)
    if signature.status != Status.AWAITING_APPROVER or signature.approver_asked_at is None:
        return False
    waited = working_days_between(signature.approver_asked_at, now)
    if waited >= settings.APPROVER_EXPIRY_WORKING_DAYS:
        move(signature, "expire", by=None, role=Actor.SYSTEM)
        emails.tell_officer_waiting_expired(signature)
        return True
    due = sum(waited >= days for days in settings.APPROVER_REMINDER_WORKING_DAYS)
    if due <= signature.reminders_sent:
        return False
    signature.reminders_sent = due
    signature.save(update_fields=["reminders_sent"])
    record(
        verb="remind approver",
        on=signature,
        by=None,
        role=Actor.SYSTEM,
        after={"reminder": due, "working_days_waited": waited},
    )
    is_last = due == len(settings.APPROVER_REMINDER_WORKING_DAYS)
    emails.remind_approver_to_sign(signature, days_waiting=waited, is_last=is_last)
    if not signature.approver_looks_after_it:
        emails.tell_officer_approver_was_reminded(signature, days_waiting=waited)
    return True


@transaction.atomic
def _tell_not_reached(signature: Signature, email: Email) -> bool:
    """Tell the officer once of each email to the approver that failed or came back."""
    signature = lock(signature)
    is_told = Email.objects.about(signature).filter(
        message="tell_officer_approver_not_reached", queued_at__gt=email.queued_at
    )
    if signature.status != Status.AWAITING_APPROVER or signature.approver_looks_after_it or is_told.exists():
        return False
    emails.tell_officer_approver_not_reached(signature, occasion=str(email.pk))
    return True
