"""Find one's organisation, or propose it."""

from typing import Any

from django import forms

from declaration.plain_errors import PlainErrors
from signatories.forms.plain_text import PlainTextForm
from signatories.models import Kind, Nation, Organisation

SUPPLIER = "supplier"


class OrganisationSearchForm(PlainTextForm, forms.Form):
    q = forms.CharField(
        max_length=100,
        label="Name of your organisation",
        help_text="For example, Leeds City Council or Leeds.",
        error_messages={"required": "Enter the name of your organisation"},
    )
    govuk = {"q": {"classes": "govuk-!-width-two-thirds", "autocomplete": "organization"}}


class OrganisationChoiceForm(PlainErrors, forms.Form):
    """Choose one of a few organisations that were found."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(),
        to_field_name="slug",
        empty_label=None,
        widget=forms.RadioSelect,
        label="Which organisation do you work for?",
        error_messages={
            "required": "Select your organisation",
            "invalid_choice": "Select one of the organisations in the list",
        },
    )

    def __init__(self, *args: Any, found: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells mypy
        field.queryset = Organisation.objects.filter(pk__in=[o.pk for o in found])


class ProposalForm(PlainTextForm, forms.Form):
    """A body that is not in the register."""

    name = forms.CharField(
        max_length=200,
        label="Name of the organisation",
        error_messages={"required": "Enter the name of the organisation"},
    )
    kind = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=[
            *[choice for choice in Kind.choices if choice[0] not in {"sui-generis", "city-corporation"}],
            (SUPPLIER, "Private company or supplier"),
        ],
        label="What kind of organisation is it?",
        error_messages={"required": "Select what kind of organisation it is"},
    )
    nation = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=Nation.choices,
        label="Which nation is it in?",
        error_messages={"required": "Select the nation it is in"},
    )
    website = forms.URLField(
        required=False,
        max_length=200,
        assume_scheme="https",
        label="Website (optional)",
        error_messages={"invalid": "Enter a web address, like https://www.example.org.uk"},
    )
    note = forms.CharField(
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label="How does it work to improve local services? (optional)",
        help_text="This helps us to confirm that it can sign.",
    )
