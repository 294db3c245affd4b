"""The page on which a moderator decides: reasons, the message, the very email, then saved or sent."""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from signatories import casework, moderation
from signatories.admin.queue import next_in_list
from signatories.admin.record import DECISIONS, RecordAdmin
from signatories.admin.refusals import STALE, Refused, name_of
from signatories.comparing import changes_since_last_submission
from signatories.desk.risks import risks_of
from signatories.desk.timeline import newest_event
from signatories.emails import Preview, preview_decision
from signatories.forms.moderation import DecisionForm, begin_with
from signatories.models import Actor, DraftDecision, ModerationDecision, Outcome, Signature

PAGE = "admin/signatories/signature/decide.html"
# The HTML of an email is shown as a mailbox would show it: inlined styles, no script, nothing fetched.
AS_IN_A_MAILBOX: dict[str, Any] = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "sandbox": ["allow-popups"],
}


def _as_in_a_mailbox(request: HttpRequest, html: str) -> HttpResponseBase:
    return csp(AS_IN_A_MAILBOX)(lambda request: HttpResponse(html))(request)


class DecidingAdmin(RecordAdmin):
    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<int:pk>/decide/<slug:decision>/",
                self.admin_site.admin_view(self.decide),
                name="signatories_signature_decide",
            ),
            *super().get_urls(),
        ]

    def decide(self, request: HttpRequest, pk: int, decision: str) -> HttpResponseBase:
        """Ask for the reasons and the message; on POST show the email, save the decision or take it.

        What the button pressed is called says which; without a name it is taken.
        """
        if decision not in DECISIONS:
            raise PermissionDenied
        verb, outcome, permission = DECISIONS[decision]
        if not request.user.has_perm(permission):
            raise PermissionDenied
        signature = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method == "POST":
            return self._answer(request, signature, decision, outcome)
        draft = DraftDecision.objects.filter(pk=pk, outcome=outcome).first()
        begin = begin_with(draft) if draft else {}
        form = DecisionForm(outcome=outcome, initial=begin | _now(signature))
        context: dict[str, Any] = {"refusal": ""}
        if verb not in signature.possible_verbs(Actor.MODERATOR):
            context["refusal"] = "too late"
        elif moderation.acts_for(signature, person_of(request)):
            context["refusal"] = "own submission"
        elif draft or outcome == Outcome.ACCEPTED:
            context["previews"] = _previews(signature, outcome, draft.text if draft else "")
        return self._page(request, signature, decision, form, draft=draft, **context)

    def _answer(
        self, request: HttpRequest, signature: Signature, decision: str, outcome: Outcome
    ) -> HttpResponseBase:
        action = request.POST.get("action", "send")
        form = DecisionForm(request.POST, outcome=outcome)
        if not form.is_valid():
            return self._page(request, signature, decision, form)
        text = form.cleaned_data.get("text", "")
        if action == "save":
            refused = self._save(request, signature, outcome, form)
            if refused is None:
                return redirect(self.record_url(request, signature.pk))
        elif action == "send":
            following = next_in_list(self, request, signature.pk)
            refused = self._take(request, signature, outcome, form)
            if refused is None:
                return redirect(self.record_url(request, following) if following else self.list_url(request))
        else:
            refused = None
            previews = _previews(signature, outcome, text)
            if action.startswith("html-"):
                which = action.removeprefix("html-")
                shown = [p for number, p in enumerate(previews) if str(number) == which]
                return _as_in_a_mailbox(request, shown[0].html if shown else "")
        signature.refresh_from_db()
        begin = form.as_written()
        context: dict[str, Any] = {}
        if refused is not None:
            context = {"refusal": name_of(refused), "since": getattr(refused, "since", [])}
            if context["refusal"] in STALE:
                # The page shows what is new, so what was seen is what is there now.
                begin |= _now(signature)
                context["changes"] = changes_since_last_submission(signature)
        fresh = DecisionForm(outcome=outcome, initial=begin)
        if context.get("refusal") != "too late":
            context["previews"] = _previews(signature, outcome, text)
        return self._page(request, signature, decision, fresh, **context)

    def _page(
        self, request: HttpRequest, signature: Signature, decision: str, form: DecisionForm, **more: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{signature.organisation} ({signature.reference})",
            "opts": self.opts,
            "signature": signature,
            "commitment": signature.commitment,
            "decision": decision,
            "form": form,
            "kept_list": self.get_preserved_filters(request),
            "list_url": self.list_url(request),
            "risks": risks_of(signature),
            "last_decision": signature.decisions.order_by("pk").last(),
            **more,
        }
        return TemplateResponse(request, PAGE, context)

    def _save(
        self, request: HttpRequest, signature: Signature, outcome: Outcome, form: DecisionForm
    ) -> Exception | None:
        """Keep the decision on the record. Return why it was refused, if it was."""
        typed = form.cleaned_data
        try:
            casework.save_draft(
                signature=signature,
                outcome=outcome,
                reasons=list(typed.get("reasons", [])),
                text=typed.get("text", ""),
                note=typed.get("note", ""),
                by=person_of(request),
                version=typed["version"],
            )
        except Refused as refused:
            return refused
        self.message_user(request, "Saved on the record. No email was sent.", messages.SUCCESS)
        return None

    def _take(
        self, request: HttpRequest, signature: Signature, outcome: Outcome, form: DecisionForm
    ) -> Exception | None:
        """Take the decision. Return why it was refused, if it was."""
        typed = form.cleaned_data
        what: dict[str, Any] = {
            "signature": signature,
            "by": person_of(request),
            "seen": typed["seen"],
            "version": typed["version"],
        }
        if outcome == Outcome.ACCEPTED:
            what["note"] = typed["note"]
        else:
            what |= {"reasons": typed["reasons"], "text": typed["text"]}
        if outcome == Outcome.TAKEN_DOWN:
            what["public_notice"] = typed["public_notice"]
        try:
            decision = ACTIVITIES[outcome](**what)
        except Refused as refused:
            return refused
        self.message_user(
            request,
            f"{signature.organisation} ({signature.reference}): {decision.get_outcome_display().lower()}. "
            "The emails are on their way.",
            messages.SUCCESS,
        )
        return None


ACTIVITIES: dict[Outcome, Callable[..., ModerationDecision]] = {
    Outcome.ACCEPTED: moderation.accept,
    Outcome.CHANGES_REQUESTED: moderation.request_changes,
    Outcome.REJECTED: moderation.reject,
    Outcome.TAKEN_DOWN: moderation.take_down,
}


def _now(signature: Signature) -> dict[str, Any]:
    """Return the stamps of what a page shows of this record now."""
    # With its offset, because an hour of local time comes twice when the clocks go back.
    seen = signature.submitted_at.isoformat() if signature.submitted_at else ""
    return {"seen": seen, "version": newest_event(signature)}


def _previews(signature: Signature, outcome: Outcome, text: str) -> list[Preview]:
    if signature.submitted_by is None:
        return []
    return preview_decision(ModerationDecision(signature=signature, outcome=outcome, text=text))
