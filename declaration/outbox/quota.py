"""How many emails of mailings may leave: in each minute and each day, for all senders together.

GOV.UK Notify lets a service send 3,000 emails a minute and 250,000 a day, days of UTC, unless agreed
otherwise (https://docs.notifications.service.gov.uk, rate and daily limits). A tenth is left to one-off mail.
"""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from declaration.outbox.models import Allowance

# What was allowed leaves within a few seconds: with these added, no minute ever holds more.
MINUTE = timedelta(seconds=60 + 12)


def limits() -> tuple[int, int]:
    """Return how many may leave in a minute and in a day; 0 is no limit."""
    return settings.NEWSLETTERS_PER_MINUTE, settings.NEWSLETTERS_PER_DAY


@transaction.atomic
def take(wanted: int) -> int:
    """Return how many may leave now, at most `wanted`, and count them as gone."""
    per_minute, per_day = limits()
    if not wanted or not (per_minute or per_day):
        return wanted
    # One row is locked for all: senders count one after the other.
    Allowance.objects.bulk_create([Allowance(at=_EPOCH)], ignore_conflicts=True)
    Allowance.objects.select_for_update().get(at=_EPOCH)
    now = timezone.now()
    Allowance.objects.filter(at__gt=_EPOCH, at__lt=now - timedelta(days=2)).delete()
    allowed = wanted
    if per_minute:
        allowed = min(allowed, per_minute - _taken_since(now - MINUTE))
    if per_day:
        allowed = min(allowed, per_day - _taken_since(_midnight(now)))
    if allowed <= 0:
        return 0
    # Two senders may share a moment, and it then holds what both took.
    if not Allowance.objects.filter(at=now).update(number=F("number") + allowed):
        Allowance.objects.create(at=now, number=allowed)
    return allowed


def give_back(number: int) -> None:
    """Count as not gone what was taken by the newest taking and not used."""
    per_minute, per_day = limits()
    if number and (per_minute or per_day):
        newest = Allowance.objects.filter(at__gt=_EPOCH, number__gte=number).order_by("-at").first()
        if newest is not None:
            Allowance.objects.filter(pk=newest.pk).update(number=F("number") - number)


def left_today() -> int | None:
    """Return how many may still leave today, by the provider's days; None without a limit."""
    _, per_day = limits()
    return max(per_day - _taken_since(_midnight(timezone.now())), 0) if per_day else None


def forecast(waiting: int, per_second: float) -> datetime:
    """Return when that many will have left at a rate, with the limits, over several days if need be."""
    per_minute, per_day = limits()
    rate = min(per_second, per_minute / 60) if per_minute else per_second
    now = timezone.now()
    today = left_today()
    if today is None or waiting <= today:
        return now + timedelta(seconds=waiting / rate)
    days, rest = divmod(waiting - today, per_day)
    if not rest:
        days, rest = days - 1, per_day
    return _midnight(now) + timedelta(days=1 + days, seconds=rest / rate)


def tomorrow() -> datetime:
    """Return when the provider's next day begins."""
    return _midnight(timezone.now()) + timedelta(days=1)


_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def _taken_since(moment: datetime) -> int:
    return Allowance.objects.filter(at__gt=max(moment, _EPOCH)).aggregate(all=Sum("number"))["all"] or 0


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(UTC).date(), time(), tzinfo=UTC)
