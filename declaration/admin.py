"""Versions of the Declaration, service areas and switches in the admin."""

import itertools
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminIntegerFieldWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone

from declaration import switches
from declaration.accounts.people import person_of
from declaration.audit.audited_admin import AuditedAdmin, ShortInline
from declaration.freshness import move_on
from declaration.models import DeclarationVersion, Principle, ServiceArea, Switches
from declaration.publishing import NotReadyToPublish, publish


def _is_published(version: DeclarationVersion | None) -> bool:
    return version is not None and version.published_at is not None


class PrinciplesFormSet(forms.BaseInlineFormSet):
    """Principles may change places: the database checks numbers row by row, not when all are saved."""

    def clean(self) -> None:
        """Refuse the number of a principle that came into being since the page was opened."""
        super().clean()
        shown = [form.instance.pk for form in self.initial_forms]
        unseen = Principle.objects.filter(version_id=self.instance.pk).exclude(pk__in=shown)
        taken = {*unseen.values_list("number", flat=True)}
        for form in self.forms:
            number = form.cleaned_data.get("number") if hasattr(form, "cleaned_data") else None
            if number in taken and form not in self.deleted_forms:
                form.add_error(
                    "number", "Somebody has added a principle with this number. Open the page again to see it"
                )

    def save_existing_objects(self, commit: bool = True) -> list[Any]:
        self._make_way()
        return super().save_existing_objects(commit)

    def _make_way(self) -> None:
        """Let rows that give up their number do so before another row takes it."""
        leaving = [
            form.instance.pk
            for form in self.initial_forms
            if form in self.deleted_forms or "number" in form.changed_data
        ]
        rows = Principle.objects.filter(version=self.instance)
        taken = {*rows.values_list("number", flat=True)} | {
            form.cleaned_data.get("number") for form in self.forms
        }
        free = (number for number in itertools.count(1) if number not in taken)
        for key, number in zip(leaving, free, strict=False):
            rows.filter(pk=key).update(number=number)


class PrincipleInline(ShortInline):
    model = Principle
    formset = PrinciplesFormSet

    def has_add_permission(self, request: HttpRequest, obj: DeclarationVersion | None = None) -> bool:
        return super().has_add_permission(request, obj) and not _is_published(obj)

    def has_change_permission(self, request: HttpRequest, obj: DeclarationVersion | None = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_published(obj)

    def has_delete_permission(self, request: HttpRequest, obj: DeclarationVersion | None = None) -> bool:
        return self.has_change_permission(request, obj)


@admin.register(DeclarationVersion)
class DeclarationVersionAdmin(AuditedAdmin):
    list_display = ("number", "title", "is_summary", "published_at")
    readonly_fields = ("published_at", "published_by", "wording_hash")
    inlines = (PrincipleInline,)
    change_form_template = "admin/declaration/declarationversion/change_form.html"

    def has_change_permission(self, request: HttpRequest, obj: DeclarationVersion | None = None) -> bool:
        """A published wording never changes."""
        return super().has_change_permission(request, obj) and not _is_published(obj)

    def has_delete_permission(self, request: HttpRequest, obj: DeclarationVersion | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.publish)
        return [
            path("<int:pk>/publish/", view, name="declaration_declarationversion_publish"),
            *super().get_urls(),
        ]

    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish a version, on POST alone."""
        version = get_object_or_404(DeclarationVersion, pk=pk)
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            publish(version=version, by=person_of(request))
        except NotReadyToPublish as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, f"Published {version}.", messages.SUCCESS)
        return redirect("admin:declaration_declarationversion_change", pk)


@admin.register(ServiceArea)
class ServiceAreaAdmin(AuditedAdmin):
    list_display = ("name", "order", "retired_at")
    list_editable = ("order",)
    # In the list the heading of the column is no label of the box.
    formfield_overrides = {
        **AuditedAdmin.formfield_overrides,
        models.PositiveSmallIntegerField: {"widget": AdminIntegerFieldWidget({"aria-label": "Order"})},
    }
    prepopulated_fields = {"slug": ("name",)}

    def save_model(self, request: HttpRequest, obj: ServiceArea, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        move_on()

    def has_delete_permission(self, request: HttpRequest, obj: ServiceArea | None = None) -> bool:
        """Commitments may name it: it is retired, never deleted."""
        return False


class SwitchesForm(forms.ModelForm):
    """Refuses a new date that would pause nothing."""

    def clean_quiet_until(self) -> Any:
        until = self.cleaned_data["quiet_until"]
        if until and "quiet_until" in self.changed_data and until <= timezone.localdate():
            raise forms.ValidationError("Enter a day after today, or leave this empty.")
        return until


@admin.register(Switches)
class SwitchesAdmin(admin.ModelAdmin):
    form = SwitchesForm
    fields = ("sign_up_paused", "quiet_until", "banner", "changed_at")
    readonly_fields = ("changed_at",)
    formfield_overrides = {
        models.DateField: {
            "form_class": forms.DateField,
            "widget": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        },
    }

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one row."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Switches | None = None) -> bool:
        return False

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Switches | None:
        return switches.current() if object_id == "1" else None

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the one row there is."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect("admin:declaration_switches_change", 1)

    def save_model(self, request: HttpRequest, obj: Switches, form: forms.ModelForm, change: bool) -> None:
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        switches.change(by=person_of(request), **changed)
