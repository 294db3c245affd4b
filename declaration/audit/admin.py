"""The history in the admin: to read and to search, never to write."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from declaration.audit.models import AuditEvent


@admin.register(AuditEvent)
class AuditEventAdmin(admin.ModelAdmin):
    list_display = ("at", "verb", "record_label", "actor_role", "who")
    list_filter = (("at", admin.DateFieldListFilter), "actor_role", "verb", "record_type")
    list_select_related = ("actor",)
    search_fields = ("record_label", "record_id", "verb", "note", "actor__email")
    date_hierarchy = "at"
    fields = (
        "at",
        "verb",
        "record_label",
        "record_type",
        "record_id",
        "actor_role",
        "who",
        "before",
        "after",
        "note",
    )
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        # The account of an actor may be gone; joined, it is nobody instead of an error.
        return super().get_queryset(request).select_related("actor")

    @admin.display(description="who", empty_value="–")
    def who(self, event: AuditEvent) -> str | None:
        return str(event.actor) if event.actor else None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEvent | None = None) -> bool:
        return False
