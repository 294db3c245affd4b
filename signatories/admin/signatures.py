"""The queue of signatures, the record page of each, and the decisions taken on it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from declaration.accounts.people import person_of
from signatories import moderation, registering
from signatories.admin.queue import StatusFilter
from signatories.comparing import changes_since_last_submission
from signatories.email_domains import domain_of
from signatories.forms.moderation import DecisionForm
from signatories.models import Actor, ImpossibleTransition, ModerationDecision, Outcome, Signature
from signatories.risks import risks_of
from signatories.timeline import timeline_of
from signatories.waiting import Age, age_of

# The address of a decision, the verb of the transition table, the outcome and who may take it.
DECISIONS = {
    "accept": ("accept", Outcome.ACCEPTED, "signatories.decide_signature"),
    "request-changes": ("request changes", Outcome.CHANGES_REQUESTED, "signatories.decide_signature"),
    "reject": ("reject", Outcome.REJECTED, "signatories.decide_signature"),
    "take-down": ("take down", Outcome.TAKEN_DOWN, "signatories.take_down_signature"),
}


@admin.register(Signature)
class SignatureAdmin(admin.ModelAdmin):
    # How long it has waited stands where the narrowest screen still shows it.
    list_display = ("organisation", "age", "title", "officer", "status", "submitted_at", "reference")
    list_filter = (StatusFilter, "organisation__kind", "organisation__region")
    list_select_related = ("organisation", "submitted_by")
    search_fields = ("reference", "organisation__name", "submitted_by__full_name", "submitted_by__email")
    ordering = ("submitted_at", "pk")
    list_per_page = 50
    change_list_template = "admin/signatories/signature/queue.html"
    change_form_template = "admin/signatories/signature/record.html"
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Signature]:
        return super().get_queryset(request).prefetch_related("commitments")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Signature | None = None) -> bool:
        """A record changes by decisions alone, never by a form over its columns."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Signature | None = None) -> bool:
        return False

    @admin.display(description="commitment")
    def title(self, signature: Signature) -> str:
        return str(signature.commitment)

    @admin.display(description="officer")
    def officer(self, signature: Signature) -> str:
        return str(signature.submitted_by or "")

    @admin.display(description="waiting")
    def age(self, signature: Signature) -> str:
        age: Age | None = age_of(signature)
        if age is None:
            return ""
        return f"{age.days} working {'day' if age.days == 1 else 'days'}, {age.state}"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/decide/<slug:decision>/",
                wrap(self.decide),
                name="signatories_signature_decide",
            ),
            path(
                "<int:pk>/verify-officer/",
                wrap(self.verify_officer),
                name="signatories_signature_verify_officer",
            ),
            path(
                "<int:pk>/confirm-organisation/",
                wrap(self.confirm_organisation),
                name="signatories_signature_confirm_organisation",
            ),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the record: the commitment, the facts, what changed, and everything that happened."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        signature = self.get_object(request, object_id or "")
        if signature is None:
            raise Http404
        if not self.has_view_permission(request, signature):
            raise PermissionDenied
        context = {**(extra_context or {}), **self._record(request, signature)}
        return super().changeform_view(request, object_id, form_url, context)

    def _record(self, request: HttpRequest, signature: Signature) -> dict[str, Any]:
        officer = signature.submitted_by or signature.started_by
        return {
            "title": f"{signature.organisation} ({signature.reference})",
            "signature": signature,
            "commitment": signature.commitment,
            "officer": officer,
            "officer_domain": domain_of(officer.email),
            "age": age_of(signature),
            "risks": risks_of(signature),
            "changes": changes_since_last_submission(signature),
            "timeline": timeline_of(signature),
            "decisions": self._possible_decisions(request, signature),
            "may_decide": request.user.has_perm("signatories.decide_signature"),
        }

    def _possible_decisions(self, request: HttpRequest, signature: Signature) -> list[str]:
        """Return the addresses of what may be decided now, by this person."""
        possible = signature.possible_verbs(Actor.MODERATOR)
        return [
            slug
            for slug, (verb, _, permission) in DECISIONS.items()
            if verb in possible and request.user.has_perm(permission)
        ]

    def decide(self, request: HttpRequest, pk: int, decision: str) -> HttpResponse:
        """Ask for reasons and a note, and take one of the decisions on POST."""
        if decision not in DECISIONS:
            raise PermissionDenied
        verb, outcome, permission = DECISIONS[decision]
        if not request.user.has_perm(permission):
            raise PermissionDenied
        signature = get_object_or_404(self.get_queryset(request), pk=pk)
        # With its offset, because an hour of local time comes twice when the clocks go back.
        seen = signature.submitted_at.isoformat() if signature.submitted_at else ""
        form = DecisionForm(request.POST or None, outcome=outcome, initial={"seen": seen})
        refusal = ""
        if request.method == "POST" and form.is_valid():
            refusal = self._take(request, signature, outcome, form)
            if not refusal:
                return redirect("admin:signatories_signature_changelist")
        elif verb not in signature.possible_verbs(Actor.MODERATOR):
            refusal = "too late"
        context = {
            **self.admin_site.each_context(request),
            "title": f"{signature.organisation} ({signature.reference})",
            "opts": self.opts,
            "signature": signature,
            "commitment": signature.commitment,
            "decision": decision,
            "form": form,
            "refusal": refusal,
            "risks": risks_of(signature),
            "last_decision": signature.decisions.order_by("pk").last(),
        }
        return TemplateResponse(request, "admin/signatories/signature/decide.html", context)

    def _take(self, request: HttpRequest, signature: Signature, outcome: Outcome, form: DecisionForm) -> str:
        """Take the decision. Return why it was refused, or nothing."""
        what: dict[str, Any] = {
            "signature": signature,
            "by": person_of(request),
            "seen": form.cleaned_data["seen"],
            "note": form.cleaned_data["note"],
        }
        if outcome != Outcome.ACCEPTED:
            what["reasons"] = form.cleaned_data["reasons"]
        activities: dict[Outcome, Callable[..., ModerationDecision]] = {
            Outcome.ACCEPTED: moderation.accept,
            Outcome.CHANGES_REQUESTED: moderation.request_changes,
            Outcome.REJECTED: moderation.reject,
            Outcome.TAKEN_DOWN: moderation.take_down,
        }
        try:
            decision = activities[outcome](**what)
        except ImpossibleTransition:
            signature.refresh_from_db()
            return "too late"
        except moderation.SubmissionHasChanged:
            return "submission has changed"
        except moderation.OrganisationIsNotConfirmed:
            return "organisation is not confirmed"
        except moderation.OfficerIsNotVerified:
            return "officer is not verified"
        except moderation.OwnSubmission:
            return "own submission"
        self.message_user(
            request,
            f"{signature.organisation} ({signature.reference}): {decision.get_outcome_display().lower()}. "
            "The emails are on their way.",
            messages.SUCCESS,
        )
        return ""

    def verify_officer(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Record that staff have checked where the officer works."""
        signature = self._for_deciding(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            moderation.verify_officer(signature=signature, by=person_of(request))
        except moderation.OwnSubmission:
            raise PermissionDenied from None
        return redirect(reverse("admin:signatories_signature_change", args=[pk]))

    def confirm_organisation(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the organisation that the officer proposed into the register."""
        signature = self._for_deciding(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        registering.confirm_organisation(organisation=signature.organisation, by=person_of(request))
        return redirect(reverse("admin:signatories_signature_change", args=[pk]))

    def _for_deciding(self, request: HttpRequest, pk: int) -> Signature:
        if not request.user.has_perm("signatories.decide_signature"):
            raise PermissionDenied
        return get_object_or_404(Signature, pk=pk)
