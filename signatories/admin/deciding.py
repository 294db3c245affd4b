"""The page on which a moderator decides: reasons, the message, the very email, then saved or sent.

Signatures and edits of published commitments are decided on the same page, in the same way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from signatories import casework, moderation
from signatories.admin.queue import next_in_list
from signatories.admin.reading import ReadingAdmin
from signatories.admin.refusals import STALE, Refused, name_of
from signatories.admin.telling import in_a_mailbox
from signatories.desk.timeline import newest_event
from signatories.forms.moderation import DecisionForm, begin_with
from signatories.models import Actor, Commitment, CommitmentEdit, Outcome, Signature
from signatories.models.casework import SavedDecision
from signatories.models.decision import Decision
from signatories.previewing import Preview


@dataclass(frozen=True)
class Choice:
    """What may be decided: the verb of the table of ways, its outcome, who may, and what does it."""

    verb: str
    outcome: Outcome
    permission: str
    activity: Callable[..., Decision]


class DecidingAdmin(ReadingAdmin):
    """A record about which moderators decide. What differs from one model to the next is below."""

    # By the last part of the address.
    choices: ClassVar[Mapping[str, Choice]]
    drafts: ClassVar[type[SavedDecision]]
    # What the activities call the record.
    called: ClassVar[str]
    decide_page: ClassVar[str]

    def signature_of(self, record: Any) -> Signature:
        """Return the signature whose history tells what happens to the record."""
        raise NotImplementedError

    def may_be_decided(self, record: Any) -> bool:
        return True

    def previews_of(self, record: Any, outcome: Outcome, text: str) -> list[Preview]:
        raise NotImplementedError

    def about(self, record: Any) -> dict[str, Any]:
        """Return what the page says of the record, its title with it."""
        raise NotImplementedError

    def changes_since(self, record: Any) -> list[Any]:
        """Return what the officer changed when they sent the record again."""
        raise NotImplementedError

    def called_in_words(self, record: Any) -> str:
        signature = self.signature_of(record)
        return f"{signature.organisation} ({signature.reference})"

    def sent_at(self, record: Any) -> datetime | None:
        """Return when what was read was submitted."""
        moment: datetime | None = record.submitted_at
        return moment

    def why_not(self, record: Any) -> str:
        """Return the name of what refuses a decision that may not be taken now."""
        return "too late"

    def following(self, request: HttpRequest, record: Any) -> str:
        """Return where to go after a decision: to what follows in the list, or to the list."""
        key = next_in_list(self, request, record.pk)
        return self.record_url(request, key) if key else self.list_url(request)

    def get_urls(self) -> list[URLPattern]:
        name = self.opts.label_lower.replace(".", "_")
        decide = self.admin_site.admin_view(self.decide)
        return [path("<int:pk>/decide/<slug:decision>/", decide, name=f"{name}_decide"), *super().get_urls()]

    def possible_decisions(self, request: HttpRequest, record: Any) -> list[str]:
        """Return the addresses of what may be decided now, by this person."""
        if not self.may_be_decided(record):
            return []
        possible = record.possible_verbs(Actor.MODERATOR)
        return [
            slug
            for slug, choice in self.choices.items()
            if choice.verb in possible and request.user.has_perm(choice.permission)
        ]

    def draft_on(self, record: Any) -> dict[str, Any]:
        """Return what a page says of the decision that was saved about a record and not sent."""
        draft = self.drafts._default_manager.select_related("saved_by").filter(pk=record.pk).first()
        slugs = {choice.outcome: slug for slug, choice in self.choices.items()}
        return {"draft": draft, "draft_slug": slugs[Outcome(draft.outcome)] if draft else ""}

    def decide(self, request: HttpRequest, pk: int, decision: str) -> HttpResponseBase:
        """Ask for the reasons and the message; on POST show the email, save the decision or take it.

        What the button pressed is called says which; without a name it is taken.
        """
        choice = self.choices.get(decision)
        if choice is None or not request.user.has_perm(choice.permission):
            raise PermissionDenied
        record = get_object_or_404(self.get_queryset(request), pk=pk)
        if request.method == "POST":
            return self._answer(request, record, decision, choice)
        draft = self.drafts._default_manager.filter(pk=pk, outcome=choice.outcome).first()
        begin = begin_with(draft) if draft else {}
        form = DecisionForm(outcome=choice.outcome, initial=begin | self._now(record))
        context: dict[str, Any] = {"refusal": ""}
        if decision not in self.possible_decisions(request, record):
            context["refusal"] = self.why_not(record)
        elif moderation.acts_for(self.signature_of(record), person_of(request)):
            context["refusal"] = "own submission"
        elif draft or choice.outcome == Outcome.ACCEPTED:
            context["previews"] = self.previews_of(record, choice.outcome, draft.text if draft else "")
        return self._page(request, record, decision, form, draft=draft, **context)

    def _answer(self, request: HttpRequest, record: Any, decision: str, choice: Choice) -> HttpResponseBase:
        action = request.POST.get("action", "send")
        form = DecisionForm(request.POST, outcome=choice.outcome)
        if not form.is_valid():
            return self._page(request, record, decision, form)
        text = form.cleaned_data.get("text", "")
        refused: Exception | None = None
        if action == "save":
            refused = self._save(request, record, choice, form)
            if refused is None:
                return redirect(self.record_url(request, record.pk))
        elif action == "send":
            following = self.following(request, record)
            refused = self._take(request, record, choice, form)
            if refused is None:
                return redirect(following)
        elif action.startswith("html-"):
            return in_a_mailbox(request, self.previews_of(record, choice.outcome, text), action)
        record = get_object_or_404(self.get_queryset(request), pk=record.pk)
        begin = form.as_written()
        context: dict[str, Any] = {}
        if refused is not None:
            context = {"refusal": name_of(refused), "since": getattr(refused, "since", [])}
            if context["refusal"] in STALE:
                # The page shows what is new, so what was seen is what is there now.
                begin |= self._now(record)
                context["changed_meanwhile"] = self.changes_since(record)
        fresh = DecisionForm(outcome=choice.outcome, initial=begin)
        if context.get("refusal") != "too late":
            context["previews"] = self.previews_of(record, choice.outcome, text)
        return self._page(request, record, decision, fresh, **context)

    def _page(
        self, request: HttpRequest, record: Any, decision: str, form: DecisionForm, **more: Any
    ) -> HttpResponse:
        context = {
            **self.about(record),
            "original": record,
            "decision": decision,
            "form": form,
            "record_url": self.record_url(request, record.pk),
            "last_decision": record.decisions.order_by("pk").last(),
            **more,
        }
        return self.page(request, self.decide_page, **context)

    def _save(
        self, request: HttpRequest, record: Any, choice: Choice, form: DecisionForm
    ) -> Exception | None:
        """Keep the decision on the record. Return why it was refused, if it was."""
        typed = form.cleaned_data
        try:
            casework.save_draft(
                about=record,
                outcome=choice.outcome,
                reasons=list(typed.get("reasons", [])),
                text=typed.get("text", ""),
                note=typed.get("note", ""),
                public_notice=typed.get("public_notice"),
                by=person_of(request),
                version=typed["version"],
            )
        except Refused as refused:
            return refused
        self.message_user(request, "Saved on the record. No email was sent.", messages.SUCCESS)
        return None

    def _take(
        self, request: HttpRequest, record: Any, choice: Choice, form: DecisionForm
    ) -> Exception | None:
        """Take the decision. Return why it was refused, if it was."""
        typed = form.cleaned_data
        asked = ("seen", "version", "note", "reasons", "text", "public_notice")
        what = {name: typed[name] for name in asked if name in typed}
        try:
            decision = choice.activity(**{self.called: record}, by=person_of(request), **what)
        except Refused as refused:
            return refused
        self.message_user(
            request,
            f"{self.called_in_words(record)}: {decision.get_outcome_display().lower()}. "
            "The emails are on their way.",
            messages.SUCCESS,
        )
        return None

    def discard(self, request: HttpRequest, record: Signature | CommitmentEdit | Commitment) -> HttpResponse:
        """Drop the decision that was saved and not sent, on POST."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        casework.discard_draft(about=record, by=person_of(request))
        said = "The saved decision is gone. The history keeps what it said."
        self.message_user(request, said, messages.SUCCESS)
        return redirect(self.record_url(request, record.pk))

    def _now(self, record: Any) -> dict[str, Any]:
        """Return the stamps of what a page shows of this record now."""
        # With its offset, because an hour of local time comes twice when the clocks go back.
        sent_at = self.sent_at(record)
        seen = sent_at.isoformat() if sent_at else ""
        return {"seen": seen, "version": newest_event(self.signature_of(record))}
