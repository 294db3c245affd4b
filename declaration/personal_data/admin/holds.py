"""Holds that staff set and lift, and what the clock erased and could not erase."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from declaration.audit.nobody_writes import NobodyWrites
from declaration.personal_data import holds
from declaration.personal_data.models import Hold, RetentionRun, Unforgotten
from declaration.plain_errors import PlainErrors


class HoldForm(PlainErrors, forms.ModelForm):
    """Finds the record that somebody names, and refuses what is not there."""

    record_type = forms.ChoiceField(label="What it is")
    named = forms.CharField(
        max_length=254, label="Which one", help_text="For instance LDD-7KQ2-M9TX, or an email address."
    )

    class Meta:
        model = Hold
        fields = ("reason",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found: Any = None
        kind = self.fields["record_type"]
        kind.choices = [(one.record_type, one.called) for one in holds.holdable()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        kind, named = said.get("record_type"), said.get("named")
        if kind and named:
            self.found = holds.find(kind, named)
            if self.found is None:
                self.add_error("named", "There is no such record")
            elif str(self.found.pk) in holds.held_keys(kind):
                self.add_error("named", "This record is held already")
        return said


@admin.register(Hold)
class HoldAdmin(admin.ModelAdmin):
    list_display = ("label", "reason", "set_at", "set_by")
    list_select_related = ("set_by",)
    form = HoldForm
    fields = ("record_type", "named", "reason")

    def get_fields(self, request: HttpRequest, obj: Hold | None = None) -> Any:
        return self.fields if obj is None else ("label", "reason", "set_at", "set_by")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Each hold is lifted on a page of its own."""
        return {}

    def has_change_permission(self, request: HttpRequest, obj: Hold | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Hold, form: Any, change: bool) -> None:
        if not request.user.is_authenticated:
            raise PermissionDenied
        # The number says which one it is; a name or an address would stay in the list for good.
        called = getattr(form.found, "reference", "") or f"{form.found._meta.verbose_name} {form.found.pk}"
        held = holds.hold(on=form.found, called=called, reason=obj.reason, by=request.user)
        obj.pk, obj.label = held.pk, held.label

    def delete_model(self, request: HttpRequest, obj: Hold) -> None:
        if not request.user.is_authenticated:
            raise PermissionDenied
        holds.lift(hold=obj, by=request.user)


@admin.register(RetentionRun)
class RetentionRunAdmin(NobodyWrites):
    list_display = ("started_at", "finished_at", "together", "failed")
    fields = ("started_at", "finished_at", "by_rule", "failed")

    @admin.display(description="erased")
    def together(self, run: RetentionRun) -> int:
        return sum(run.forgotten.values())

    @admin.display(description="erased by rule")
    def by_rule(self, run: RetentionRun) -> str:
        return "\n".join(f"{name}: {number}" for name, number in run.forgotten.items())


@admin.register(Unforgotten)
class UnforgottenAdmin(NobodyWrites):
    list_display = ("record_type", "record_id", "rule", "error", "first_at", "last_at")
    list_filter = ("rule",)
    fields = ("record_type", "record_id", "rule", "error", "first_at", "last_at")
