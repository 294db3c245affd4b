"""The errors of a form: what they say, and which input each is about."""

from typing import Any

from django.forms import BaseForm, BoundField, widgets
from django.utils.safestring import SafeString


def form_errors(*forms: BaseForm | None) -> list[dict[str, Any]]:
    """Return the first error of each field, in the order of the page, with a link to the field."""
    found: list[dict[str, Any]] = []
    for form in forms:
        if not form:
            continue
        visible = [field for field in form if not field.is_hidden]
        first = {"href": f"#{_error_target(visible[0])}"} if visible else {}
        found += [text_or_html(error) | first for error in form.non_field_errors()]
        for field in form:
            if field.errors:
                link = {} if field.is_hidden else {"href": f"#{_error_target(field)}"}
                found.append(text_or_html(field.errors[0]) | link)
    return found


def text_or_html(value: Any) -> dict[str, Any]:
    """Pass a string to a macro to be escaped, unless its author vouches for it."""
    if isinstance(value, SafeString):
        return {"html": value}
    text = str(value)
    return {"html": text} if isinstance(text, SafeString) else {"text": text}


def suffixes(widget: widgets.MultiWidget) -> list[str]:
    """Return what Django puts after a field's name and id for each of its boxes."""
    names: list[str] = vars(widget)["widgets_names"]
    return names


def wrong_parts(field: BoundField) -> list[str]:
    """Return the parts of a date its error is about: those it names, else all of them."""
    if not field.errors:
        return []
    names = [suffix.strip("_") for suffix in suffixes(field.field.widget)]
    data = field.form.errors.as_data()[field.name]
    named = (data[0].params or {}).get("parts", ()) if data else ()
    return [name for name in names if name in named] or names


def _error_target(field: BoundField) -> str:
    own = field.auto_id or field.html_name
    if isinstance(field.field.widget, widgets.MultiWidget):
        boxes = suffixes(field.field.widget)
        wrong = wrong_parts(field)
        return own + next((box for box in boxes if box.strip("_") in wrong), boxes[0])
    return own
