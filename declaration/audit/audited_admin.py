"""A model in the admin whose every edit is written into the history."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from declaration.audit.recording import record


class AuditedAdmin(admin.ModelAdmin):
    """Records who added or edited a row, with what changed before and after.

    Rows edited inside their parent's page are recorded on the parent. A moment is one box with a
    label, unlike the admin's own two boxes without.
    """

    formfield_overrides = {
        models.DateTimeField: {
            "form_class": forms.DateTimeField,
            "widget": forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        },
    }

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        columns = [name for name in form.changed_data if _is_column(obj, name)]
        stored = type(obj)._default_manager.get(pk=obj.pk) if change else None
        super().save_model(request, obj, form, change)
        if columns or not change:
            record(
                verb="edit" if change else "add",
                on=obj,
                by=request.user if request.user.is_authenticated else None,
                role=_role(request),
                before=_values(stored, columns) if stored else {},
                after=_values(obj, columns),
            )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        lists = [name for name in form.changed_data if _is_list(form.instance, name)]
        before = _listed(form.instance, lists)
        super().save_related(request, form, formsets, change)
        if lists:
            record(
                verb="edit",
                on=form.instance,
                by=request.user if request.user.is_authenticated else None,
                role=_role(request),
                before=before,
                after=_listed(form.instance, lists),
            )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        after = {
            "added": [str(row) for row in formset.new_objects],
            "edited": [str(row) for row, _ in formset.changed_objects],
            "removed": [str(row) for row in formset.deleted_objects],
        }
        if any(after.values()):
            rows = str(formset.model._meta.verbose_name_plural)
            record(
                verb=f"edit {rows}"[:60],
                on=form.instance,
                by=request.user if request.user.is_authenticated else None,
                role=_role(request),
                after=after,
            )


def _role(request: HttpRequest) -> str:
    return getattr(request.user, "role", "") or "staff"


def _is_column(obj: models.Model, name: str) -> bool:
    return name in {field.name for field in obj._meta.concrete_fields}


def _is_list(obj: models.Model, name: str) -> bool:
    return name in {field.name for field in obj._meta.many_to_many}


def _listed(obj: models.Model, names: list[str]) -> dict[str, list[str]]:
    return {name: sorted(str(row) for row in getattr(obj, name).all()) for name in names}


def _values(obj: models.Model, names: list[str]) -> dict[str, str]:
    return {name: str(getattr(obj, name)) for name in names}


class ShortInline(admin.StackedInline):
    """The few rows that belong to a record; a made-up number of them renders no thousand forms."""

    extra = 0
    max_num = 100

    def get_formset(self, request: HttpRequest, obj: models.Model | None = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, **{"absolute_max": self.max_num, **kwargs})
