"""What a moderator fills in to decide."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.boundfield import BoundWidget

from signatories.forms.choices import LONGEST_KEY, SeveralChoicesField
from signatories.forms.plain_text import PlainTextForm
from signatories.models import Outcome, Reason
from signatories.models.casework import SavedDecision


class DecisionForm(PlainTextForm, forms.Form):
    """The reasons and the message to the officer; for an acceptance only a note for the record.

    ``seen`` is the submission that was read and ``version`` the newest event that was shown.
    ``included`` names the reasons whose words stand in the message already, so that ticking one adds
    its words once, and what was rewritten for this case stays as it was written.
    """

    seen = forms.DateTimeField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    included = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)
    reasons = SeveralChoicesField(
        queryset=Reason.objects.none(), widget=forms.CheckboxSelectMultiple, required=False, label="Reasons"
    )
    text = forms.CharField(
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 12}),
        label="Message to the officer",
        help_text="The words of the reasons come here by themselves. Change them to fit this case.",
    )
    public_notice = forms.TypedChoiceField(
        choices=[
            ("True", "Say on the organisation's page that it was taken down, by whom and when"),
            ("False", "Say nothing, as if it had never been there"),
        ],
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect,
        label="What the public sees",
        error_messages={"required": "Select what the public sees"},
    )
    note = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label="Note for the record",
        help_text="Staff see it. It is not sent to anybody.",
    )

    def __init__(self, *args: Any, outcome: Outcome, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcome = outcome
        if outcome != Outcome.TAKEN_DOWN:
            del self.fields["public_notice"]
        if outcome == Outcome.ACCEPTED:
            del self.fields["reasons"], self.fields["text"], self.fields["included"]
            return
        del self.fields["note"]
        field = self.fields["reasons"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - tells mypy
        field.queryset = Reason.objects.offered_for(outcome)

    @property
    def boxes(self) -> list[tuple[BoundWidget, Reason]]:
        """Each box with its reason, whose words stand beside it. None for an acceptance."""
        field = self.fields.get("reasons")
        if not isinstance(field, forms.ModelMultipleChoiceField):
            return []
        return list(zip(self["reasons"], field.queryset or (), strict=True))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.outcome == Outcome.ACCEPTED or "reasons" in self.errors or "text" in self.errors:
            return cleaned
        reasons = list(cleaned.get("reasons", []))
        cleaned["text"] = _merged(cleaned.get("text", ""), reasons, _keys(cleaned.get("included", "")))
        if not cleaned["text"]:
            self.add_error("reasons", "Select a reason that the officer may read, or write a message")
        elif len(cleaned["text"]) > 8000:
            self.add_error("text", "The message must be 8,000 characters or fewer")
        return cleaned

    def as_written(self) -> dict[str, Any]:
        """Return the answers as the beginning of the next form: nothing typed is lost."""
        written = {name: self.cleaned_data.get(name) for name in self.fields}
        if self.outcome != Outcome.ACCEPTED:
            reasons = written["reasons"] = list(self.cleaned_data.get("reasons", []))
            written["included"] = ",".join(str(reason.pk) for reason in reasons)
        return written


def begin_with(draft: SavedDecision) -> dict[str, Any]:
    """Return a saved decision as the beginning of a form."""
    reasons = list(draft.reasons.all())
    return {
        "reasons": reasons,
        "included": ",".join(str(reason.pk) for reason in reasons),
        "text": draft.text,
        "note": draft.note,
        "public_notice": getattr(draft, "public_notice", None),
    }


def _keys(included: str) -> set[int]:
    keys = included.split(",")
    return {int(key) for key in keys if key.isascii() and key.isdigit() and len(key) <= LONGEST_KEY}


def _merged(text: str, reasons: Iterable[Reason], included: set[int]) -> str:
    """Return the message with the words of newly ticked reasons, and without those of unticked ones."""
    text = text.replace("\r\n", "\n").strip()
    ticked = {reason.pk for reason in reasons}
    for reason in Reason.objects.filter(pk__in=included - ticked):
        text = text.replace(_on_lines(reason), "").strip().replace("\n\n\n\n", "\n\n")
    fresh = [_on_lines(reason) for reason in reasons if reason.is_public and reason.pk not in included]
    return "\n\n".join([*(words for words in fresh if words not in text), *([text] if text else [])])


def _on_lines(reason: Reason) -> str:
    return reason.words.replace("\r\n", "\n").strip()
