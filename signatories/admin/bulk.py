"""Accept, hand over and park several at once: chosen on the list, confirmed on a page, told one by one."""

import logging
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from declaration.accounts.models import User
from declaration.accounts.people import person_of
from signatories import casework, moderation
from signatories.admin.reading import SAFE
from signatories.admin.record import RecordAdmin
from signatories.admin.refusals import Refused, name_of
from signatories.desk.risks import risks_of
from signatories.desk.timeline import newest_events
from signatories.desk.waiting import age_of
from signatories.forms.casework import AssignForm, ParkForm, SeenForm
from signatories.models import Signature

logger = logging.getLogger(__name__)
# What is asked on the confirm page, by the last part of its address.
FORMS: dict[str, type[SeenForm]] = {"accept": SeenForm, "assign": AssignForm, "park": ParkForm}
CONFIRM = "admin/signatories/signature/bulk_confirm.html"
DONE = "admin/signatories/signature/bulk_done.html"
KEPT = "signatories_bulk_done"
MOST = 200


@dataclass(frozen=True)
class Item:
    """One selected record with what the page says of it."""

    signature: Signature
    version: int
    age: Any
    risks: list[str]

    @property
    def stamp(self) -> str:
        seen = self.signature.submitted_at.isoformat() if self.signature.submitted_at else ""
        return f"{self.signature.pk}:{self.version}:{seen}"


class StampField(forms.Field):
    """Reads «key:version:moment» as the page of confirmation wrote it."""

    def to_python(self, value: Any) -> tuple[int, int, Any]:
        key, version, seen = (str(value or "").split(":", 2) + ["", ""])[:3]
        if not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in (key, version)):
            raise forms.ValidationError("This row cannot be read.")
        return int(key), int(version), forms.DateTimeField(required=False).clean(seen)


class BulkAdmin(RecordAdmin):
    actions = ("accept_selected", "assign_selected", "park_selected")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("bulk/done/", wrap(self.show_bulk_results), name="signatories_signature_bulk_done"),
            path("bulk/<slug:what>/", wrap(self.do_in_bulk), name="signatories_signature_bulk"),
            *super().get_urls(),
        ]

    @admin.action(description="Accept", permissions=["decide"])
    def accept_selected(self, request: HttpRequest, selected: QuerySet[Signature]) -> HttpResponse:
        return self._ask(request, "accept")

    @admin.action(description="Hand over or take", permissions=["decide"])
    def assign_selected(self, request: HttpRequest, selected: QuerySet[Signature]) -> HttpResponse:
        return self._ask(request, "assign")

    @admin.action(description="Park", permissions=["decide"])
    def park_selected(self, request: HttpRequest, selected: QuerySet[Signature]) -> HttpResponse:
        return self._ask(request, "park")

    def _ask(self, request: HttpRequest, what: str) -> HttpResponse:
        """Show what would happen to exactly the rows that were ticked, never to a whole list unseen."""
        ticked = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
        keys = [int(key) for key in ticked if key.isascii() and key.isdigit() and len(key) <= 18]
        signatures = list(self._rows(request, keys[:MOST]))
        versions = newest_events(signatures)
        items = [Item(s, versions[s.pk], age_of(s), risks_of(s)) for s in signatures]
        form = FORMS[what](auto_id="bulk_%s")
        return self._confirm(request, what, items, form)

    def _rows(self, request: HttpRequest, keys: list[int]) -> QuerySet[Signature]:
        rows = self.get_queryset(request).select_related(*self.list_select_related)  # type: ignore[misc]
        return rows.filter(pk__in=keys).order_by("submitted_at", "pk")

    def _confirm(
        self, request: HttpRequest, what: str, items: list[Item], form: SeenForm, **more: Any
    ) -> HttpResponse:
        said = {
            "what": what,
            "items": items,
            "emails": sum(1 if item.signature.approver_looks_after_it else 2 for item in items),
            "form": form,
            **more,
        }
        return self.page(request, CONFIRM, title="Check before you go on", **said)

    def do_in_bulk(self, request: HttpRequest, what: str) -> HttpResponse:
        """Do it to each confirmed row on its own, and keep what came of each for the next page."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        if what not in FORMS:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        stamps = self._stamps(request)
        signatures = {s.pk: s for s in self._rows(request, [key for key, _, _ in stamps])}
        form = FORMS[what](request.POST, auto_id="bulk_%s")
        if not form.is_valid():
            # The stamps stay as they were shown, not as they are now.
            items = [
                Item(signatures[key], version, age_of(signatures[key]), risks_of(signatures[key]))
                for key, version, _ in stamps
                if key in signatures
            ]
            return self._confirm(request, what, items, form)
        by = person_of(request)
        results = []
        for key, version, seen in stamps:
            signature = signatures.get(key)
            if signature is not None:
                outcome = self._do(what, signature, version, seen, form.cleaned_data, by)
                results.append({"pk": key, "name": str(signature.organisation), **outcome})
        request.session[KEPT] = {"what": what, "results": results}
        return redirect(self.with_list(request, reverse("admin:signatories_signature_bulk_done")))

    def _stamps(self, request: HttpRequest) -> list[tuple[int, int, Any]]:
        field = StampField()
        stamps = []
        for written in request.POST.getlist("item")[:MOST]:
            try:
                stamps.append(field.to_python(written))
            except forms.ValidationError:
                messages.error(request, "A row of the page could not be read, and nothing was done to it.")
        return stamps

    def _do(
        self, what: str, signature: Signature, version: int, seen: Any, typed: dict[str, Any], by: User
    ) -> dict[str, str]:
        """Do it to one, in a transaction of its own, and return why it was not done, if it was not."""
        reference = signature.reference
        try:
            match what:
                case "accept":
                    moderation.accept(signature=signature, by=by, seen=seen, version=version)
                case "assign":
                    casework.assign(about=signature, to=typed["to"], by=by, version=version)
                case _:
                    casework.park(
                        about=signature,
                        until=typed["until"],
                        note=typed["park_note"],
                        by=by,
                        version=version,
                    )
        except Refused as refused:
            return {"reference": reference, "refusal": name_of(refused)}
        except Exception:
            # One that breaks is told like one that is refused; the others go on.
            logger.exception("%s of one selected record failed", what)
            return {"reference": reference, "refusal": "failed"}
        return {"reference": reference, "refusal": ""}

    def show_bulk_results(self, request: HttpRequest) -> HttpResponse:
        if not self.has_decide_permission(request):
            raise PermissionDenied
        if request.method not in SAFE:
            return HttpResponseNotAllowed(SAFE)
        kept = request.session.get(KEPT, {"what": "", "results": []})
        done = sum(not result["refusal"] for result in kept["results"])
        return self.page(request, DONE, title="What was done", done=done, **kept)
