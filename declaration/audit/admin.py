"""The history in the admin: to read, to search and to take away as a table, never to write."""

import json
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from declaration.audit.models import AuditEvent
from declaration.audit.nobody_writes import NobodyWrites
from declaration.audit.recording import record
from declaration.spreadsheets import csv_lines

EXPORT = "audit.export_auditevent"
COLUMNS = ("at", "verb", "record", "record_type", "record_id", "role", "who", "before", "after", "note")


class WhoFilter(admin.SimpleListFilter):
    """Staff by name; anybody else is found by searching for their address."""

    title = "person"
    parameter_name = "who"
    service = "service"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        people = get_user_model()._default_manager.filter(is_staff=True)
        return [*((str(person.pk), str(person)) for person in people), (self.service, "The service itself")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        wanted = self.value()
        if wanted is None:
            return queryset
        if wanted == self.service:
            return queryset.filter(actor=None, actor_role="system")
        # As many digits as fit every database's key.
        return queryset.filter(actor_id=int(wanted)) if wanted.isdecimal() and len(wanted) < 19 else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(NobodyWrites):
    list_display = ("at", "verb", "record_label", "actor_role", "who")
    list_filter = (WhoFilter, ("at", admin.DateFieldListFilter), "actor_role", "verb", "record_type")
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
    change_list_template = "admin/audit/auditevent/change_list.html"
    change_form_template = "admin/audit/auditevent/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        # The account of an actor may be gone; joined, it is nobody instead of an error.
        return super().get_queryset(request).select_related("actor")

    @admin.display(description="who", empty_value="–")
    def who(self, event: AuditEvent) -> str | None:
        return str(event.actor) if event.actor else None

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export)
        return [path("export/", view, name="audit_auditevent_export"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"may_export": request.user.has_perm(EXPORT), **(extra_context or {})}
        return super().changelist_view(request, context)

    def export(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """Stream what the list shows, all pages of it, as CSV: on POST, for it is put on record."""
        if not request.user.has_perm(EXPORT) or not request.user.is_authenticated:
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        shown = self.get_changelist_instance(request).get_queryset(request)
        newest = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        events = shown.filter(pk__lte=newest).order_by("pk")
        with transaction.atomic():
            record(
                verb="exported history",
                on=request.user,
                by=request.user,
                role=getattr(request.user, "role", ""),
                after={"events": events.count(), "filter": request.GET.urlencode()},
            )
        name = f"history-{timezone.localdate().isoformat()}.csv"
        return StreamingHttpResponse(
            csv_lines(_rows(events)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _rows(events: QuerySet[AuditEvent]) -> Iterator[tuple[Any, ...]]:
    yield COLUMNS
    for event in events.iterator(chunk_size=500):
        yield (
            timezone.localtime(event.at).isoformat(timespec="seconds"),
            event.verb,
            event.record_label,
            event.record_type,
            event.record_id,
            event.actor_role,
            getattr(event.actor, "email", "") if event.actor else "",
            json.dumps(event.before, ensure_ascii=False) if event.before else "",
            json.dumps(event.after, ensure_ascii=False) if event.after else "",
            event.note,
        )
