"""What moderators fill in among themselves: to whom, until when, and why."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from declaration.accounts.models import User
from signatories.casework import who_may_decide
from signatories.forms.choices import LONGEST_KEY
from signatories.forms.plain_text import PlainTextForm

LONGEST_REST = timedelta(days=366)


class _OnePerson(forms.ModelChoiceField):
    """Refuses as no choice a number longer than any key."""

    def to_python(self, value: Any) -> Any:
        if len(str(value or "")) > LONGEST_KEY:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class SeenForm(PlainTextForm, forms.Form):
    """``version`` is the newest event of the record that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)


class AssignForm(SeenForm):
    """Nobody chosen means that nobody looks after it."""

    to = _OnePerson(
        queryset=User.objects.none(), required=False, label="Who looks after it", empty_label="Nobody"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells mypy
        field.queryset = who_may_decide()


class ParkForm(SeenForm):
    until = forms.DateField(
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        label="Until",
        help_text="It comes back into the queue by itself on this day.",
        error_messages={"required": "Enter the day on which it comes back"},
    )
    park_note = forms.CharField(
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Why it rests",
        error_messages={"required": "Write why it rests, for your colleagues"},
    )

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        today = timezone.localdate()
        if not today < until <= today + LONGEST_REST:
            raise forms.ValidationError("Enter a day after today, within a year")
        return until


class NoteForm(SeenForm):
    text = forms.CharField(
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Write a note",
        help_text="Staff see it. It can be neither changed nor removed.",
        error_messages={"required": "Write the note first"},
    )
