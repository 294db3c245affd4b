"""Naming organisations on a form: those that stand there already, and boxes to type the names of others."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.template.loader import render_to_string

from signatories.forms.choices import SeveralChoicesField
from signatories.models import Organisation
from signatories.register.organisations import find_organisations

BOXES = 3


class NamedOrganisations(forms.SelectMultiple):
    """A box to untick for each organisation that is chosen, and boxes for names; scripts suggest them.

    Its value is keys of organisations and names that were typed, in one list.
    """

    template_name = "admin/signatories/organisation/named.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        typed = [one.strip() for one in data.getlist(f"{name}_named")[:BOXES]]
        return [*data.getlist(name), *(one for one in typed if one)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return f"{id_}_0" if id_ else id_

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        names = {str(key): known for key, known in self.choices.queryset.values_list("pk", "name")}  # type: ignore[attr-defined]
        value = [str(one) for one in value or ()]
        typed = [one for one in value if one not in names]
        context = {
            "name": name,
            "id": (attrs or {}).get("id", f"id_{name}"),
            "chosen": [(key, names[key]) for key in value if key in names],
            "boxes": [*typed, *[""] * BOXES][:BOXES],
            "names": sorted(names.values()),
        }
        return render_to_string(self.template_name, context, using="django")


class NamedOrganisationsField(SeveralChoicesField):
    """Organisations by key or by name. Whoever types a name that is not one reads which ones are like it."""

    widget = NamedOrganisations

    def clean(self, value: Sequence[Any] | None) -> Any:
        keys = [one for one in value or () if str(one).isdecimal()]
        names = [one for one in value or () if not str(one).isdecimal()]
        return super().clean([*keys, *(str(self._meant(one).pk) for one in names)])

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether a box was unticked, or a name typed."""
        return {str(one) for one in self.prepare_value(initial) or ()} != {str(one) for one in data or ()}

    def _meant(self, typed: str) -> Organisation:
        assert self.queryset is not None  # noqa: S101 - tells mypy
        [*found] = self.queryset.filter(Q(name__iexact=typed) | Q(gss_code__iexact=typed))[:2]
        if len(found) == 1:
            return found[0]
        alike = [str(one) for one in find_organisations(typed)[:3]]
        raise ValidationError(
            f"“{typed}” is not the name of one organisation."
            + (f" Did you mean: {'; '.join(alike)}?" if alike else " Type its name as the register has it.")
        )
