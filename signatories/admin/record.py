"""The record page of a signature, and what moderators do there short of deciding."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from signatories import casework, moderation, registering
from signatories.admin.deciding import Choice, DecidingAdmin
from signatories.admin.queue import next_in_list
from signatories.admin.reading import SAFE
from signatories.admin.refusals import Refused, name_of
from signatories.comparing import Change, changes_since_last_submission
from signatories.desk import presence
from signatories.desk.risks import risks_of
from signatories.desk.timeline import newest_event, timeline_of
from signatories.desk.waiting import age_of
from signatories.email_domains import domain_of
from signatories.emails import preview_decision
from signatories.forms.casework import AssignForm, NoteForm, ParkForm, SeenForm
from signatories.models import (
    Actor,
    Casework,
    CommitmentEdit,
    DraftDecision,
    EditStatus,
    ModerationDecision,
    Outcome,
    Signature,
    Status,
)
from signatories.models.signature import LIVE
from signatories.previewing import Preview
from signatories.register.similarity import similar_to

DECIDE = "signatories.decide_signature"
# The forms of the record page by the last part of their address.
CARE: dict[str, type[SeenForm]] = {
    "assign": AssignForm,
    "take": SeenForm,
    "park": ParkForm,
    "bring-back": SeenForm,
    "note": NoteForm,
}
CHOSEN = ("partner_organisations", "principles", "service_areas")
RECORD = "admin/signatories/signature/record.html"


class RecordAdmin(DecidingAdmin):
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

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(DECIDE)

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
            path("<int:pk>/care/<slug:what>/", wrap(self.care), name=f"{name}_care"),
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
        care = Casework.objects.select_related("assigned_to", "parked_by").filter(pk=signature.pk).first()
        version = {"version": newest_event(signature)}
        in_hand = signature.status in casework.IN_HAND
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
            "may_decide": may_decide,
            "notes": signature.notes.select_related("written_by"),
            "care": care,
            "is_parked": bool(care and care.is_parked()) and signature.status == Status.SUBMITTED,
            "is_mine": bool(care and care.assigned_to_id == request.user.pk),
            "may_assign": may_decide and in_hand,
            "may_park": may_decide and signature.status == Status.SUBMITTED,
            "assign_form": AssignForm(
                auto_id="assign_%s", initial={**version, "to": care.assigned_to_id if care else None}
            ),
            "park_form": ParkForm(auto_id="park_%s", initial=version),
            "note_form": NoteForm(auto_id="note_%s"),
            "version": version["version"],
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

    def care(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        """Do one of the things moderators do among themselves, and show the record again."""
        signature = self._for_deciding(request, pk)
        if what == "discard":
            return self.discard(request, signature)
        if what not in CARE:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = CARE[what](request.POST, auto_id=f"{what}_%s")
        if not form.is_valid():
            return self.show(request, signature, **{f"{what}_form": form}, wrong_form=form)
        try:
            self._care_for(request, signature, what, form.cleaned_data)
        except Refused as refused:
            signature.refresh_from_db()
            # What was typed stays; what was seen is what this page shows now.
            data = {**{name: form.data[name] for name in form.data}, "version": newest_event(signature)}
            return self.show(
                request,
                signature,
                **{f"{what}_form": CARE[what](data, auto_id=f"{what}_%s")},
                refusal=name_of(refused),
                since=getattr(refused, "since", []),
            )
        return redirect(self.record_url(request, pk))

    def _care_for(self, request: HttpRequest, signature: Signature, what: str, typed: dict[str, Any]) -> None:
        by = person_of(request)
        name = f"{signature.organisation} ({signature.reference})"
        match what:
            case "assign":
                casework.assign(signature=signature, to=typed["to"], by=by, version=typed["version"])
                done = f"{typed['to'] or 'Nobody'} looks after {name} now."
            case "take":
                casework.assign(signature=signature, to=by, by=by, version=typed["version"])
                done = f"{name} is yours."
            case "park":
                casework.park(
                    signature=signature,
                    until=typed["until"],
                    note=typed["park_note"],
                    by=by,
                    version=typed["version"],
                )
                done = f"{name} is parked. It comes back by itself."
            case "bring-back":
                casework.bring_back(signature=signature, by=by, version=typed["version"])
                done = f"{name} waits in the queue again."
            case _:
                casework.write_note(signature=signature, text=typed["text"], by=by)
                done = "The note is on the record."
        self.message_user(request, done, messages.SUCCESS)

    def verify_officer(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Record that staff have checked where the officer works."""
        signature = self._for_deciding(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            moderation.verify_officer(signature=signature, by=person_of(request))
        except moderation.OwnSubmission:
            raise PermissionDenied from None
        return redirect(self.record_url(request, pk))

    def confirm_organisation(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the organisation that the officer proposed into the register."""
        signature = self._for_deciding(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        registering.confirm_organisation(organisation=signature.organisation, by=person_of(request))
        return redirect(self.record_url(request, pk))

    def _for_deciding(self, request: HttpRequest, pk: int) -> Signature:
        if not self.has_decide_permission(request):
            raise PermissionDenied
        rows: QuerySet[Signature] = self.get_queryset(request)
        return get_object_or_404(rows, pk=pk)
