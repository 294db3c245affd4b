"""Whose a record is and until when it rests: what moderators do among themselves, short of deciding."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path

from declaration.accounts.people import person_of
from signatories import casework
from signatories.admin.deciding import DecidingAdmin
from signatories.admin.refusals import Refused, name_of
from signatories.admin.telling import seen_now
from signatories.desk.timeline import newest_event
from signatories.forms.casework import AssignForm, ParkForm, SeenForm

# What moderators do, by the last part of its address.
CARE: dict[str, type[SeenForm]] = {
    "assign": AssignForm,
    "take": SeenForm,
    "park": ParkForm,
    "bring-back": SeenForm,
}


class CaringAdmin(DecidingAdmin):
    care_forms: ClassVar[Mapping[str, type[SeenForm]]] = CARE

    def get_urls(self) -> list[URLPattern]:
        care, name = self.admin_site.admin_view(self.care), self.opts.label_lower.replace(".", "_")
        return [path("<int:pk>/care/<slug:what>/", care, name=f"{name}_care"), *super().get_urls()]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(casework.DECIDE)

    @admin.display(description="looked after by")
    def care_of(self, record: casework.Cared) -> Any:
        found = getattr(record, "casework", None)
        return found.assigned_to if found and found.assigned_to else ""

    def care_on(self, request: HttpRequest, record: casework.Cared) -> dict[str, Any]:
        """Return what a page says of whose the record is, with the forms that change it."""
        may_decide, care = self.has_decide_permission(request), casework.care_of(record)
        version = {"version": newest_event(self.signature_of(record))}
        waits = casework.waits(record)
        return {
            **version,
            "may_decide": may_decide,
            "care": care,
            "is_parked": bool(care and care.is_parked()) and waits,
            "is_mine": bool(care and care.assigned_to_id == request.user.pk),
            "may_assign": may_decide and casework.is_in_hand(record),
            "may_park": may_decide and waits,
            "assign_form": AssignForm(
                auto_id="assign_%s", initial={**version, "to": care.assigned_to_id if care else None}
            ),
            "park_form": ParkForm(auto_id="park_%s", initial=version),
        }

    def care(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        """Do one of the things moderators do among themselves, and show the record again."""
        record = self.for_deciding(request, pk)
        if what == "discard":
            return self.discard(request, record)
        if what not in self.care_forms:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = self.care_forms[what](request.POST, auto_id=f"{what}_%s")
        if not form.is_valid():
            return self.show(request, record, **{f"{what}_form": form}, wrong_form=form)
        try:
            done = self.care_for(request, record, what, form.cleaned_data)
        except Refused as refused:
            record.refresh_from_db()
            # What was typed stays; what was seen is what this page shows now.
            form = seen_now(self.care_forms[what](form.data, auto_id=f"{what}_%s"), self.signature_of(record))
            since = getattr(refused, "since", [])
            return self.show(request, record, **{f"{what}_form": form}, refusal=name_of(refused), since=since)
        self.message_user(request, done, messages.SUCCESS)
        return redirect(self.record_url(request, pk))

    def care_for(self, request: HttpRequest, record: Any, what: str, typed: dict[str, Any]) -> str:
        """Do it, and return what was done in words. Raises what the activities of ``casework`` raise."""
        by, name, version = person_of(request), self.called_in_words(record), typed["version"]
        match what:
            case "assign":
                casework.assign(about=record, to=typed["to"], by=by, version=version)
                return f"{typed['to'] or 'Nobody'} looks after {name} now."
            case "take":
                casework.assign(about=record, to=by, by=by, version=version)
                return f"{name} is yours."
            case "park":
                until, note = typed["until"], typed["park_note"]
                casework.park(about=record, until=until, note=note, by=by, version=version)
                return f"{name} is parked. It comes back by itself."
            case _:
                casework.bring_back(about=record, by=by, version=version)
                return f"{name} waits in the queue again."

    def for_deciding(self, request: HttpRequest, pk: int) -> Any:
        if not self.has_decide_permission(request):
            raise PermissionDenied
        rows: QuerySet[Any] = self.get_queryset(request)
        return get_object_or_404(rows, pk=pk)
