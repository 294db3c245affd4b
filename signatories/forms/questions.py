"""One form for each question of the sign-up. Guidance lives in templates/signing_up/guidance/.

Those about the commitment also ask about an edit of a published one, which has the same fields.
"""

import hashlib
import json
import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils import timezone

from declaration.addresses import WorkAddressField
from declaration.models import DeclarationVersion, Principle, ServiceArea
from signatories.forms.choices import SeveralChoicesField
from signatories.forms.dates import DateField
from signatories.forms.plain_text import PlainTextForm
from signatories.models import Commitment, Organisation, Representative
from signatories.models.commitment import CommitmentText
from signatories.register.organisations import organisations_named

YES_NO = [("True", "Yes"), ("False", "No")]
PAGE_HEADING = {"isPageHeading": True, "classes": "govuk-label--l"}
PAGE_LEGEND = {"legend": {"isPageHeading": True, "classes": "govuk-fieldset__legend--l"}}


class QuestionForm(PlainTextForm, forms.ModelForm):
    """A question about a stored record, which notices when somebody else answered it meanwhile.

    The hidden field ``seen`` is a fingerprint of the answer the page was opened with. If the
    stored answer is another one by now, the form is refused once, with both texts at hand.
    """

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    govuk: dict[str, dict[str, Any]] = {}
    # Columns that are written with the answer, besides those that were asked for.
    written_too: tuple[str, ...] = ("updated_at",)

    def __init__(
        self, *args: Any, officer: Representative | None = None, unfinished: bool = False, **kwargs: Any
    ) -> None:
        self.officer, self.unfinished = officer, unfinished
        super().__init__(*args, **kwargs)
        for name, label in (self._meta.labels or {}).items():
            self.fields[name].label = label
        for name, hint in (self._meta.help_texts or {}).items():
            self.fields[name].help_text = hint
        self.stored = {name: self._plain(self.initial.get(name)) for name in self._meta.fields or ()}
        self.fingerprint = hashlib.sha256(json.dumps(self.stored, sort_keys=True).encode()).hexdigest()
        self.initial["seen"] = self.fingerprint
        self.changed_meanwhile = False

    @staticmethod
    def _plain(value: Any) -> Any:
        if isinstance(value, list):
            return sorted(str(getattr(item, "pk", item)) for item in value)
        return "" if value is None else str(value)

    @property
    def goes_on_later(self) -> bool:
        """Whether a person keeps what there is of a draft and leaves. The check of all answers asks again."""
        return self.unfinished and "later" in self.data

    def full_clean(self) -> None:
        if self.goes_on_later:
            for field in self.fields.values():
                field.required = False
        super().full_clean()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        seen = cleaned.get("seen")
        if seen and seen != self.fingerprint and self._differs(cleaned):
            self.changed_meanwhile = True
            # What the person typed stays in the page, now with the new fingerprint, so that
            # pressing the button again is a decision and not an accident.
            data = QueryDict(mutable=True)
            data.update(self.data)
            data[self.add_prefix("seen")] = self.fingerprint
            self.data = data
            self.add_error(
                next(iter(self._meta.fields or ())),
                ValidationError(
                    "This answer was changed while you were writing, by a colleague or in another window. "
                    "Check it and save again",
                    code="changed_meanwhile",
                ),
            )
        return cleaned

    def save(self, commit: bool = True) -> Any:
        """Write this answer and no other column: a colleague may be answering the next question."""
        super().save(commit=False)
        columns = {field.name for field in self.instance._meta.concrete_fields}
        asked = (*(self._meta.fields or ()), *self.written_too)
        self.instance.save(update_fields=[name for name in asked if name in columns])
        self.save_m2m()
        return self.instance

    def _differs(self, cleaned: dict[str, Any]) -> bool:
        return any(
            self._plain(list(cleaned[name]) if hasattr(cleaned[name], "all") else cleaned[name]) != stored
            for name, stored in self.stored.items()
            if name in cleaned
        )


def require(form: forms.ModelForm, messages: dict[str, str]) -> None:
    """Make these fields required, each with the sentence that asks for it."""
    for name, message in messages.items():
        form.fields[name].required = True
        form.fields[name].error_messages["required"] = message


def phone_number(value: str) -> None:
    number = re.split("[a-z]", value, maxsplit=1, flags=re.IGNORECASE)[0]
    digits = sum(character.isdigit() for character in number)
    if not 7 <= digits <= 15:
        raise ValidationError("Enter a phone number, like 020 7946 0000 or +44 20 7946 0000")


