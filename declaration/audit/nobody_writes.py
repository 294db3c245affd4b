"""Rows that nobody writes in the admin: they come about by what people do elsewhere."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from declaration.long_lists import LongListPaginator


class NobodyWrites(admin.ModelAdmin):
    """What staff may do with such a row has a button of its own."""

    show_full_result_count = False
    paginator = LongListPaginator
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
