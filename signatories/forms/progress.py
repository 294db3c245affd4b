"""What an officer reports about a commitment, and why staff take a report down."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from signatories.desk.risks import LINK
from signatories.forms.plain_text import PlainTextForm
from signatories.hinting import CONTACT_DETAILS
from signatories.models.progress import REPORTABLE


def no_links(text: str) -> None:
    if LINK.search(text):
        raise ValidationError("Remove the web address. An update is words only")


def no_personal_data(text: str) -> None:
    if CONTACT_DETAILS.search(text):
        raise ValidationError("Remove the email address or phone number. An update is public at once")


class ProgressForm(PlainTextForm, forms.Form):
    """An update in one minute. Nobody reads it before it is public, so contact details are refused here."""

    stage = forms.ChoiceField(
        choices=[(stage.value, stage.label) for stage in REPORTABLE],
        widget=forms.RadioSelect,
        label="Where does your commitment stand?",
        error_messages={"required": "Select where your commitment stands"},
    )
    happened = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        validators=[no_links, no_personal_data],
        label="What has happened?",
        help_text="Say what is there now, what is late and why, or why you stopped. Name no people.",
        error_messages={"required": "Enter what has happened"},
    )
    learned = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[no_links, no_personal_data],
        label="What have you learned? (optional)",
        help_text="What would you tell another organisation that starts now?",
    )
    govuk: dict[str, dict[str, Any]] = {
        "stage": {"legend": {"classes": "govuk-fieldset__legend--m"}},
        "happened": {"label": {"classes": "govuk-label--m"}},
        "learned": {"label": {"classes": "govuk-label--m"}},
    }
