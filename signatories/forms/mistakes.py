"""Say what is wrong on an organisation's page, and settle what was said."""

from typing import Any

from django import forms

from declaration.addresses import AddressField
from signatories.forms.plain_text import PlainTextForm
from signatories.models import CorrectionRequest


class MistakeForm(PlainTextForm, forms.Form):
    what_is_wrong = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        label="What is wrong?",
        help_text="Say what the page says, what it should say, and how you know. Do not write about your"
        " health, your money or other people’s private matters.",
        error_messages={
            "required": "Enter what is wrong",
            "max_length": "What is wrong must be 2,000 characters or fewer",
        },
    )
    email = AddressField(
        required=False,
        max_length=254,
        label="Your email address (optional)",
        help_text="We only use it to answer you.",
        error_messages={"invalid": "Enter an email address in the correct format, like name@example.com"},
    )
    govuk = {"what_is_wrong": {"label": {"classes": "govuk-label--m"}}}


class SettlingForm(PlainTextForm, forms.Form):
    """What staff did about it, and what the reader is told. ``button`` is the one that was pressed."""

    note = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label="What was done",
        help_text="Staff see it. It is not sent to anybody.",
        error_messages={"required": "Enter what was done, or why nothing was"},
    )
    answer = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        label="Answer to the person (optional)",
        help_text="We email it to the address they left.",
    )

    def __init__(self, *args: Any, correction: CorrectionRequest, button: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.button = button
        if not correction.email:
            del self.fields["answer"]

    def clean_answer(self) -> str:
        answer: str = self.cleaned_data["answer"]
        if answer and self.button == "save":
            raise forms.ValidationError("Preview and send the answer, or remove it")
        if not answer and self.button == "preview":
            raise forms.ValidationError("Write the answer first, or settle without one")
        return answer
