"""From a Django form to the GOV.UK Frontend macros: the Python half of the crispy pack ``govuk``.

A form may carry ``govuk``, a mapping from a field's name to what should differ from the plain
component. It is merged into the macro's parameters, with three short cuts:

``label`` and ``legend``
    mean the label of a single control and the legend of a group, whichever the field has.
``items``
    maps a choice's value to parameters of that radio or checkbox, such as its ``hint``.
``conditional``
    maps a choice's value to the name (or names) of the fields to reveal when it is chosen.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from crispy_forms.utils import render_crispy_form
from django.forms import BaseForm, BoundField, widgets
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString
from jinja2 import pass_context
from jinja2.runtime import Context

from config.govuk_errors import suffixes, text_or_html, wrong_parts

Params = dict[str, Any]

# Attributes that a component takes as parameters of their own.
_OWN_PARAMETER = {"autocomplete", "autocapitalize", "inputmode", "pattern", "rows"}
# Set by Django's fields and widgets; the components do without, because a browser that cuts off
# what is pasted, or stops a form silently, tells the person nothing.
_DROPPED = {"class", "cols", "id", "maxlength", "minlength", "required", "spellcheck"}


class FieldsOnly(FormHelper):
    """A form's fields; the tag, the token and the buttons are the page's."""

    form_tag = False
    form_action = ""  # a property in crispy-forms, which looks it up as the name of a URL every time

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.layout = layout


def component(field: BoundField) -> tuple[str, Params]:
    """Return the name of the macro that shows a field, and its parameters.

    Raises ``TypeError`` for a widget that has no component.
    """
    kind, params = _plain(field)
    own = dict(_overrides(field))
    conditional = own.pop("conditional", {})
    items = own.pop("items", {})
    _merge(params, _with_label_where_it_belongs(own, kind, params))
    for item in params.get("items", []):
        value = item.get("value")
        _merge(item, items.get(value, {}))
        if value in conditional:
            item["conditional"] = {"html": _render_all(field.form, conditional[value])}
    return kind, params


@pass_context
def crispy(context: Context, form: BaseForm) -> SafeString:
    """Render every field of a form that is not revealed by another, without the form tag."""
    helper = getattr(form, "helper", None) or FieldsOnly(Layout(*_fields_at_top(form)))
    given = {name: context[name] for name in ("request", "csrf_token") if name in context}
    return SafeString(render_crispy_form(form, helper, given))


def page_heading(form: BaseForm) -> str:
    """Return the label or legend that is the page's heading, or nothing when there is none.

    The page then has that one h1, and its title says the same.
    """
    for name, own in getattr(form, "govuk", {}).items():
        headings = (own.get("label", {}), own.get("legend", {}), own.get("fieldset", {}).get("legend", {}))
        for heading in headings:
            if heading.get("isPageHeading"):
                return str(heading.get("text") or form[name].label)
    return ""


def _overrides(field: BoundField) -> Mapping[str, Any]:
    return getattr(field.form, "govuk", {}).get(field.name, {})


def _fields_at_top(form: BaseForm) -> Iterator[str]:
    revealed = {
        name
        for field in form
        for names in _overrides(field).get("conditional", {}).values()
        for name in _as_names(names)
    }
    return (name for name in form.fields if name not in revealed)


def _as_names(names: str | Iterable[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _render_all(form: BaseForm, names: str | Iterable[str]) -> SafeString:
    return SafeString(
        "".join(render_to_string("govuk/field.html", {"field": form[name]}) for name in _as_names(names))
    )


def _plain(field: BoundField) -> tuple[str, Params]:
    """Return the component for a field as its form alone describes it."""
    widget = field.field.widget
    params: Params = {"id": field.auto_id or field.html_name, "name": field.html_name}
    if field.help_text:
        params["hint"] = text_or_html(field.help_text)
    if field.errors:
        params["errorMessage"] = text_or_html(field.errors[0])
    _take_attributes(params, widget)
    match widget:
        case widgets.CheckboxInput():
            return "checkboxes", _one_checkbox(field, params)
        case widgets.CheckboxSelectMultiple():
            return "checkboxes", _group(field, params)
        case widgets.RadioSelect():
            return "radios", _group(field, params)
        case widgets.MultiWidget():
            return "date-input", _date(field, widget, params)
    params["label"] = text_or_html(field.label)
    if field.field.disabled:
        params["disabled"] = True
    match widget:
        case widgets.SelectMultiple():
            raise TypeError(f"{field.name}: a list of many choices is shown as checkboxes")
        case widgets.Select():
            # An option holds text alone, whatever its author vouches for.
            params["items"] = [choice | {"text": str(choice["text"]) + ""} for choice in _choices(field)]
            return "select", params
        case widgets.Textarea():
            return _textarea(field, params)
        case widgets.PasswordInput():
            return "password-input", params
        case widgets.FileInput():
            return "file-upload", params
        case widgets.Input():
            return "input", _input(field, widget, params)
    raise TypeError(f"{field.name}: no GOV.UK component shows a {type(widget).__name__}")


def _take_attributes(params: Params, widget: widgets.Widget) -> None:
    attrs = widget.attrs
    if attrs.get("class"):
        params["classes"] = attrs["class"]
    if "spellcheck" in attrs:
        params["spellcheck"] = str(attrs["spellcheck"]).lower() == "true"
    params.update({name: attrs[name] for name in _OWN_PARAMETER & attrs.keys()})
    rest = {
        name: {"value": value, "optional": True} if isinstance(value, bool) else value
        for name, value in attrs.items()
        if name not in _OWN_PARAMETER | _DROPPED
    }
    if rest:
        params["attributes"] = rest


def _input(field: BoundField, widget: widgets.Input, params: Params) -> Params:
    # None, not "": the macro leaves an empty value attribute out.
    params["value"] = widget.format_value(field.value())
    if widget.input_type == "number":
        # A number box changes when a person scrolls over it; a numeric keypad does not.
        params.setdefault("inputmode", "numeric")
        params["type"] = "text"
    else:
        params["type"] = widget.input_type
    if widget.input_type == "email":
        params.setdefault("spellcheck", False)
        params.setdefault("autocomplete", "email")
    return params


def _textarea(field: BoundField, params: Params) -> tuple[str, Params]:
    typed = field.field.widget.format_value(field.value()) or ""
    # The macros indent what is revealed by a radio; a line break they do not see they leave alone.
    params["value"] = SafeString(escape(typed).replace("\r\n", "\n").replace("\n", "&#10;"))
    limit = getattr(field.field, "max_length", None)
    if limit is None:
        return "textarea", params
    return "character-count", params | {"maxlength": limit}


def _choices(field: BoundField) -> Iterator[Params]:
    """Yield value, text and whether it is chosen, with groups opened out."""
    widget = field.field.widget
    chosen = set(widget.format_value(field.value()))
    for value, text in widget.choices:
        options = text if isinstance(text, list | tuple) else [(value, text)]
        for option, label in options:
            plain = "" if option is None else str(option)
            yield {"value": plain, "selected": plain in chosen, "text": label}


def _group(field: BoundField, params: Params) -> Params:
    params["idPrefix"] = params.pop("id")
    params["fieldset"] = {"legend": text_or_html(field.label)}
    params["items"] = []
    for choice in _choices(field):
        if choice["value"] == "":
            continue  # Django's «nothing chosen» is an empty group here
        choice |= text_or_html(choice.pop("text")) | {"checked": choice.pop("selected")}
        if field.field.disabled:
            choice["disabled"] = True
        params["items"].append(choice)
    return params


def _one_checkbox(field: BoundField, params: Params) -> Params:
    item: Params = {"value": "on", "checked": bool(field.value())} | text_or_html(field.label)
    if hint := params.pop("hint", None):
        item["hint"] = hint
    if field.field.disabled:
        item["disabled"] = True
    params["idPrefix"] = params.pop("id")
    params["items"] = [item]
    return params


def _date(field: BoundField, widget: widgets.MultiWidget, params: Params) -> Params:
    params.pop("name")
    params["fieldset"] = {"legend": text_or_html(field.label)}
    value = field.value()
    parts = value if isinstance(value, list | tuple) else widget.decompress(value) or []
    wrong = wrong_parts(field)
    params["items"] = []
    for suffix, part in zip(suffixes(widget), parts, strict=True):
        name = suffix.strip("_")
        width = 4 if name == "year" else 2
        error = " govuk-input--error" if name in wrong else ""
        params["items"].append(
            {
                "id": f"{params['id']}{suffix}",
                "name": f"{field.html_name}{suffix}",
                "label": name.capitalize(),
                "value": str(part) if part not in (None, "") else None,
                "classes": f"govuk-input--width-{width}{error}",
            }
        )
    return params


def _with_label_where_it_belongs(own: Params, kind: str, params: Params) -> Params:
    """Move ``label`` or ``legend`` to where this component looks for it."""
    heading = {**own.pop("label", {}), **own.pop("legend", {})}
    if not heading:
        return own
    if "label" in params:
        return own | {"label": heading}
    if "classes" in heading:
        heading["classes"] = heading["classes"].replace("govuk-label--", "govuk-fieldset__legend--")
    fieldset = own.get("fieldset", {})
    return own | {"fieldset": {**fieldset, "legend": {**heading, **fieldset.get("legend", {})}}}


def _merge(into: Params, more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value
