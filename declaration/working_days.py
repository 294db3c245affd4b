"""The one working-day clock: Monday to Friday without the bank holidays of England.

The queue, the reminders, the digest and the reports all count with it. Days are London days.
Source of the bank holidays: the ``holidays`` package, country GB, subdivision England
(Banking and Financial Dealings Act 1971 and royal proclamations).
"""

from datetime import date, datetime, timedelta
from functools import cache

import holidays
from django.utils import timezone

ONE_DAY = timedelta(days=1)


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _bank_holidays(day.year)


def london_day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def working_days_between(start: datetime, end: datetime) -> int:
    """Return how many working days have begun after the day of ``start`` up to the day of ``end``.

    Something that arrives on Friday is one working day old on Monday. Never negative.
    """
    day, last = london_day(start), london_day(end)
    count = 0
    while day < last:
        day += ONE_DAY
        count += is_working_day(day)
    return count


def add_working_days(start: datetime, days: int) -> date:
    """Return the London day that lies ``days`` working days after the day of ``start``."""
    day = london_day(start)
    while days > 0:
        day += ONE_DAY
        days -= is_working_day(day)
    return day
