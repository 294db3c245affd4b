"""Errors of a form in plain English, wherever a field brings no words of its own for what is wrong.

The wording follows the GOV.UK Design System: name the field, say what to do
(https://design-system.service.gov.uk/components/error-message/).
"""

from typing import Any

from django import forms

OPTIONAL = "(optional)"
# In place of Django's own, which speak of values and choices.
WORDS = {
    "required": "{name} must not be empty",
    "max_length": "{name} must be {most:,} characters or fewer",
    "min_length": "{name} must be %(limit_value)d characters or more",
    "max_value": "{name} must be %(limit_value)s or less",
    "min_value": "{name} must be %(limit_value)s or more",
    "invalid_choice": "Select from the choices on this page",
    "invalid_list": "Select from the choices on this page",
    "invalid_pk_value": "Select from the choices on this page",
}
INVALID: list[tuple[type[forms.Field], str]] = [
    (forms.EmailField, "Enter an email address in the correct format, like name@example.gov.uk"),
    (forms.IntegerField, "{name} must be a whole number"),
    (forms.DateTimeField, "{name} must be a real date and time"),
    (forms.DateField, "{name} must be a real date, like 27 3 2027"),
]


class PlainErrors:
    """Mixed into a form: its fields say what is wrong in plain English."""

    def full_clean(self) -> None:
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            speak_plainly(field, name)
        super().full_clean()  # type: ignore[misc]


def speak_plainly(field: forms.Field, name: str) -> None:
    """Give a field words for each error that it has none of its own for."""
    subject = subject_of(field, name)
    words = dict(WORDS)
    said = next((said for kind, said in INVALID if isinstance(field, kind)), None)
    if said:
        words["invalid"] = said
    defaults = _defaults(field)
    for code, said in words.items():
        own = field.error_messages.get(code)
        if own is None or own == defaults.get(code):
            field.error_messages[code] = said.format(name=subject, most=getattr(field, "max_length", 0) or 0)


def subject_of(field: forms.Field, name: str) -> str:
    """Return what an error calls a field: its label, or «Your answer» where the label is a question."""
    label = str(field.label or name.replace("_", " ").capitalize()).replace(OPTIONAL, "").strip()
    return "Your answer" if label.endswith("?") else label.rstrip(":")


def _defaults(field: forms.Field) -> dict[str, Any]:
    """Return the messages that a field has when nobody gives it any."""
    found: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        if kind.__module__.startswith("django."):
            found |= getattr(kind, "default_error_messages", {})
    return found
