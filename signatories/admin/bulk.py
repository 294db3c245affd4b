"""Accept, hand over and park several at once: chosen on the list, confirmed on a page, told one by one."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

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
from signatories import casework
from signatories.admin.caring import CaringAdmin
from signatories.admin.reading import SAFE
from signatories.admin.refusals import Refused, name_of
from signatories.desk.timeline import newest_events
from signatories.desk.waiting import Age, age_since
from signatories.forms.casework import AssignForm, ParkForm, SeenForm
from signatories.models import Signature

logger = logging.getLogger(__name__)
# What is asked on the confirm page, by the last part of its address.
FORMS: dict[str, type[SeenForm]] = {"assign": AssignForm, "park": ParkForm}
CONFIRM = "admin/signatories/bulk_confirm.html"
DONE = "admin/signatories/bulk_done.html"
KEPT = "signatories_bulk_done"
MOST = 200


@dataclass(frozen=True)
class Item:
    """One selected record with what the page says of it."""

    record: casework.Cared
    signature: Signature
    version: int
    age: Age | None
    risks: list[str]

    @property
    def stamp(self) -> str:
        seen = self.record.submitted_at.isoformat() if self.record.submitted_at else ""
        return f"{self.record.pk}:{self.version}:{seen}"


class StampField(forms.Field):
    """Reads «key:version:moment» as the page of confirmation wrote it."""

    def to_python(self, value: Any) -> tuple[int, int, Any]:
        key, version, seen = (str(value or "").split(":", 2) + ["", ""])[:3]
        if not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in (key, version)):
            raise forms.ValidationError("This row cannot be read.")
        return int(key), int(version), forms.DateTimeField(required=False).clean(seen)


class BulkAdmin(CaringAdmin):
    actions: tuple[str, ...] = ("assign_selected", "park_selected")
    bulk_forms: ClassVar[Mapping[str, type[SeenForm]]] = FORMS

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, self.opts.label_lower.replace(".", "_")
        return [
            path("bulk/done/", wrap(self.show_bulk_results), name=f"{name}_bulk_done"),
            path("bulk/<slug:what>/", wrap(self.do_in_bulk), name=f"{name}_bulk"),
            *super().get_urls(),
        ]

    def risks_in_bulk(self, record: Any) -> list[str]:
        raise NotImplementedError

    @admin.action(description="Hand over or take", permissions=["decide"])
    def assign_selected(self, request: HttpRequest, selected: QuerySet[Any]) -> HttpResponse:
        return self.ask_about_selected(request, "assign")

    @admin.action(description="Park", permissions=["decide"])
    def park_selected(self, request: HttpRequest, selected: QuerySet[Any]) -> HttpResponse:
        return self.ask_about_selected(request, "park")

    def ask_about_selected(self, request: HttpRequest, what: str) -> HttpResponse:
        """Show what would happen to exactly the rows that were ticked, never to a whole list unseen."""
        ticked = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
        keys = [int(key) for key in ticked if key.isascii() and key.isdigit() and len(key) <= 18]
        records = list(self._rows(request, keys[:MOST]))
        versions = newest_events(self.signature_of(record) for record in records)
        items = [self._item(record, versions[self.signature_of(record).pk]) for record in records]
        form = self.bulk_forms[what](auto_id="bulk_%s")
        return self._confirm(request, what, items, form)

    def _item(self, record: casework.Cared, version: int) -> Item:
        moment = record.submitted_at if casework.waits(record) else None
        age = age_since(moment) if moment else None
        return Item(record, self.signature_of(record), version, age, self.risks_in_bulk(record))

    def _rows(self, request: HttpRequest, keys: list[int]) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.get_queryset(request)
        if self.list_select_related:
            rows = rows.select_related(*self.list_select_related)  # type: ignore[misc]
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
        if what not in self.bulk_forms:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        stamps = self._stamps(request)
        records = {one.pk: one for one in self._rows(request, [key for key, _, _ in stamps])}
        form = self.bulk_forms[what](request.POST, auto_id="bulk_%s")
        if not form.is_valid():
            # The stamps stay as they were shown, not as they are now.
            items = [self._item(records[key], version) for key, version, _ in stamps if key in records]
            return self._confirm(request, what, items, form)
        by = person_of(request)
        results = []
        for key, version, seen in stamps:
            record = records.get(key)
            if record is not None:
                signature = self.signature_of(record)
                refusal = self._do(what, record, version, seen, form.cleaned_data, by)
                about = {"name": str(signature.organisation), "reference": signature.reference}
                results.append({"pk": key, "signature_pk": signature.pk, "refusal": refusal, **about})
        request.session[self._kept] = {"what": what, "results": results}
        done = reverse(f"admin:{self.opts.label_lower.replace('.', '_')}_bulk_done")
        return redirect(self.with_list(request, done))

    @property
    def _kept(self) -> str:
        """Where the session keeps what came of it, until the next time."""
        return f"{KEPT}:{self.opts.label_lower}"

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
        self, what: str, record: casework.Cared, version: int, seen: Any, typed: dict[str, Any], by: User
    ) -> str:
        """Do it to one, in a transaction of its own, and return why it was not done, if it was not."""
        try:
            match what:
                case "accept":
                    accept = self.choices[what].activity
                    accept(**{self.called: record}, by=by, seen=seen, version=version)
                case "assign":
                    casework.assign(about=record, to=typed["to"], by=by, version=version)
                case _:
                    until, note = typed["until"], typed["park_note"]
                    casework.park(about=record, until=until, note=note, by=by, version=version)
        except Refused as refused:
            return name_of(refused)
        except Exception:
            # One that breaks is told like one that is refused; the others go on.
            logger.exception("%s of one selected record failed", what)
            return "failed"
        return ""

    def show_bulk_results(self, request: HttpRequest) -> HttpResponse:
        if not self.has_decide_permission(request):
            raise PermissionDenied
        if request.method not in SAFE:
            return HttpResponseNotAllowed(SAFE)
        kept = request.session.get(self._kept, {"what": "", "results": []})
        done = sum(not result["refusal"] for result in kept["results"])
        return self.page(request, DONE, title="What was done", done=done, **kept)
