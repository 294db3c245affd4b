"""Choosing several stored things at once."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

LONGEST_KEY = 18


class SeveralChoicesField(forms.ModelMultipleChoiceField):
    """Refuses as no choice the numbers that are longer than any key, which SQLite cannot even look for."""

    def clean(self, value: Sequence[Any] | None) -> Any:
        for key in value or ():
            if len(str(key)) > LONGEST_KEY:
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": key}
                )
        return super().clean(value)
