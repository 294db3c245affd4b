"""What readers are asked: an address, what they want to hear of, and their consent."""

from typing import Any

from django import forms

from declaration.addresses import AddressField
from declaration.models import ServiceArea
from declaration.newsletter import consent
from declaration.newsletter.models import Interest, Subscriber
from declaration.newsletter.register import register
from declaration.plain_errors import PlainErrors

EVERYTHING, CHOSEN, NONE = "everything", "chosen", "none"
EMAIL_ERRORS = {
    "required": "Enter your email address",
    "invalid": "Enter an email address in the correct format, like name@example.com",
}


class EmailField(AddressField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, error_messages=EMAIL_ERRORS, **kwargs)


class ChoicesForm(PlainErrors, forms.Form):
    """What a reader wants, and about what."""

    wants = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="Which news do you want?",
        choices=[
            (EVERYTHING, "Every issue of the newsletter"),
            (CHOSEN, "Only issues about the service areas and regions I choose"),
            (NONE, "No newsletter, only alerts"),
        ],
        initial=EVERYTHING,
        error_messages={"required": "Select which news you want"},
    )
    digest = forms.ChoiceField(
        required=False,
        widget=forms.RadioSelect,
        label="Do you want an alert when somebody signs or makes a commitment?",
        help_text="It tells of the regions, kinds and service areas you choose; without any, of all.",
        # An empty value would be taken for a gap in the list, and not be offered.
        choices=[(NONE, "No"), ("daily", "Yes, once a day"), ("weekly", "Yes, once a week")],
        initial=NONE,
    )
    areas = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="Service areas (optional)"
    )
    regions = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="Regions (optional)"
    )
    kinds = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Kinds of organisation, for alerts (optional)",
    )
    govuk = {
        name: {"fieldset": {"legend": {"classes": "govuk-fieldset__legend--m"}}}
        for name in ("wants", "digest", "areas", "regions", "kinds")
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = ServiceArea.objects.offered()
        self._offer("areas", [(str(area.pk), area.name) for area in areas])
        self._offer("regions", [(region, region) for region in register().regions()])
        self._offer("kinds", list(register().kinds()))

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - they are declared above
        field.choices = choices
        if not choices:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("digest") == NONE:
            given["digest"] = ""
        if given.get("wants") == CHOSEN and not (given.get("areas") or given.get("regions")):
            self.add_error("wants", "Choose a service area or a region below, or every issue")
        if given.get("wants") == NONE and not given.get("digest"):
            self.add_error("digest", "Select how often you want alerts, or a newsletter above")
        return given

    def choices(self) -> dict[str, Any]:
        """Return what was chosen, as the activities take it."""
        given = self.cleaned_data
        return {
            "everything": given["wants"] == EVERYTHING,
            "wants_issues": given["wants"] != NONE,
            "digest": given["digest"],
            "interests": {
                Interest.Kind.AREA.value: given.get("areas", []),
                Interest.Kind.REGION.value: given.get("regions", []),
                Interest.Kind.BODY.value: given.get("kinds", []),
            },
        }


class SubscribeForm(ChoicesForm):
    email = EmailField(
        label="Your email address",
        help_text="We send you an email to make sure that it is yours.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    consent = forms.BooleanField(
        label=consent.WORDINGS[consent.ON_THE_PAGE],
        error_messages={"required": "Tick the box if you want us to email you"},
    )
    field_order = ["email", "wants", "areas", "regions", "digest", "kinds", "consent"]


class AddressForm(PlainErrors, forms.Form):
    email = EmailField(
        label="Email address",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )


def initial_of(subscriber: Subscriber) -> dict[str, Any]:
    """Return what a reader has chosen, as the form shows it."""
    wants = EVERYTHING if subscriber.everything else CHOSEN
    found: dict[str, Any] = {
        "wants": wants if subscriber.wants_issues else NONE,
        "digest": subscriber.digest or NONE,
        "areas": [],
        "regions": [],
        "kinds": [],
    }
    names = {"area": "areas", "region": "regions", "body": "kinds"}
    for interest in subscriber.interests.all():
        found[names[interest.kind]].append(interest.value)
    return found
