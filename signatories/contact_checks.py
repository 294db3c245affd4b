"""Ask once a year who looks after what an organisation signed, and keep the answer."""

import logging
from datetime import date, datetime, timedelta
from typing import Final

from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from declaration.audit.recording import record
from declaration.working_days import is_working_day, london_day
from signatories import emails_between_colleagues as emails
from signatories.chasing import OFFICE_HOURS
from signatories.checking_in import months_before
from signatories.handing_over import look_after
from signatories.locking import lock
from signatories.models import Actor, ImpossibleTransition, Representative, Signature, Status

logger = logging.getLogger(__name__)

# A month after each year: on the day itself people are asked how the first year went.
LATER: Final = 1
# Nobody is asked who has said so within this time before.
RECENT: Final = timedelta(days=90)
# At least so long after the last time, whatever was put right by hand.
APART: Final = timedelta(days=300)
# Colleagues who are asked besides the officer; the rest hear of it from them.
COLLEAGUES: Final = 5


class SomebodyElseLooksAfterIt(Exception):
    """Raised when the person who looks after it changed since the page was opened."""


def check_contacts(*, now: datetime | None = None) -> int:
    """Ask about every signature whose year is over, and return about how many.

    Does nothing outside office hours and on days that are not working days. After a pause of the
    service people are asked once, not for every year that was missed. A record that cannot be asked
    about is logged and keeps nobody else waiting.
    """
    now = now or timezone.now()
    if not is_working_day(london_day(now)) or timezone.localtime(now).hour not in OFFICE_HOURS:
        return 0
    long_ago = Q(contact_asked_at=None) | Q(contact_asked_at__lt=now - APART)
    signed = Signature.objects.published().filter(long_ago, signed_at__lt=now - timedelta(days=365))
    asked = 0
    for signature in signed.order_by("signed_at"):
        try:
            asked += _ask(signature, now)
        except OperationalError:
            raise  # the database is away: the next run will find them all
        except Exception:
            logger.exception("Nobody could be asked who looks after %s.", signature.reference)
    return asked


def last_due(signed: date, today: date) -> date | None:
    """Return the last day on which the question fell due: a month after a year, or after several."""
    for years in range(today.year - signed.year, 0, -1):
        due = months_before(signed, -(12 * years + LATER))
        if due <= today:
            return due
    return None


@transaction.atomic
def _ask(signature: Signature, now: datetime) -> bool:
    signature = lock(signature)
    if signature.status != Status.PUBLISHED or signature.signed_at is None:
        return False
    due = last_due(london_day(signature.signed_at), london_day(now))
    asked, confirmed = signature.contact_asked_at, signature.contact_confirmed_at
    if due is None or (asked and (london_day(asked) >= due or asked > now - APART)):
        return False
    if confirmed and london_day(confirmed) > due - RECENT:
        return False
    signature.contact_asked_at = now
    signature.save(update_fields=["contact_asked_at"])
    record(verb="ask who looks after it", on=signature, by=None, role=Actor.SYSTEM, after={"due": str(due)})
    officer = signature.officer
    others = Representative.objects.filter(
        organisation_id=signature.organisation_id, is_verified=True, user__isnull=False
    )
    others = others.exclude(pk=officer.pk).order_by("-pk")
    emails.ask_who_looks_after_it(signature, due=due, colleagues=list(others[:COLLEAGUES]))
    return True


@transaction.atomic
def confirm_contact(*, signature: Signature, by: Representative, seen: str) -> None:
    """Keep that this person looks after it; whoever did before is told, if it was somebody else.

    ``seen`` is the key of the person who looked after it when the page was opened. Pressing twice
    keeps one answer. Raises ImpossibleTransition unless it is published, and SomebodyElseLooksAfterIt.
    """
    signature = lock(signature)
    if signature.status != Status.PUBLISHED:
        raise ImpossibleTransition(signature, "confirm the contact of")
    before, now = signature.officer, timezone.now()
    if before.pk == by.pk:
        if signature.contact_confirmed_at and not signature.awaits_contact:
            return
    elif str(before.pk) != seen:
        raise SomebodyElseLooksAfterIt
    look_after(signature, by)
    record(
        verb="confirm contact",
        on=signature,
        by=by.user,
        role=Actor.OFFICER,
        before={"officer": str(before)},
        after={"officer": str(by)},
    )
    if before.pk != by.pk:
        emails.tell_officer_taken_over(signature, before, by, occasion=now.isoformat())
