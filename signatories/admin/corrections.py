"""What readers say is wrong, and how staff settle it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from signatories import mistakes
from signatories.admin.telling import TellingAdmin, Typed
from signatories.emails import preview_answer
from signatories.forms.mistakes import SettlingForm
from signatories.models import CorrectionRequest

PERMISSION = "signatories.settle_correctionrequest"
RECORD = "admin/signatories/correctionrequest/record.html"


class SettledFilter(admin.SimpleListFilter):
    """Open ones unless asked for others."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("settled", "Settled"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        yield {**first, "display": "Open"}
        yield from rest

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "all" or "all" in request.GET:
            return queryset
        return queryset.filter(settled_at__isnull=self.value() != "settled")


@admin.register(CorrectionRequest)
class CorrectionRequestAdmin(TellingAdmin):
    list_display = ("organisation", "shortened", "created_at", "settled_at", "settled_by")
    list_filter = (SettledFilter,)
    list_select_related = ("organisation", "settled_by")
    search_fields = ("organisation__name", "what_is_wrong", "email")
    ordering = ("created_at", "pk")

    @admin.display(description="what is wrong")
    def shortened(self, correction: CorrectionRequest) -> str:
        text = correction.what_is_wrong
        return text if len(text) <= 100 else f"{text[:99]}…"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/settle/", wrap(self.settle), name="signatories_correctionrequest_settle"),
            *super().get_urls(),
        ]

    def settle(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Show the answer as it would be sent, or settle the report, with an answer or without."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        correction = get_object_or_404(CorrectionRequest, pk=pk)

        def answer(**said: Any) -> HttpResponse:
            correction.refresh_from_db()
            return self.show(request, correction, **said)

        def act(typed: Typed) -> HttpResponse:
            mistakes.settle(correction=correction, by=person_of(request), **typed)
            follows = " The answer is on its way." if typed.get("answer") else ""
            self.message_user(request, f"Settled: {correction.organisation}.{follows}", messages.SUCCESS)
            return redirect("admin:signatories_correctionrequest_changelist")

        return self.ask_and_tell(
            request,
            SettlingForm(request.POST, correction=correction, button=request.POST.get("action", "")),
            previews=lambda typed: preview_answer(correction, typed.get("answer", "")),
            act=act,
            answer=answer,
        )

    def show(self, request: HttpRequest, record: CorrectionRequest, **more: Any) -> HttpResponse:
        """Show what was said and, while it is open, the form that settles it."""
        may_settle = request.user.has_perm(PERMISSION) and not record.settled_at
        return self.page(
            request,
            RECORD,
            title=f"Reported mistake: {record.organisation}",
            original=record,
            correction=record,
            **{**more, "form": more.get("form", SettlingForm(correction=record)) if may_settle else None},
        )
