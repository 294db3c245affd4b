"""The questions about who may bind the organisation, and what may be published."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from declaration.addresses import WorkAddressField
from declaration.newsletter import consent
from signatories.forms.dates import DateField
from signatories.forms.questions import QuestionForm
from signatories.models import Capacity, Representative, Signature

# Nobody can have decided to sign before there was a Declaration.
DECLARED_IN = 2018


class ApproverForm(QuestionForm):
    approver_is_officer = forms.TypedChoiceField(
        choices=[("True", "I will sign"), ("False", "Somebody else will sign")],
        coerce=lambda value: value == "True",
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Select who will sign"},
    )
    approver_capacity = forms.ChoiceField(
        choices=Capacity,
        widget=forms.RadioSelect,
        error_messages={"required": "Select in what capacity they sign"},
    )
    govuk = {
        "approver_is_officer": {
            "fieldset": {"legend": {"classes": "govuk-fieldset__legend--m"}},
            "conditional": {"False": ["approver_name", "approver_job_title", "approver_email"]},
        },
        "approver_capacity": {"fieldset": {"legend": {"classes": "govuk-fieldset__legend--m"}}},
        "approver_name": {"classes": "govuk-!-width-two-thirds"},
        "approver_job_title": {"classes": "govuk-!-width-two-thirds"},
        "approver_email": {"classes": "govuk-!-width-two-thirds"},
    }

    class Meta:
        model = Signature
        fields = [
            "approver_is_officer",
            "approver_name",
            "approver_job_title",
            "approver_email",
            "approver_capacity",
        ]
        field_classes = {"approver_email": WorkAddressField}
        labels = {
            "approver_is_officer": "Who will sign for your organisation?",
            "approver_name": "Their full name",
            "approver_job_title": "Their job title",
            "approver_email": "Their work email address",
            "approver_capacity": "In what capacity will they sign?",
        }
        help_texts = {
            "approver_is_officer": "It must be somebody with authority to sign for the organisation.",
            "approver_email": "We ask them to sign only after we have accepted your commitment.",
        }

    def __init__(self, *args: Any, instance: Signature, **kwargs: Any) -> None:
        officer: Representative | None = kwargs.get("officer")
        if officer and instance.approver_is_officer and instance.approver_email not in {"", officer.email}:
            # A colleague answered «I will sign»: to the person who reads it now, that is somebody else.
            kwargs["initial"] = {"approver_is_officer": False}
        super().__init__(*args, instance=instance, **kwargs)
        self.named_before = instance.approver_email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("approver_is_officer") is False and not self.goes_on_later:
            ask_for(
                self,
                cleaned,
                {
                    "approver_name": "Enter the full name of the person who will sign",
                    "approver_job_title": "Enter the job title of the person who will sign",
                    "approver_email": "Enter the email address of the person who will sign",
                },
            )
        elif cleaned.get("approver_is_officer") and self.officer:
            # Who «I» is has to be kept: a colleague may be the one who hands it in.
            cleaned["approver_name"] = self.officer.full_name
            cleaned["approver_job_title"] = self.officer.job_title
            cleaned["approver_email"] = self.officer.email
            for name in ("approver_name", "approver_job_title", "approver_email"):
                self.errors.pop(name, None)
        return cleaned

    def save(self, commit: bool = True) -> Signature:
        """Consent to publish a name is one person's: it ends when another person is named."""
        if self.named_before and self.named_before != self.instance.approver_email:
            self.instance.publish_signer_name = False
            self.instance.consents_given_at = None
            self.written_too = (*self.written_too, "publish_signer_name", "consents_given_at")
        signature: Signature = super().save(commit)
        return signature


def ask_for(form: forms.BaseForm, cleaned: dict[str, Any], messages: dict[str, str]) -> None:
    """Add an error to each of these fields that was left empty and has no error yet."""
    for name, message in messages.items():
        if not cleaned.get(name) and name not in form.errors:
            form.add_error(name, message)


class DecisionForm(QuestionForm):
    decided_on = DateField(required=False, invalid_message="Enter a real date, like 14 10 2026")
    minutes_url = forms.URLField(
        required=False,
        max_length=500,
        assume_scheme="https",
        error_messages={"invalid": "Enter a web address, like https://www.example.gov.uk/minutes"},
    )

    class Meta:
        model = Signature
        fields = ["decided_on", "minutes_url"]
        labels = {
            "decided_on": "Date of the decision (optional)",
            "minutes_url": "Link to the minutes or decision record (optional)",
        }
        help_texts = {"decided_on": "For example, 14 10 2026."}

    def clean_decided_on(self) -> date | None:
        day: date | None = self.cleaned_data["decided_on"]
        if day and day > timezone.localdate():
            raise ValidationError("The date of the decision must be today or in the past")
        if day and day.year < DECLARED_IN:
            raise ValidationError(f"The date of the decision must be in {DECLARED_IN} or later")
        return day


class ConsentsForm(QuestionForm):
    written_too = ("updated_at", "consents_given_at", "newsletter_wanted_by")

    class Meta:
        model = Signature
        fields = ["publish_signer_name", "newsletter_wanted", "contact_by_signatories"]
        labels = {
            "publish_signer_name": "You may publish the name of the person who signs",
            "newsletter_wanted": consent.WORDINGS[consent.IN_THE_SIGN_UP],
            "contact_by_signatories": "Other signatories may contact us through this service",
        }
        help_texts = {
            "publish_signer_name": "The person agrees to this. Otherwise we show only their role.",
            "newsletter_wanted": "It goes to the address you sign in with.",
            "contact_by_signatories": "We pass a message on to you. We never give away your email address.",
        }

    def __init__(self, *args: Any, officer: Representative | None = None, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        if (
            instance is not None
            and officer is not None
            and instance.newsletter_wanted_by_id != officer.user_id
        ):
            # What a colleague ticked for themselves is not ticked for this officer.
            kwargs["initial"] = {**(kwargs.get("initial") or {}), "newsletter_wanted": False}
        super().__init__(*args, officer=officer, **kwargs)

    def save(self, commit: bool = True) -> Signature:
        self.instance.consents_given_at = timezone.now()
        wanted = self.officer is not None and self.instance.newsletter_wanted
        self.instance.newsletter_wanted_by = self.officer.user if wanted and self.officer else None
        signature: Signature = super().save(commit)
        return signature
