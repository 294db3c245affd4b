"""A date typed as day, month and year in three boxes, as the GOV.UK date input asks."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

MONTHS = tuple(
    "january february march april may june july august september october november december".split()
)
PARTS = ("day", "month", "year")


class DateWidget(forms.MultiWidget):
    def __init__(self) -> None:
        super().__init__({part: forms.TextInput(attrs={"inputmode": "numeric"}) for part in PARTS})

    def decompress(self, value: Any) -> list[str]:
        if isinstance(value, date):
            return [str(value.day), str(value.month), str(value.year)]
        return ["", "", ""]


class DateField(forms.Field):
    """Cleans to a date, or None when nothing was typed and nothing is required.

    A month may be a number or a name. An error names the boxes it is about.
    """

    widget = DateWidget

    def __init__(
        self, *, required: bool = True, required_message: str = "", invalid_message: str, **kwargs: Any
    ):
        super().__init__(required=required, **kwargs)
        self.required_message = required_message
        self.invalid_message = invalid_message

    def clean(self, value: Sequence[str | None] | None) -> date | None:
        typed = [(part or "").strip() for part in (value or ["", "", ""])]
        if not any(typed):
            if self.required:
                raise ValidationError(self.required_message, code="required")
            return None
        missing = [part for part, text in zip(PARTS, typed, strict=True) if not text]
        if missing:
            raise ValidationError(
                f"The date must include a {' and '.join(missing)}",
                code="incomplete",
                params={"parts": missing},
            )
        day, month, year = typed
        try:
            if len(year) != 4:
                raise ValidationError(
                    "The year must have 4 numbers", code="invalid", params={"parts": ["year"]}
                )
            return date(int(year), self._month(month), int(day))
        except (ValueError, OverflowError) as error:
            raise ValidationError(self.invalid_message, code="invalid") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        return True

    @staticmethod
    def _month(text: str) -> int:
        typed = text.lower().rstrip(".")
        named = [n for n, month in enumerate(MONTHS, start=1) if len(typed) > 2 and month.startswith(typed)]
        return named[0] if named else 9 if typed == "sept" else int(text)
