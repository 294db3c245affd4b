"""Lists in the admin that may hold a million rows: they are counted as far as anybody turns pages."""

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

COUNTED_AT_MOST = 10_000


class MoreThan(int):
    """A number that stands for itself or anything above it, and says so."""

    def __str__(self) -> str:
        return f"more than {int(self):,}"


class LongListPaginator(Paginator):
    """Shows the first 10,000 of a list; whoever looks for one of the others searches or filters."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        number: int = rows[: COUNTED_AT_MOST + 1].count()
        return number if number <= COUNTED_AT_MOST else MoreThan(COUNTED_AT_MOST)
