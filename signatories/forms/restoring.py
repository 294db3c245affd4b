"""Why a signature is brought back."""

from django import forms

from signatories.forms.casework import SeenForm


class RestoreForm(SeenForm):
    note = forms.CharField(
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        label="Why it is restored",
        help_text="The officer and the person who signed read it in the email.",
        error_messages={"required": "Enter why it is restored"},
    )
