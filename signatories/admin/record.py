"""The record page of a signature, and what moderators do there short of deciding."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from signatories import casework, moderation, registering
from signatories.admin.bulk import FORMS, BulkAdmin
from signatories.admin.caring import CARE
from signatories.admin.deciding import Choice
from signatories.admin.queue import next_in_list
from signatories.admin.reading import SAFE
from signatories.comparing import Change, changes_since_last_submission
from signatories.desk import presence
from signatories.desk.risks import risks_of
from signatories.desk.timeline import timeline_of
from signatories.desk.waiting import age_of
from signatories.email_domains import domain_of
from signatories.emails import preview_decision
from signatories.forms.casework import NoteForm, SeenForm
from signatories.models import (
    Actor,
    CommitmentEdit,
    DraftDecision,
    EditStatus,
    ModerationDecision,
    Outcome,
    Signature,
)
from signatories.models.signature import LIVE
from signatories.previewing import Preview
from signatories.register.similarity import similar_to

DECIDE = "signatories.decide_signature"
CHOSEN = ("partner_organisations", "principles", "service_areas")
RECORD = "admin/signatories/signature/record.html"


class RecordAdmin(BulkAdmin):
    actions = ("accept_selected", *BulkAdmin.actions)
    bulk_forms = {"accept": SeenForm, **FORMS}
    choices = {
        "accept": Choice("accept", Outcome.ACCEPTED, DECIDE, moderation.accept),
        "request-changes": Choice(
            "request changes", Outcome.CHANGES_REQUESTED, DECIDE, moderation.request_changes
        ),
        "reject": Choice("reject", Outcome.REJECTED, DECIDE, moderation.reject),
        "take-down": Choice(
            "take down", Outcome.TAKEN_DOWN, "signatories.take_down_signature", moderation.take_down
        ),
    }
    drafts = DraftDecision
    called = "signature"
    decide_page = "admin/signatories/signature/decide.html"
    care_forms = {**CARE, "note": NoteForm}

    @admin.action(description="Accept", permissions=["decide"])
    def accept_selected(self, request: HttpRequest, selected: QuerySet[Signature]) -> HttpResponse:
        return self.ask_about_selected(request, "accept")

    def risks_in_bulk(self, record: Signature) -> list[str]:
        return risks_of(record)

    def signature_of(self, record: Signature) -> Signature:
        return record

    def previews_of(self, record: Signature, outcome: Outcome, text: str) -> list[Preview]:
        if record.submitted_by is None:
            return []
        return preview_decision(ModerationDecision(signature=record, outcome=outcome, text=text))

    def changes_since(self, record: Signature) -> list[Change]:
        return changes_since_last_submission(record)

    def about(self, record: Signature) -> dict[str, Any]:
        return {
            "title": f"{record.organisation} ({record.reference})",
            "signature": record,
            "commitment": record.commitment,
            "risks": risks_of(record),
        }

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        name = "signatories_signature"
        return [
            path("<int:pk>/next/", wrap(self.go_to_next), name=f"{name}_next"),
            path("<int:pk>/verify-officer/", wrap(self.verify_officer), name=f"{name}_verify_officer"),
            path(
                "<int:pk>/confirm-organisation/",
                wrap(self.confirm_organisation),
                name=f"{name}_confirm_organisation",
            ),
            *super().get_urls(),
        ]

    def show(self, request: HttpRequest, record: Signature, **more: Any) -> HttpResponse:
        """Show the record: the commitment, the facts, what changed, and everything that happened."""
        said = {"original": record, **self._record(request, record), **more}
        return self.page(request, RECORD, **said)

    def _record(self, request: HttpRequest, signature: Signature) -> dict[str, Any]:
        officer = signature.officer
        may_decide = self.has_decide_permission(request)
        is_own = may_decide and moderation.acts_for(signature, person_of(request))
        return {
            **self.about(signature),
            **self.draft_on(signature),
            "officer": officer,
            "officer_domain": domain_of(officer.email),
            "age": age_of(signature),
            "commitments": signature.commitments.prefetch_related(*CHOSEN),
            "proposed": CommitmentEdit.objects.of(signature).exclude(status=EditStatus.DRAFT),
            "changes": changes_since_last_submission(signature),
            "timeline": timeline_of(signature),
            "decisions": [] if is_own else self.possible_decisions(request, signature),
            "is_own": is_own,
            "may_restore": "restore" in signature.possible_verbs(Actor.MODERATOR)
            and request.user.has_perm("signatories.take_down_signature")
            and not is_own,
            **self.care_on(request, signature),
            "notes": signature.notes.select_related("written_by"),
            "note_form": NoteForm(auto_id="note_%s"),
            "readers": presence.open_record(signature, person_of(request)) if may_decide else [],
            "similar": similar_to(signature.commitment, statuses=LIVE),
            "others": signature.organisation.signatures.exclude(pk=signature.pk).prefetch_related(
                "commitments"
            ),
        }

    def go_to_next(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Go on to the record that follows this one in the list, or to the list when there is none."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in SAFE:
            return HttpResponseNotAllowed(SAFE)
        following = next_in_list(self, request, pk)
        if following is None:
            self.message_user(request, "Nothing else is on this list.")
            return redirect(self.list_url(request))
        return redirect(self.record_url(request, following))

    def care_for(self, request: HttpRequest, record: Signature, what: str, typed: dict[str, Any]) -> str:
        if what != "note":
            return super().care_for(request, record, what, typed)
        casework.write_note(signature=record, text=typed["text"], by=person_of(request))
        return "The note is on the record."

    def verify_officer(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Record that staff have checked where the officer works."""
        signature = self.for_deciding(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            moderation.verify_officer(signature=signature, by=person_of(request))
        except moderation.OwnSubmission:
            raise PermissionDenied from None
        return redirect(self.record_url(request, pk))

    def confirm_organisation(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the organisation that the officer proposed into the register."""
        signature = self.for_deciding(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        registering.confirm_organisation(organisation=signature.organisation, by=person_of(request))
        return redirect(self.record_url(request, pk))
