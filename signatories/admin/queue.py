"""The lists of the queue, as a filter: what the desk counts is what a list here shows."""

from copy import copy
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from declaration.accounts.models import User
from declaration.accounts.people import person_of
from signatories.desk.waiting import EDIT_LISTS, edits_on_list, on_list
from signatories.models import EditStatus, Status
from signatories.models.edit import CommitmentEditQuerySet
from signatories.models.signature import SignatureQuerySet

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


class QueueFilter(admin.SimpleListFilter):
    """Shows what waits for review unless another list, a status or everything is asked for."""

    title = "list"
    parameter_name = "status"
    lists: ClassVar[tuple[str, ...]]
    statuses: ClassVar[list[tuple[str, str]]]

    def rows_on(self, name: str, person: User, rows: Any) -> Any:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        others = [(value, label) for value, label in self.statuses if value != Status.SUBMITTED]
        return [*((name, LABELS[name]) for name in self.lists), *others, (EVERYTHING, "All")]

    def choices(self, changelist: Any) -> Any:
        for value, label in self.lookup_choices:
            remove = [self.parameter_name] if value == FIRST else []
            chosen = {} if value == FIRST else {self.parameter_name: value}
            yield {
                "selected": (self.value() or FIRST) == str(value),
                "query_string": changelist.get_query_string(chosen, remove),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.value() or FIRST
        if asked == EVERYTHING:
            return queryset
        if asked not in self.lists:
            return queryset.filter(status=asked)
        rows: QuerySet[Any] = self.rows_on(asked, person_of(request), queryset)
        return rows


class StatusFilter(QueueFilter):
    lists = tuple(LABELS)
    statuses = Status.choices

    def rows_on(self, name: str, person: User, rows: SignatureQuerySet) -> SignatureQuerySet:
        return on_list(name, person=person, signatures=rows)


class EditStatusFilter(QueueFilter):
    lists = EDIT_LISTS
    statuses = EditStatus.choices

    def rows_on(self, name: str, person: User, rows: CommitmentEditQuerySet) -> CommitmentEditQuerySet:
        return edits_on_list(name, person=person, edits=rows)


def next_in_list(model_admin: admin.ModelAdmin, request: HttpRequest, after: int) -> int | None:
    """Return the record that follows one in the list its reader came from, beginning anew at the end.

    The list is in the address, where the admin keeps it from page to page; without it, or when it
    cannot be read, it is the one that a list begins with. None when nothing else is on the list.
    """
    there = copy(request)
    # The admin reads the list from GET, whatever the method.
    there.GET = QueryDict(request.GET.get("_changelist_filters", ""))
    try:
        rows = model_admin.get_changelist_instance(there).queryset
    except (IncorrectLookupParameters, DisallowedModelAdminLookup):
        there.GET = QueryDict()
        rows = model_admin.get_changelist_instance(there).queryset
    keys = list(rows.select_related(None).prefetch_related(None).values_list("pk", flat=True))
    if after in keys:
        where = keys.index(after)
        keys = keys[where + 1 :] + keys[:where]
    return keys[0] if keys else None
