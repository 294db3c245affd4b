"""The queue of signatures; the record page of each, deciding and acting on several are its floors."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from signatories.admin.queue import FIRST, StatusFilter
from signatories.admin.report import ReportPages
from signatories.admin.restoring import RestoringAdmin
from signatories.admin.searching import SearchingAdmin
from signatories.desk.waiting import LISTS, age_of
from signatories.models import Signature


@admin.register(Signature)
class SignatureAdmin(ReportPages, RestoringAdmin, SearchingAdmin):
    # How long it has waited stands where the narrowest screen still shows it.
    list_display = (
        "organisation",
        "age",
        "title",
        "officer",
        "care_of",
        "status",
        "submitted_at",
        "reference",
    )
    list_filter = (StatusFilter, "organisation__kind", "organisation__region")
    list_select_related = ("organisation", "submitted_by", "looked_after_by", "casework__assigned_to")
    search_fields = (
        "reference",
        "organisation__name",
        "submitted_by__full_name",
        "submitted_by__email",
        "looked_after_by__full_name",
        "looked_after_by__email",
        "approver_name",
        "approver_email",
    )
    ordering = ("submitted_at", "pk")
    change_list_template = "admin/signatories/signature/queue.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Signature]:
        return super().get_queryset(request).prefetch_related("commitments")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Leave out what the list that is shown says already: what waits has one status, and an age."""
        if request.GET.get(StatusFilter.parameter_name, FIRST) not in LISTS:
            return self.list_display
        return tuple(column for column in self.list_display if column not in {"status", "submitted_at"})

    @admin.display(description="commitment")
    def title(self, signature: Signature) -> str:
        first, *others = signature.commitments.all()
        return f"{first} and {len(others)} more" if others else str(first)

    @admin.display(description="officer")
    def officer(self, signature: Signature) -> str:
        return str(signature.looked_after_by or signature.submitted_by or "")

    @admin.display(description="waiting")
    def age(self, signature: Signature) -> str:
        age = age_of(signature)
        return f"{age.days} working {'day' if age.days == 1 else 'days'}, {age.state}" if age else ""
