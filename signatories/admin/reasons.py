"""The reasons moderators choose from."""

from django.contrib import admin
from django.http import HttpRequest

from declaration.audit.audited_admin import AuditedAdmin
from signatories.models import Reason


@admin.register(Reason)
class ReasonAdmin(AuditedAdmin):
    list_display = ("title", "is_public", "for_changes", "for_rejection", "retired_at")
    prepopulated_fields = {"slug": ("title",)}

    def has_delete_permission(self, request: HttpRequest, obj: Reason | None = None) -> bool:
        """A reason that was once given is part of the history: it is retired, never deleted."""
        return False
