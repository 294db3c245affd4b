"""Ask organisations how their commitments go, 3, 6 and 12 months after they signed or added them."""

import calendar
import logging
from datetime import date, datetime, time, timedelta

from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from declaration.audit.recording import record
from declaration.switches import publication_paused_until
from declaration.working_days import is_working_day, london_day
from signatories import emails_after_publication as emails
from signatories.chasing import OFFICE_HOURS
from signatories.locking import lock
from signatories.models import Actor, Commitment, CommitmentStatus, Signature, Status
from signatories.models.progress import FINAL

logger = logging.getLogger(__name__)

MONTHS = (3, 6, 12)
# Nobody is asked who has told within this time.
RECENT = timedelta(days=30)


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier, or the last day of that month if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def check_in(*, now: datetime | None = None) -> int:
    """Send every check-in that is due, and return how many organisations were asked.

    Does nothing outside office hours, on days that are not working days, and while publication is
    paused. After a pause of the service an organisation is asked once, not for everything it missed.
    One email asks about all commitments that were signed with and are not finished, another about each
    that was added later, by its own clock.
    A record that cannot be asked about is logged and keeps nobody else waiting.
    """
    now = now or timezone.now()
    if not is_working_day(london_day(now)) or timezone.localtime(now).hour not in OFFICE_HOURS:
        return 0
    if publication_paused_until():
        return 0  # there would be nothing that they may do
    due = Q()
    is_shown = Q(commitments__status=CommitmentStatus.SHOWN)
    for number, months in enumerate(MONTHS, start=1):
        before = _promised_before(now, months)
        since = Q(commitments__added_at=None, signed_at__lt=before) | Q(commitments__added_at__lt=before)
        due |= is_shown & since & Q(commitments__check_ins_sent__lt=number)
    asked = 0
    for signature in Signature.objects.published().filter(due).distinct().order_by("signed_at"):
        try:
            asked += _ask(signature, now)
        except OperationalError:
            raise  # the database is away: the next run will find them all
        except Exception:
            logger.exception("%s could not be asked how it goes.", signature.reference)
    return asked


def _promised_before(now: datetime, months: int) -> datetime:
    """Return the end of the London day this many months ago."""
    day = months_before(london_day(now), months) + timedelta(days=1)
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


@transaction.atomic
def _ask(signature: Signature, now: datetime) -> bool:
    signature = lock(signature)
    if signature.status != Status.PUBLISHED:
        return False
    commitments = signature.shown_commitments
    signed_with = [commitment for commitment in commitments if commitment.added_at is None]
    together = [signed_with, *([commitment] for commitment in commitments if commitment.added_at)]
    return any([_ask_about(signature, group, now) for group in together if group])


def _ask_about(signature: Signature, commitments: list[Commitment], now: datetime) -> bool:
    """Ask about commitments that began to count at the same moment, if it is time."""
    since, added_at = commitments[0].promised_at, commitments[0].added_at
    if since is None:
        return False
    due = [months for months in MONTHS if since < _promised_before(now, months)]
    if all(commitment.check_ins_sent >= len(due) for commitment in commitments):
        return False
    # All at once: whoever is asked about one is asked about the others in the same email.
    asked = Commitment.objects.filter(pk__in=[commitment.pk for commitment in commitments])
    asked.update(check_ins_sent=len(due))
    told = [commitment.stage_reported_at for commitment in commitments if commitment.stage_reported_at]
    unfinished = [commitment for commitment in commitments if commitment.stage not in FINAL]
    if not unfinished or (told and max(told) > now - RECENT):
        return False
    after = {"months": due[-1], **({"commitment": commitments[0].pk} if added_at else {})}
    record(verb="ask for update", on=signature, by=None, role=Actor.SYSTEM, after=after)
    emails.ask_for_update(signature, months=due[-1], commitments=unfinished)
    return True
