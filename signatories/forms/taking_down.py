"""Why a part of what is public is taken down: an update, or a text that an edit replaced."""

from django import forms

from signatories.forms.casework import SeenForm


class HidingForm(SeenForm):
    reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        label="Why it is removed",
        help_text="The officer reads it in the email. Do not repeat what should not have been public.",
        error_messages={"required": "Enter why it is removed"},
    )


class ProgressTakeDownForm(SeenForm):
    reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        label="Why it is taken down",
        help_text="The officer reads it in the email.",
        error_messages={"required": "Enter why it is taken down"},
    )
