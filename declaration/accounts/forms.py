"""The forms of signing in and of the second factor."""

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from declaration.addresses import INVISIBLE, PLAIN_ADDRESS, as_seen
from declaration.plain_errors import PlainErrors

_FORMAT = "Enter an email address in the correct format, like name@example.gov.uk"


class _PastedAddressField(forms.EmailField):
    def to_python(self, value: Any) -> str:
        return as_seen(str(super().to_python(value)))


class EmailForm(PlainErrors, forms.Form):
    email = _PastedAddressField(
        label="What is your work email address?",
        max_length=254,
        help_text="We will send a 6-digit code to this address. You do not need a password.",
        error_messages={"required": "Enter your email address", "invalid": _FORMAT, "max_length": _FORMAT},
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    govuk: ClassVar[dict[str, dict[str, Any]]] = {
        "email": {
            "label": {"isPageHeading": True, "classes": "govuk-label--l"},
            "autocomplete": "email",
            "spellcheck": False,
        }
    }

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if not PLAIN_ADDRESS.fullmatch(email):
            raise ValidationError(_FORMAT)
        return email.lower()


def _six_digits(value: str, message: str) -> str:
    """Return six digits, forgiving the spaces and dashes people copy; raises ValidationError."""
    digits = re.sub(rf"[\s\-\u2010-\u2015{INVISIBLE}]", "", value)
    if not re.fullmatch(r"[0-9]{6}", digits):
        raise ValidationError(message)
    return digits


class CodeForm(PlainErrors, forms.Form):
    code = forms.CharField(
        label="Enter the 6-digit code",
        max_length=30,
        error_messages={
            "required": "Enter the 6-digit code from the email",
            "max_length": "The code is 6 digits, like 123456",
        },
    )

    govuk: ClassVar[dict[str, dict[str, Any]]] = {
        "code": {
            "label": {"classes": "govuk-label--m"},
            "classes": "govuk-input--width-10 govuk-input--extra-letter-spacing",
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "spellcheck": False,
        }
    }

    def clean_code(self) -> str:
        return _six_digits(self.cleaned_data["code"], "The code is 6 digits, like 123456")
