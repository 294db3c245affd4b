"""Which colleague is asked to look after what the organisation signed."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from declaration.addresses import WorkAddressField
from signatories.email_domains import domain_of, is_webmail
from signatories.forms.plain_text import PlainTextForm


class HandOverForm(PlainTextForm, forms.Form):
    """A colleague by name and work address. ``officer`` is the address that looks after it already."""

    name = forms.CharField(
        max_length=150,
        label="Full name of your colleague",
        error_messages={"required": "Enter the full name of your colleague"},
    )
    email = WorkAddressField(
        max_length=254,
        label="Work email address of your colleague",
        help_text="We send the link there.",
        error_messages={
            "required": "Enter the work email address of your colleague",
            "invalid": "Enter an email address in the correct format, like name@example.gov.uk",
        },
    )
    govuk = {
        "name": {"classes": "govuk-!-width-two-thirds"},
        "email": {"classes": "govuk-!-width-two-thirds", "type": "email"},
    }

    def __init__(self, *args: Any, officer: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.officer = officer

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email == self.officer.lower():
            raise ValidationError("Enter the address of somebody else. This person looks after it already")
        if is_webmail(email):
            raise ValidationError(
                f"Enter a work email address. Anybody can open an account at {domain_of(email)}"
            )
        return email

    def refuse_another_today(self) -> None:
        self.add_error("email", "You have asked several colleagues today. Try again tomorrow")
