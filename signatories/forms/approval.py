"""What the approver confirms, and what an officer corrects about the approver."""

from django import forms

from declaration.addresses import WorkAddressField
from signatories.forms.plain_text import PlainTextForm
from signatories.models import Capacity


class SignForm(PlainTextForm, forms.Form):
    """The approver's name and capacity, and the wording they read."""

    name = forms.CharField(
        max_length=150,
        label="Your full name",
        error_messages={"required": "Enter your full name"},
    )
    job_title = forms.CharField(
        max_length=150,
        label="Your job title",
        error_messages={"required": "Enter your job title"},
    )
    capacity = forms.ChoiceField(
        choices=Capacity,
        widget=forms.RadioSelect,
        label="In what capacity do you sign?",
        error_messages={"required": "Select in what capacity you sign"},
    )
    confirmed = forms.BooleanField(
        label="I have authority to sign the Declaration for this organisation",
        error_messages={"required": "Confirm that you have authority to sign"},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    govuk = {
        "name": {"autocomplete": "name", "classes": "govuk-!-width-two-thirds"},
        "job_title": {"autocomplete": "organization-title", "classes": "govuk-!-width-two-thirds"},
        "capacity": {"fieldset": {"legend": {"classes": "govuk-fieldset__legend--s"}}},
    }


class DeclineForm(PlainTextForm, forms.Form):
    reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        label="Why will you not sign?",
        help_text="We send this to the person who asked you to sign.",
        error_messages={"required": "Enter why you will not sign"},
    )
    govuk = {"reason": {"label": {"isPageHeading": True, "classes": "govuk-label--l"}}}


class CorrectApproverForm(PlainTextForm, forms.Form):
    """The approver as they should be. The old link stops working."""

    name = forms.CharField(
        max_length=150, label="Full name", error_messages={"required": "Enter the approver's full name"}
    )
    job_title = forms.CharField(
        max_length=150, label="Job title", error_messages={"required": "Enter the approver's job title"}
    )
    email = WorkAddressField(
        max_length=254,
        label="Work email address",
        error_messages={
            "required": "Enter the approver's email address",
            "invalid": "Enter an email address in the correct format, like name@example.gov.uk",
        },
    )
    capacity = forms.ChoiceField(
        choices=Capacity,
        widget=forms.RadioSelect,
        label="In what capacity will they sign?",
        error_messages={"required": "Select in what capacity they sign"},
    )

    def refuse_unknown(self, organisation: str) -> None:
        """Say that the address does not show that the person works for the organisation."""
        self.add_error(
            "email",
            f"We do not know this as an address of {organisation}. Use their work address. To name somebody "
            "from elsewhere, withdraw and start again with the same text, so that we can check it",
        )

    def refuse_another_today(self) -> None:
        self.add_error("email", "You have changed the approver several times today. Try again tomorrow")

    govuk = {
        "name": {"classes": "govuk-!-width-two-thirds"},
        "job_title": {"classes": "govuk-!-width-two-thirds"},
        "email": {"classes": "govuk-!-width-two-thirds"},
        "capacity": {"fieldset": {"legend": {"classes": "govuk-fieldset__legend--s"}}},
    }
