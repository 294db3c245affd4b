"""Edits of published commitments: the queue, the differences to the public text, and the decisions."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from signatories import editing, moderation, releasing
from signatories.comparing import changes_in, changes_since_last_sent
from signatories.desk.waiting import age_since
from signatories.forms.moderation import DecisionForm
from signatories.models import (
    Actor,
    CommitmentEdit,
    EditDecision,
    EditStatus,
    ImpossibleEdit,
    Organisation,
    Outcome,
)

PERMISSION = "signatories.decide_signature"
# The address of a decision, the verb of the table of edits, and the outcome.
DECISIONS = {
    "accept": ("accept", Outcome.ACCEPTED),
    "request-changes": ("request changes", Outcome.CHANGES_REQUESTED),
    "reject": ("reject", Outcome.REJECTED),
}


class EditStatusFilter(admin.SimpleListFilter):
    """Shows what waits for review unless something else is asked for."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        others = [choice for choice in EditStatus.choices if choice[0] != EditStatus.SUBMITTED]
        return [*others, ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        yield {**first, "display": EditStatus.SUBMITTED.label}
        yield from rest

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() is None:
            waiting = CommitmentEdit.objects.awaiting_review()
            return queryset.filter(pk__in=waiting.order_by().values("pk"))
        return queryset if self.value() == "all" else queryset.filter(status=self.value())


@admin.register(CommitmentEdit)
class CommitmentEditAdmin(admin.ModelAdmin):
    list_display = ("organisation", "age", "title", "status", "submitted_by", "submitted_at")
    list_filter = (EditStatusFilter,)
    search_fields = (
        "commitment__signature__organisation__name",
        "commitment__signature__reference",
        "submitted_by__email",
        "title",
    )
    ordering = ("submitted_at", "pk")
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[CommitmentEdit]:
        related = "commitment__signature__organisation", "submitted_by", "started_by"
        return super().get_queryset(request).select_related(*related)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: CommitmentEdit | None = None) -> bool:
        """An edit changes by decisions alone."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: CommitmentEdit | None = None) -> bool:
        return False

    @admin.display(description="organisation")
    def organisation(self, edit: CommitmentEdit) -> Organisation:
        return edit.signature.organisation

    @admin.display(description="waiting")
    def age(self, edit: CommitmentEdit) -> str:
        if edit.status != EditStatus.SUBMITTED or edit.submitted_at is None:
            return ""
        age = age_since(edit.submitted_at)
        return f"{age.days} working {'day' if age.days == 1 else 'days'}, {age.state}"

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(self.decide)
        return [
            path("<int:pk>/decide/<slug:decision>/", decide, name="signatories_commitmentedit_decide"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what the edit changes of the public text, who proposed it and what was decided."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        edit = self.get_object(request, object_id)
        if edit is None:
            raise Http404
        if not self.has_view_permission(request, edit):
            raise PermissionDenied
        context = {
            **self._about(request, edit),
            "age": self.age(edit),
            "since_last_sent": changes_since_last_sent(edit),
            "decided": edit.decisions.select_related("decided_by").prefetch_related("reasons"),
            "may_now": self._possible(request, edit),
        }
        return TemplateResponse(request, "admin/signatories/commitmentedit/record.html", context)

    def _about(self, request: HttpRequest, edit: CommitmentEdit) -> dict[str, Any]:
        signature = edit.signature
        return {
            **self.admin_site.each_context(request),
            "title": f"Edit of a commitment: {signature.organisation}",
            "opts": self.opts,
            "original": edit,
            "edit": edit,
            "signature": signature,
            "changes": changes_in(edit),
        }

    def _possible(self, request: HttpRequest, edit: CommitmentEdit) -> list[str]:
        """Return the addresses of what may be decided now, by this person."""
        if not request.user.has_perm(PERMISSION) or not edit.signature.is_public:
            return []
        possible = edit.possible_verbs(Actor.MODERATOR)
        return [slug for slug, (verb, _) in DECISIONS.items() if verb in possible]

    def decide(self, request: HttpRequest, pk: int, decision: str) -> HttpResponse:
        """Ask for reasons and a note, and take one of the decisions on POST."""
        if decision not in DECISIONS or not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        outcome = DECISIONS[decision][1]
        edit = get_object_or_404(self.get_queryset(request), pk=pk)
        seen = edit.submitted_at.isoformat() if edit.submitted_at else ""
        form = DecisionForm(request.POST or None, outcome=outcome, initial={"seen": seen})
        refusal = "" if decision in self._possible(request, edit) else "too late"
        if request.method == "POST" and form.is_valid():
            refusal = self._take(request, edit, outcome, form)
            if not refusal:
                return redirect("admin:signatories_commitmentedit_changelist")
            edit = get_object_or_404(self.get_queryset(request), pk=pk)
        context = {
            **self._about(request, edit),
            "decision": decision,
            "form": form,
            "refusal": refusal,
            "last_decision": edit.decisions.order_by("pk").last(),
        }
        return TemplateResponse(request, "admin/signatories/commitmentedit/decide.html", context)

    def _take(self, request: HttpRequest, edit: CommitmentEdit, outcome: Outcome, form: DecisionForm) -> str:
        """Take the decision. Return why it was refused, or nothing."""
        answers = form.cleaned_data
        what: dict[str, Any] = {"edit": edit, "by": person_of(request)}
        what["seen"] = answers["seen"]
        if outcome == Outcome.ACCEPTED:
            what["note"] = answers["note"]
        else:
            what |= {"reasons": answers["reasons"], "text": answers["text"]}
        activities: dict[Outcome, Callable[..., EditDecision]] = {
            Outcome.ACCEPTED: editing.accept_edit,
            Outcome.CHANGES_REQUESTED: editing.request_changes_to_edit,
            Outcome.REJECTED: editing.reject_edit,
        }
        try:
            taken = activities[outcome](**what)
        except ImpossibleEdit:
            return "too late"
        except moderation.SubmissionHasChanged:
            return "submission has changed"
        except moderation.OwnSubmission:
            return "own submission"
        except releasing.PublicationIsPaused:
            return "publication is paused"
        said = f"{edit.signature.organisation}: {taken.get_outcome_display().lower()}."
        self.message_user(request, f"{said} The emails are on their way.", messages.SUCCESS)
        return ""
