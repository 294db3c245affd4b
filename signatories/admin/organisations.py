"""Organisations and their email domains."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from declaration.audit.audited_admin import AuditedAdmin, ShortInline
from signatories.admin.merging import MergingAdmin
from signatories.changes import record_change
from signatories.forms.named_organisations import NamedOrganisationsField
from signatories.models import Organisation, OrganisationAlias, OrganisationDomain, Origin, What


class DomainInline(ShortInline):
    model = OrganisationDomain
    verbose_name = "email domain"


class AliasInline(ShortInline):
    model = OrganisationAlias


@admin.register(Organisation)
class OrganisationAdmin(MergingAdmin):
    list_display = ("name", "kind", "region", "origin", "is_confirmed", "start_date", "end_date")
    list_filter = ("origin", "kind", "nation", "region")
    search_fields = ("name", "short_name", "slug", "gss_code", "domains__domain", "aliases__name")
    readonly_fields = ("origin", "proposed_at", "proposed_by", "confirmed_at", "confirmed_by")
    formfield_overrides = {**AuditedAdmin.formfield_overrides, models.URLField: {"assume_scheme": "https"}}
    inlines = (AliasInline, DomainInline)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Successors are named; a list of every organisation there is helps nobody."""
        if db_field.name != "successors":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return NamedOrganisationsField(
            queryset=Organisation.objects.filter(merged_into__isnull=True),
            required=False,
            label="Successors",
            help_text="Who does its work after its last day. Type a name; untick one to remove it.",
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organisation]:
        """Leave out what is part of another now."""
        return super().get_queryset(request).filter(merged_into__isnull=True)

    @admin.display(description="confirmed", boolean=True)
    def is_confirmed(self, organisation: Organisation) -> bool:
        return not organisation.is_awaiting_confirmation

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        """An organisation ends on a day; it is never deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:
        # What staff have corrected is theirs: loading the register again leaves it alone.
        if change and obj.origin == Origin.REGISTER and form.has_changed():
            obj.origin = Origin.STAFF
        super().save_model(request, obj, form, change)
        if change and "name" in form.changed_data:
            # People go on looking for the name they know.
            OrganisationAlias.objects.get_or_create(organisation=obj, name=form.initial["name"])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        organisation: Organisation = form.instance
        if organisation.origin == Origin.REGISTER and any(rows.has_changed() for rows in formsets):
            organisation.origin = Origin.STAFF
            organisation.save(update_fields=["origin"])
        if organisation.is_awaiting_confirmation:
            return
        if not change:
            record_change(organisation=organisation, what=What.ADDED)
        elif form.has_changed() or any(rows.has_changed() for rows in formsets):
            record_change(organisation=organisation, what=What.CORRECTED)