class YouForm(QuestionForm):
    govuk = {
        "full_name": {"autocomplete": "name", "classes": "govuk-!-width-two-thirds"},
        "job_title": {"autocomplete": "organization-title", "classes": "govuk-!-width-two-thirds"},
        "phone": {"autocomplete": "tel", "type": "tel", "classes": "govuk-input--width-20"},
        "team_mailbox": {"classes": "govuk-!-width-two-thirds"},
    }

    class Meta:
        model = Representative
        fields = ["full_name", "job_title", "phone", "team_mailbox"]
        field_classes = {"team_mailbox": WorkAddressField}
        labels = {
            "phone": "Phone number (optional)",
            "team_mailbox": "Team email address (optional)",
        }
        help_texts = {
            "phone": "We only call if an email does not reach you.",
            "team_mailbox": "A shared mailbox keeps us in touch if you move on.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        require(self, {"full_name": "Enter your full name", "job_title": "Enter your job title"})
        self.fields["phone"].validators += [
            RegexValidator(
                r"^[0-9+() .-]*((x|ext\.?|extension) *[0-9]+)?$",
                "Use only digits, spaces and the signs + - ( ), with the extension last, like ext 12",
                flags=re.IGNORECASE,
            ),
            phone_number,
        ]
        self.fields["team_mailbox"].error_messages["invalid"] = (
            "Enter an email address in the correct format, like team@example.gov.uk"
        )


class TitleForm(QuestionForm):
    govuk = {"title": {"label": PAGE_HEADING}}

    class Meta:
        model = Commitment
        fields = ["title"]
        labels = {"title": "What is your commitment, in a few words?"}
        help_texts = {
            "title": "Name the problem you will solve or the thing you will build. Up to 150 characters."
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        require(self, {"title": "Enter a title for your commitment"})


class MissionForm(QuestionForm):
    govuk = {"mission": {"label": PAGE_HEADING, "rows": 8}}

    class Meta:
        model = Commitment
        fields = ["mission"]
        labels = {"mission": "What will you deliver within a year, and how?"}
        help_texts = {"mission": "Be specific enough that somebody could tell in a year whether it was done."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        require(self, {"mission": "Enter what you will deliver and how"})


class ImpactForm(QuestionForm):
    govuk = {"impact": {"label": PAGE_HEADING, "rows": 8}}

    class Meta:
        model = Commitment
        fields = ["impact"]
        labels = {"impact": "Who will benefit, and how will you know?"}
        help_texts = {"impact": "Name the people who will notice, and what you will measure."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        require(self, {"impact": "Enter who will benefit and how you will know"})


class PartnersForm(QuestionForm):
    """Partners by name, one on each line. Names that the register knows become links to it."""

    govuk = {"partners": {"label": PAGE_HEADING, "rows": 5}}

    class Meta:
        model = Commitment
        fields = ["partners"]
        labels = {"partners": "Who are your partners? (optional)"}
        help_texts = {
            "partners": "Write one on each line. Only name partners who have already agreed. "
            "Leave this empty if you have none."
        }

    def __init__(self, *args: Any, instance: CommitmentText, **kwargs: Any) -> None:
        found = [organisation.name for organisation in instance.partner_organisations.all()]
        kwargs["initial"] = {"partners": "\n".join([*found, *instance.partner_lines])}
        super().__init__(*args, instance=instance, **kwargs)

    def clean_partners(self) -> str:
        typed: str = self.cleaned_data["partners"]
        lines = [line.strip() for line in typed.splitlines()]
        self.in_register = organisations_named([line for line in lines if line])
        own: Organisation = self.instance.signature.organisation
        if own in self.in_register.values():
            raise ValidationError(f"{own.name} is your own organisation. Name only others")
        return typed

    def save(self, commit: bool = True) -> CommitmentText:
        names = {line.casefold(): line for line in self.instance.partner_lines}
        self.instance.partners = "\n".join(line for key, line in names.items() if key not in self.in_register)
        super().save(commit)
        self.instance.partner_organisations.set(self.in_register.values())
        return self.instance


class PrinciplesForm(QuestionForm):
    principles = SeveralChoicesField(
        queryset=Principle.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select at least one principle"},
    )
    govuk = {"principles": {"fieldset": PAGE_LEGEND}}

    class Meta:
        model = Commitment
        fields = ["principles"]
        labels = {"principles": "Which principles does your commitment support?"}
        help_texts = {"principles": "Select all that apply."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wording: DeclarationVersion | None = self.instance.signed_version
        wording = wording or DeclarationVersion.objects.current()
        field = self.fields["principles"]
        if wording and isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = wording.principles.all()


class ServiceAreasForm(QuestionForm):
    service_areas = SeveralChoicesField(
        queryset=ServiceArea.objects.offered(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select at least one service area"},
    )
    govuk = {"service_areas": {"fieldset": PAGE_LEGEND, "classes": "govuk-checkboxes--small"}}

    class Meta:
        model = Commitment
        fields = ["service_areas"]
        labels = {"service_areas": "Which service areas is it about?"}
        help_texts = {"service_areas": "Select all that apply."}


class TargetDateForm(QuestionForm):
    target_date = DateField(
        required_message="Enter the date by which you will deliver",
        invalid_message="Enter a real date, like 31 3 2027",
    )
    govuk = {"target_date": {"fieldset": PAGE_LEGEND}}

    class Meta:
        model = Commitment
        fields = ["target_date"]
        labels = {"target_date": "When will you have delivered it?"}
        help_texts = {"target_date": "A commitment is about a year's work or less. For example, 31 3 2027."}

    def clean_target_date(self) -> date | None:
        day: date | None = self.cleaned_data["target_date"]
        today = timezone.localdate()
        if day is None or day == self.instance.accepted_target_date:
            return day
        if day <= today:
            raise ValidationError("The date must be in the future")
        if day > today + timedelta(days=2 * 366):
            raise ValidationError("The date must be within two years. A commitment is about a year's work")
        return day


class OpenToOthersForm(QuestionForm):
    open_to_others = forms.TypedChoiceField(
        choices=YES_NO,
        coerce=lambda value: value == "True",
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Select yes if you are willing to talk to others"},
    )
    govuk = {"open_to_others": {"fieldset": PAGE_LEGEND, "classes": "govuk-radios--inline"}}

    class Meta:
        model = Commitment
        fields = ["open_to_others"]
        labels = {"open_to_others": "Are you willing to talk to others who work on the same problem?"}
        help_texts = {
            "open_to_others": "We show this next to your commitment. We never publish your contact details."
        }
