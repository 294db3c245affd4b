"""The staff page about one address: what we hold, what would go, a file of it, and the erasure."""

import json
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.crypto import salted_hmac

from declaration.addresses import AddressField
from declaration.audit.nobody_writes import NobodyWrites
from declaration.audit.recording import record
from declaration.personal_data import erasing
from declaration.personal_data.exporting import as_json, held_about
from declaration.personal_data.models import Erasure
from declaration.plain_errors import PlainErrors

PERMISSION: Final = "personal_data.erase_person"
SHOWN: Final = 10


class AddressForm(PlainErrors, forms.Form):
    address = AddressField(max_length=254, label="Email address")


class SettledFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("settled", "Settled")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Erasure]) -> QuerySet[Erasure]:
        if self.value() not in {"open", "settled"}:
            return queryset
        return queryset.filter(settled_at__isnull=self.value() == "open")


@admin.register(Erasure)
class ErasureAdmin(NobodyWrites):
    list_display = ("number", "address", "asked_at", "settled_at", "settled_by")
    list_filter = (SettledFilter,)
    list_select_related = ("settled_by",)
    ordering = ("-pk",)
    fields = ("address", "asked_at", "settled_at", "settled_by", "erased", "kept")
    change_list_template = "admin/personal_data/requests.html"
    change_form_template = "admin/personal_data/request.html"

    @admin.display(description="request", ordering="pk")
    def number(self, erasure: Erasure) -> str:
        return f"Request {erasure.pk}"

    def get_urls(self) -> list[URLPattern]:
        somebody = self.admin_site.admin_view(self.somebody)
        return [path("somebody/", somebody, name="personal_data_erasure_somebody"), *super().get_urls()]

    def somebody(self, request: HttpRequest) -> HttpResponse:
        """Ask for an address; on POST show what we hold about it, send the file, or erase.

        The address travels in the body alone, so that no log of requests keeps it.
        """
        if not request.user.has_perm(PERMISSION) or not request.user.is_authenticated:
            raise PermissionDenied
        if request.method not in {"GET", "HEAD", "POST"}:
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        form = AddressForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            return self._page(request, form)
        address = form.cleaned_data["address"]
        wanted = request.POST.get("do", "")
        if wanted == "erase":
            return self._erase(request, form, address)
        with transaction.atomic():
            record(
                verb="exported personal data" if wanted == "download" else "looked up personal data",
                on=request.user,
                by=request.user,
                role=getattr(request.user, "role", ""),
                # Enough to answer whether somebody looked for a known address.
                after={"address": salted_hmac("personal_data", address, algorithm="sha256").hexdigest()},
            )
        if wanted == "download":
            return HttpResponse(
                json.dumps(as_json(address), ensure_ascii=False, indent=2, default=str),
                content_type="application/json",
                headers={"Content-Disposition": 'attachment; filename="what-we-hold.json"'},
            )
        return self._page(request, form, address=address)

    def _erase(self, request: HttpRequest, form: AddressForm, address: str) -> HttpResponse:
        if not request.user.is_authenticated:
            raise PermissionDenied
        try:
            erasing.erase(address=address, by=request.user, seen=request.POST.get("seen", ""))
        except erasing.PlanHasChanged:
            return self._page(request, form, address=address, changed=True)
        self.message_user(
            request, "Done. Write to the person what went, and what stayed and why.", messages.SUCCESS
        )
        return redirect("admin:personal_data_erasure_changelist")

    def _page(
        self, request: HttpRequest, form: AddressForm, *, address: str = "", changed: bool = False
    ) -> HttpResponse:
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": "What we hold about somebody",
            "opts": self.opts,
            "form": form,
            "address": address,
            "changed": changed,
            "plan": erasing.plan_for(address) if address else None,
            "held": held_about(address, at_most=SHOWN) if address else [],
        }
        return TemplateResponse(request, "admin/personal_data/somebody.html", context)
