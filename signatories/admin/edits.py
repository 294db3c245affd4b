"""Edits of published commitments, and additions of further ones: the queue, the text, and the decisions."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from signatories import adding, editing, moderation, taking_down
from signatories.admin.bulk import BulkAdmin
from signatories.admin.deciding import Choice
from signatories.admin.queue import EditStatusFilter
from signatories.admin.telling import TellingAdmin, Typed
from signatories.comparing import Change, as_text, changes_in, changes_since_last_sent
from signatories.desk.risks import risks_of_edit
from signatories.desk.timeline import newest_event
from signatories.desk.waiting import age_since
from signatories.emails_after_publication import preview_edit_decision, preview_text_hidden
from signatories.forms.taking_down import HidingForm
from signatories.models import (
    CommitmentEdit,
    DraftEditDecision,
    EditDecision,
    EditStatus,
    Organisation,
    Outcome,
    Signature,
)
from signatories.models.signature import LIVE
from signatories.previewing import Preview
from signatories.register.similarity import similar_to

PERMISSION = "signatories.decide_signature"
TAKE_DOWN = "signatories.take_down_signature"


def accept(*, edit: CommitmentEdit, **what: Any) -> EditDecision:
    """Accept it as what it is."""
    activity = adding.accept_addition if edit.is_addition else editing.accept_edit
    return activity(edit=edit, **what)


@admin.register(CommitmentEdit)
class CommitmentEditAdmin(TellingAdmin, BulkAdmin):
    choices = {
        "accept": Choice("accept", Outcome.ACCEPTED, PERMISSION, accept),
        "request-changes": Choice(
            "request changes", Outcome.CHANGES_REQUESTED, PERMISSION, editing.request_changes_to_edit
        ),
        "reject": Choice("reject", Outcome.REJECTED, PERMISSION, editing.reject_edit),
    }
    drafts = DraftEditDecision
    called = "edit"
    decide_page = "admin/signatories/commitmentedit/decide.html"
    list_display = (
        "organisation",
        "kind",
        "age",
        "title",
        "care_of",
        "status",
        "submitted_by",
        "submitted_at",
    )
    list_filter = (EditStatusFilter,)
    search_fields = (
        "commitment__signature__organisation__name",
        "commitment__signature__reference",
        "adds_to__organisation__name",
        "adds_to__reference",
        "submitted_by__email",
        "title",
    )
    ordering = ("submitted_at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CommitmentEdit]:
        about = "commitment__signature__organisation", "adds_to__organisation", "submitted_by", "started_by"
        return super().get_queryset(request).select_related(*about, "casework__assigned_to")

    @admin.display(description="organisation")
    def organisation(self, edit: CommitmentEdit) -> Organisation:
        return edit.signature.organisation

    @admin.display(description="what")
    def kind(self, edit: CommitmentEdit) -> str:
        return "Further commitment" if edit.is_addition else "Edit"

    @admin.display(description="waiting")
    def age(self, edit: CommitmentEdit) -> str:
        if edit.status != EditStatus.SUBMITTED or edit.submitted_at is None:
            return ""
        age = age_since(edit.submitted_at)
        return f"{age.days} working {'day' if age.days == 1 else 'days'}, {age.state}"

    def risks_in_bulk(self, record: CommitmentEdit) -> list[str]:
        return risks_of_edit(record)

    def signature_of(self, record: CommitmentEdit) -> Signature:
        return record.signature

    def may_be_decided(self, record: CommitmentEdit) -> bool:
        """It rests while what it is about is not public."""
        return record.is_about_public

    def previews_of(self, record: CommitmentEdit, outcome: Outcome, text: str) -> list[Preview]:
        if record.submitted_by is None:
            return []
        return preview_edit_decision(EditDecision(edit=record, outcome=outcome, text=text))

    def changes_since(self, record: CommitmentEdit) -> list[Change]:
        return changes_since_last_sent(record)

    def about(self, record: CommitmentEdit) -> dict[str, Any]:
        what = "Further commitment" if record.is_addition else "Edit of a commitment"
        return {
            "title": f"{what}: {record.signature.organisation}",
            "edit": record,
            "signature": record.signature,
            "changes": [] if record.is_addition else changes_in(record),
            "risks": risks_of_edit(record),
        }

    def get_urls(self) -> list[URLPattern]:
        discard = self.admin_site.admin_view(self.discard_draft)
        hide = self.admin_site.admin_view(self.hide)
        return [
            path("<int:pk>/discard/", discard, name="signatories_commitmentedit_discard"),
            path("<int:pk>/hide/", hide, name="signatories_commitmentedit_hide"),
            *super().get_urls(),
        ]

    def discard_draft(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        return self.discard(request, get_object_or_404(self.get_queryset(request), pk=pk))

    def hide(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Ask why the text that an edit replaced leaves the public history, show the email, and do it."""
        if not request.user.has_perm(TAKE_DOWN):
            raise PermissionDenied
        edit = get_object_or_404(self.get_queryset(request), pk=pk)

        def answer(**said: Any) -> HttpResponse:
            replaced = [(question, as_text(words)) for question, words in edit.replaced.items()]
            title = f"Remove a replaced text: {edit.signature.organisation}"
            about = {**self.about(edit), "title": title, "original": edit, "replaced": replaced}
            return self.page(request, "admin/signatories/commitmentedit/hide.html", **{**about, **said})

        def act(typed: Typed) -> HttpResponse:
            taking_down.hide_replaced_text(edit=edit, by=person_of(request), **typed)
            said = "The text is out of the public history. The email is on its way."
            self.message_user(request, said, messages.SUCCESS)
            return redirect(self.record_url(request, pk))

        if not edit.replaced_public_text or hasattr(edit, "hidden_text"):
            return answer(refusal="nothing to hide")
        return self.ask_and_tell(
            request,
            HidingForm(request.POST or None, initial={"version": newest_event(edit.signature)}),
            previews=lambda typed: preview_text_hidden(edit, typed["reason"]),
            act=act,
            answer=answer,
            about=edit.signature,
        )

    def show(self, request: HttpRequest, record: CommitmentEdit, **more: Any) -> HttpResponse:
        """Show what it would make public, who proposed it and what was decided."""
        is_own = moderation.acts_for(record.signature, person_of(request))
        said = {
            **self.about(record),
            **self.draft_on(record),
            "original": record,
            "similar": similar_to(record, statuses=LIVE) if record.is_addition else [],
            "promised": record.signature.commitments.exclude(pk=record.commitment_id or 0),
            "age": self.age(record),
            "since_last_sent": changes_since_last_sent(record),
            "decided": record.decisions.select_related("decided_by").prefetch_related("reasons"),
            "is_own": is_own,
            **self.care_on(request, record),
            "decisions": [] if is_own else self.possible_decisions(request, record),
            "hidden_text": getattr(record, "hidden_text", None),
            "may_hide": record.replaced_public_text and not is_own and request.user.has_perm(TAKE_DOWN),
            **more,
        }
        return self.page(request, "admin/signatories/commitmentedit/record.html", **said)
