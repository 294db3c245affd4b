"""How old a submission is, against the promise, in words."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from declaration.working_days import is_working_day, london_day, working_days_between
from signatories.models import Signature, Status


@dataclass(frozen=True)
class Age:
    """Working days since the submission. ``state`` is on time, due soon or overdue."""

    days: int
    state: str


def age_of(signature: Signature) -> Age | None:
    """Return the age of a submission that waits for review, None for anything else."""
    if signature.status != Status.SUBMITTED or signature.submitted_at is None:
        return None
    days = working_days_between(signature.submitted_at, timezone.now())
    promise = settings.REVIEW_PROMISE_WORKING_DAYS
    if days > promise:
        return Age(days, "overdue")
    return Age(days, "due soon" if days >= promise - 1 else "on time")


def overdue_before(now: datetime | None = None) -> datetime:
    """Return the moment before which a submission that still waits is overdue now.

    The same clock as ``age_of``: of two submissions, one before and one after it, only the
    first is older than the promise in working days.
    """
    day = london_day(now or timezone.now())
    left = settings.REVIEW_PROMISE_WORKING_DAYS + 1
    while left:
        left -= is_working_day(day)
        day -= timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=timezone.get_default_timezone())


class StatusFilter(admin.SimpleListFilter):
    """Shows what waits for review unless something else is asked for."""

    title = "status"
    parameter_name = "status"
    everything = "all"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            *((value, label) for value, label in Status.choices if value != Status.SUBMITTED),
            ("all", "All"),
        ]

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": Status.SUBMITTED.label,
        }
        for value, label in self.lookup_choices:
            yield {
                "selected": self.value() == str(value),
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Signature]) -> QuerySet[Signature]:
        if self.value() is None:
            return queryset.filter(status=Status.SUBMITTED)
        if self.value() == self.everything:
            return queryset
        return queryset.filter(status=self.value())
