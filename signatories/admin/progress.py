"""Progress that organisations reported, and taking one entry off the public pages."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from signatories import reporting
from signatories.admin.telling import TellingAdmin, Typed
from signatories.desk.timeline import newest_event
from signatories.emails_after_publication import preview_progress_taken_down
from signatories.forms.taking_down import ProgressTakeDownForm
from signatories.models import Organisation, Progress

PERMISSION = "signatories.take_down_signature"
RECORD = "admin/signatories/progress/record.html"


@admin.register(Progress)
class ProgressAdmin(TellingAdmin):
    list_display = ("organisation", "stage", "shortened", "reported_at", "is_shown")
    list_filter = ("stage", ("reported_at", admin.DateFieldListFilter))
    list_select_related = ("commitment__signature__organisation", "take_down")
    search_fields = (
        "commitment__signature__organisation__name",
        "commitment__signature__reference",
        "happened",
        "learned",
    )
    ordering = ("-reported_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Progress]:
        related = "commitment__signature__organisation", "reported_by", "take_down__taken_down_by"
        return super().get_queryset(request).select_related(*related)

    @admin.display(description="organisation")
    def organisation(self, progress: Progress) -> Organisation:
        return progress.commitment.signature.organisation

    @admin.display(description="what happened")
    def shortened(self, progress: Progress) -> str:
        return progress.happened if len(progress.happened) <= 100 else f"{progress.happened[:99]}…"

    @admin.display(description="public", boolean=True)
    def is_shown(self, progress: Progress) -> bool:
        return progress.commitment.is_public and not hasattr(progress, "take_down")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/take-down/", wrap(self.take_down), name="signatories_progress_take_down"),
            *super().get_urls(),
        ]

    def take_down(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Show the email, or take the entry down."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        progress = get_object_or_404(self.get_queryset(request), pk=pk)

        def answer(**said: Any) -> HttpResponse:
            return self.show(request, get_object_or_404(self.get_queryset(request), pk=pk), **said)

        def act(typed: Typed) -> HttpResponse:
            reporting.take_progress_down(progress=progress, by=person_of(request), **typed)
            self.message_user(request, "Taken down. The email is on its way.", messages.SUCCESS)
            return redirect("admin:signatories_progress_change", pk)

        return self.ask_and_tell(
            request,
            ProgressTakeDownForm(request.POST),
            previews=lambda typed: preview_progress_taken_down(progress, typed["reason"]),
            act=act,
            answer=answer,
            about=progress.commitment.signature,
        )

    def show(self, request: HttpRequest, record: Progress, **more: Any) -> HttpResponse:
        """Show one entry and, while it is public, the form that takes it down."""
        signature = record.commitment.signature
        may_take_down = request.user.has_perm(PERMISSION) and not hasattr(record, "take_down")
        begin = ProgressTakeDownForm(initial={"version": newest_event(signature)})
        return self.page(
            request,
            RECORD,
            title=f"Progress: {signature.organisation}",
            original=record,
            progress=record,
            signature=signature,
            **{**more, "form": more.get("form", begin) if may_take_down else None},
        )
