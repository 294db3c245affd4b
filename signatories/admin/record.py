"""The record page of a signature, and what moderators do there short of deciding."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from declaration.accounts.people import person_of
from signatories import casework, moderation, registering
from signatories.admin.queue import next_in_list
from signatories.admin.refusals import Refused, name_of
from signatories.comparing import changes_since_last_submission
from signatories.desk import presence
from signatories.desk.risks import risks_of
from signatories.desk.timeline import newest_event, timeline_of
from signatories.desk.waiting import age_of
from signatories.email_domains import domain_of
from signatories.forms.casework import AssignForm, NoteForm, ParkForm, SeenForm
from signatories.models import Actor, Casework, DraftDecision, Outcome, Signature, Status
from signatories.models.signature import LIVE
from signatories.register.similarity import similar_to

DECIDE = "signatories.decide_signature"
# The address of a decision, the verb of the transition table, the outcome and who may take it.
DECISIONS = {
    "accept": ("accept", Outcome.ACCEPTED, DECIDE),
    "request-changes": ("request changes", Outcome.CHANGES_REQUESTED, DECIDE),
    "reject": ("reject", Outcome.REJECTED, DECIDE),
    "take-down": ("take down", Outcome.TAKEN_DOWN, "signatories.take_down_signature"),
}
SLUGS = {outcome: slug for slug, (_, outcome, _) in DECISIONS.items()}
# The forms of the record page by the last part of their address.
CARE: dict[str, type[SeenForm]] = {
    "assign": AssignForm,
    "take": SeenForm,
    "park": ParkForm,
    "bring-back": SeenForm,
    "note": NoteForm,
    "discard": SeenForm,
}
SAFE = ["GET", "HEAD"]
RECORD = "admin/signatories/signature/record.html"


class RecordAdmin(admin.ModelAdmin):
    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(DECIDE)

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

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the record: the commitment, the facts, what changed, and everything that happened."""
        if request.method not in SAFE:
            return HttpResponseNotAllowed(SAFE)
        signature = self.get_object(request, object_id or "")
        if signature is None:
            raise Http404
        if not self.has_view_permission(request, signature):
            raise PermissionDenied
        return self._show(request, signature)

    def _show(self, request: HttpRequest, signature: Signature, **more: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": signature,
            "kept_list": self.get_preserved_filters(request),
            "list_url": self.list_url(request),
            **self._record(request, signature),
            **more,
        }
        return TemplateResponse(request, RECORD, context)

    def _record(self, request: HttpRequest, signature: Signature) -> dict[str, Any]:
        officer = signature.submitted_by or signature.started_by
        may_decide = self.has_decide_permission(request)
        care = Casework.objects.select_related("assigned_to", "parked_by").filter(pk=signature.pk).first()
        draft = DraftDecision.objects.select_related("saved_by").filter(pk=signature.pk).first()
        version = {"version": newest_event(signature)}
        in_hand = signature.status in casework.IN_HAND
        is_own = may_decide and moderation.acts_for(signature, person_of(request))
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
            "decisions": [] if is_own else self._possible_decisions(request, signature),
            "is_own": is_own,
            "may_restore": "restore" in signature.possible_verbs(Actor.MODERATOR)
            and request.user.has_perm("signatories.take_down_signature")
            and not is_own,
            "may_decide": may_decide,
            "notes": signature.notes.select_related("written_by"),
            "care": care,
            "is_parked": bool(care and care.is_parked()) and signature.status == Status.SUBMITTED,
            "is_mine": bool(care and care.assigned_to_id == request.user.pk),
            "draft": draft,
            "draft_slug": SLUGS[Outcome(draft.outcome)] if draft else "",
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

    def _possible_decisions(self, request: HttpRequest, signature: Signature) -> list[str]:
        """Return the addresses of what may be decided now, by this person."""
        possible = signature.possible_verbs(Actor.MODERATOR)
        return [
            slug
            for slug, (verb, _, permission) in DECISIONS.items()
            if verb in possible and request.user.has_perm(permission)
        ]

    def record_url(self, request: HttpRequest, pk: int) -> str:
        """Return the address of a record, keeping the list its reader came from."""
        return self._with_list(request, reverse("admin:signatories_signature_change", args=[pk]))

    def _with_list(self, request: HttpRequest, url: str) -> str:
        kept = self.get_preserved_filters(request)
        return f"{url}?{kept}" if kept else url

    def list_url(self, request: HttpRequest) -> str:
        """Return the list its reader came from."""
        kept = request.GET.get("_changelist_filters", "")
        url = reverse("admin:signatories_signature_changelist")
        return f"{url}?{kept}" if kept else url

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
        if what not in CARE:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = CARE[what](request.POST, auto_id=f"{what}_%s")
        if not form.is_valid():
            return self._show(request, signature, **{f"{what}_form": form}, wrong_form=form)
        try:
            self._care_for(request, signature, what, form.cleaned_data)
        except Refused as refused:
            signature.refresh_from_db()
            # What was typed stays; what was seen is what this page shows now.
            data = {**{name: form.data[name] for name in form.data}, "version": newest_event(signature)}
            return self._show(
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
            case "note":
                casework.write_note(signature=signature, text=typed["text"], by=by)
                done = "The note is on the record."
            case _:
                casework.discard_draft(signature=signature, by=by)
                done = "The saved decision is gone. The history keeps what it said."
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
