"""One commitment by itself: taking it down beside the others of its signature, and bringing it back."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from signatories import moderation, taking_down
from signatories.admin.deciding import Choice, DecidingAdmin
from signatories.admin.telling import TellingAdmin, Typed
from signatories.comparing import Change
from signatories.desk.timeline import newest_event
from signatories.emails_after_publication import preview_commitment_decision, preview_commitment_restored
from signatories.forms.restoring import RestoreForm
from signatories.models import (
    Actor,
    Commitment,
    CommitmentDecision,
    DraftCommitmentDecision,
    EditStatus,
    Organisation,
    Outcome,
    Signature,
)
from signatories.previewing import Preview

PERMISSION = "signatories.take_down_signature"
RECORD = "admin/signatories/commitment/record.html"
RESTORE = "admin/signatories/commitment/restore.html"


@admin.register(Commitment)
class CommitmentAdmin(TellingAdmin, DecidingAdmin):
    choices = {
        "take-down": Choice("take down", Outcome.TAKEN_DOWN, PERMISSION, taking_down.take_commitment_down),
    }
    drafts = DraftCommitmentDecision
    called = "commitment"
    decide_page = "admin/signatories/commitment/decide.html"
    list_display = ("organisation", "title", "stage", "status", "is_public", "reference")
    list_filter = ("status", "stage")
    search_fields = ("title", "signature__organisation__name", "signature__reference")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Commitment]:
        rows: QuerySet[Commitment] = super().get_queryset(request)
        people = "signature__submitted_by", "signature__looked_after_by", "signature__started_by"
        return rows.select_related("signature__organisation", *people)

    @admin.display(description="organisation")
    def organisation(self, commitment: Commitment) -> Organisation:
        return commitment.signature.organisation

    @admin.display(description="public", boolean=True)
    def is_public(self, commitment: Commitment) -> bool:
        return commitment.is_public

    @admin.display(description="signature")
    def reference(self, commitment: Commitment) -> str:
        return commitment.signature.reference

    def signature_of(self, record: Commitment) -> Signature:
        return record.signature

    def called_in_words(self, record: Commitment) -> str:
        return f"“{record}” of {super().called_in_words(record)}"

    def sent_at(self, record: Commitment) -> datetime | None:
        return record.signature.submitted_at

    def why_not(self, record: Commitment) -> str:
        return "last commitment" if record.is_public and record.is_last_shown else "too late"

    def following(self, request: HttpRequest, record: Commitment) -> str:
        """There is no queue of what is taken down: the record shows what came of it."""
        return self.record_url(request, record.pk)

    def previews_of(self, record: Commitment, outcome: Outcome, text: str) -> list[Preview]:
        return preview_commitment_decision(CommitmentDecision(commitment=record, outcome=outcome, text=text))

    def changes_since(self, record: Commitment) -> list[Change]:
        return []

    def about(self, record: Commitment) -> dict[str, Any]:
        return {
            "title": f"Commitment: {record.signature.organisation}",
            "commitment": record,
            "signature": record.signature,
        }

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "signatories_commitment"
        return [
            path("<int:pk>/discard/", wrap(self.discard_draft), name=f"{name}_discard"),
            path("<int:pk>/restore/", wrap(self.restore), name=f"{name}_restore"),
            *super().get_urls(),
        ]

    def discard_draft(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.discard(request, self._for_taking_down(request, pk))

    def _for_taking_down(self, request: HttpRequest, pk: int) -> Commitment:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        rows: QuerySet[Commitment] = self.get_queryset(request)
        return get_object_or_404(rows, pk=pk)

    def restore(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Ask why, show the emails, and show the commitment again."""
        commitment = self._for_taking_down(request, pk)

        def answer(**said: Any) -> HttpResponse:
            commitment.refresh_from_db()
            about = {**self.about(commitment), "title": f"Restore “{commitment}”", "original": commitment}
            return self.page(request, RESTORE, **{**about, **said})

        def act(typed: Typed) -> HttpResponse:
            taking_down.restore_commitment(commitment=commitment, by=person_of(request), **typed)
            said = f"{self.called_in_words(commitment)} is public again. The emails are on their way."
            self.message_user(request, said, messages.SUCCESS)
            return redirect(self.record_url(request, pk))

        if "restore" not in commitment.possible_verbs(Actor.MODERATOR):
            return answer(refusal="too late")
        version = newest_event(commitment.signature)
        return self.ask_and_tell(
            request,
            RestoreForm(request.POST or None, initial={"version": version}),
            previews=lambda typed: preview_commitment_restored(commitment, typed["note"]),
            act=act,
            answer=answer,
            about=commitment.signature,
        )

    def show(self, request: HttpRequest, record: Commitment, **more: Any) -> HttpResponse:
        """Show what it says, what was told of it and what became of it."""
        is_own = moderation.acts_for(record.signature, person_of(request))
        may_take_down = request.user.has_perm(PERMISSION)
        said = {
            **self.about(record),
            **self.draft_on(record),
            "original": record,
            "is_own": is_own,
            "may_decide": may_take_down,
            "decisions": [] if is_own else self.possible_decisions(request, record),
            "may_restore": may_take_down
            and not is_own
            and "restore" in record.possible_verbs(Actor.MODERATOR),
            "is_last": may_take_down and self.why_not(record) == "last commitment",
            "decided": record.decisions.select_related("decided_by").prefetch_related("reasons"),
            "progress": record.progress.select_related("take_down"),
            "edits": record.edits.exclude(status=EditStatus.DRAFT).select_related("hidden_text"),
            **more,
        }
        return self.page(request, RECORD, **said)
