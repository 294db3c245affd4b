"""What a moderator fills in to decide."""

from typing import Any

from django import forms

from signatories.forms.choices import SeveralChoicesField
from signatories.forms.plain_text import PlainTextForm
from signatories.models import Outcome, Reason


class DecisionForm(PlainTextForm, forms.Form):
    """A note, and reasons where something has to be explained. ``seen`` is the submission read."""

    seen = forms.DateTimeField(widget=forms.HiddenInput)
    reasons = SeveralChoicesField(
        queryset=Reason.objects.none(), widget=forms.CheckboxSelectMultiple, required=False, label="Reasons"
    )
    note = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        label="Note to the officer",
        help_text="The officer reads it in the email, below the text of the reasons.",
    )

    def __init__(self, *args: Any, outcome: Outcome, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcome = outcome
        if outcome == Outcome.ACCEPTED:
            del self.fields["reasons"]
            self.fields["note"].label = "Note for the record"
            self.fields["note"].help_text = "Staff see it. It is not sent to anybody."
            return
        field = self.fields["reasons"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - tells mypy
        field.queryset = Reason.objects.offered_for(outcome)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.outcome == Outcome.ACCEPTED or "reasons" in self.errors:
            return cleaned
        if not any(reason.is_public for reason in cleaned.get("reasons", [])) and not cleaned.get("note"):
            self.add_error("reasons", "Select a reason that the officer may read, or write a note")
        return cleaned
