"""The lists of the queue, as a filter: what the desk counts is what a list here shows."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from declaration.accounts.people import person_of
from signatories.models import Signature, Status
from signatories.models.signature import SignatureQuerySet
from signatories.waiting import LISTS, on_list

LABELS = {
    "waiting": "Waiting for review",
    "new": "New",
    "resubmitted": "Sent again after changes",
    "due-soon": "Due soon",
    "overdue": "Overdue",
    "mine": "Mine",
    "unassigned": "Unassigned",
    "parked": "Parked",
}
FIRST = "waiting"
EVERYTHING = "all"


class StatusFilter(admin.SimpleListFilter):
    """Shows what waits for review unless something else is asked for."""

    title = "list"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            *LABELS.items(),
            *((value, label) for value, label in Status.choices if value != Status.SUBMITTED),
            (EVERYTHING, "All"),
        ]

    def choices(self, changelist: Any) -> Any:
        for value, label in self.lookup_choices:
            remove = [self.parameter_name] if value == FIRST else []
            chosen = {} if value == FIRST else {self.parameter_name: value}
            yield {
                "selected": (self.value() or FIRST) == str(value),
                "query_string": changelist.get_query_string(chosen, remove),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Signature]) -> QuerySet[Signature]:
        asked = self.value() or FIRST
        if asked == EVERYTHING:
            return queryset
        if asked in LISTS:
            assert isinstance(queryset, SignatureQuerySet)  # noqa: S101 - tells mypy
            return on_list(asked, person=person_of(request), signatures=queryset)
        return queryset.filter(status=asked)
