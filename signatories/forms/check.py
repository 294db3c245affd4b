"""Ask whether organisations had signed on a date: by a link that can be shared, or by an upload."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone

from declaration.spreadsheets import UnreadableList
from signatories.forms.dates import PARTS, DateField
from signatories.forms.plain_text import PlainTextForm
from signatories.register.as_at import EARLIEST
from signatories.register.name_lists import (
    MAXIMUM_BYTES,
    MAXIMUM_LINES,
    Lines,
    read_pasted,
    read_upload,
)

# As much as fits an address of 8,190 bytes, which is the most that config/gunicorn.py takes.
MAXIMUM_PASTE = 4_000
LONGEST_QUERY = 7_900


class OnField(DateField):
    """A day that is not to come: nobody knows who will have signed."""

    def __init__(self) -> None:
        super().__init__(
            label="Date",
            help_text="For example, 31 3 2024. We answer for the whole day, in UK time.",
            required_message="Enter a date",
            invalid_message="Date must be a real date",
        )

    def clean(self, value: Any) -> date:
        day = super().clean(value)
        if day is None or day > timezone.localdate():
            raise ValidationError("Date must be today or in the past")
        if day < EARLIEST:
            raise ValidationError(f"Date must be 1 January {EARLIEST.year} or later")
        return day


class CheckForm(PlainTextForm, forms.Form):
    """Names or codes and a date, in the query of an address."""

    who = forms.CharField(
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        label="Organisations",
        help_text="Names or GSS codes, one on each line. It does not matter how you write a name: ‘Camden’,"
        " ‘LB Camden’ and ‘E09000007’ all find the same council. Old names work too."
        " There is room for about 150 names.",
        error_messages={"required": "Enter the name or code of an organisation"},
    )
    on = OnField()
    govuk = {
        "who": {
            "label": {"classes": "govuk-label--m"},
            "spellcheck": False,
            # No address is made that a web server would refuse; what was cut off here is too long below.
            "attributes": {"maxlength": MAXIMUM_PASTE + 1},
        },
        "on": {"legend": {"classes": "govuk-fieldset__legend--m"}},
    }

    @classmethod
    def of_query(cls, query: QueryDict) -> "CheckForm":
        """Read the query. Besides the boxes of a date, ``on=2024-03-31`` and ``31/3/2024`` are understood."""
        data = query.copy()
        given = data.get("on", "").strip()
        if given:
            for name, part in zip(PARTS, _parts_of_date(given), strict=True):
                data[f"on_{name}"] = part
        data["who"] = "\n".join(data.getlist("who"))
        return cls(data)

    def clean_who(self) -> Lines:
        return _read_paste(self.cleaned_data["who"])


def _parts_of_date(text: str) -> list[str]:
    """Return what stands for day, month and year; the day comes first unless the year does."""
    parts = re.split(r"[\s./-]+", text)
    if len(parts) != len(PARTS):
        return [text, "", ""]
    return parts[::-1] if len(parts[0]) == 4 else parts


def _read_paste(text: str) -> Lines:
    if len(text) > MAXIMUM_PASTE:
        raise ValidationError("The list is too long for this form. Use the page for long lists instead")
    lines = _read(text)
    if text and not lines:
        raise ValidationError("Enter the name or code of an organisation")
    return lines


def _read(text: str) -> Lines:
    try:
        return read_pasted(text)
    except UnreadableList as error:
        raise ValidationError(str(error)) from error


class UploadForm(PlainTextForm, forms.Form):
    """A long list as a file or pasted, a date, and in what form the answer should come."""

    file = forms.FileField(
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        label="Upload your list",
        help_text=f"A CSV or text file with up to {MAXIMUM_LINES:,} organisations, smaller than"
        f" {MAXIMUM_BYTES // 1024}KB. We use the column with the heading"
        " ‘GSS code’, ‘slug’, ‘organisation’, ‘council’ or ‘name’, or else the first one."
        " We do not keep the file.",
        error_messages={
            "invalid": "Choose a file",
            "missing": "Choose a file",
            "max_length": "The name of the file is too long",
        },
    )
    pasted = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        label="Or paste your list",
        help_text="One organisation on each line, or cells copied from a spreadsheet. We do not keep it.",
    )
    on = OnField()
    format = forms.ChoiceField(
        choices=[("page", "On a page"), ("csv", "As a CSV file"), ("json", "As JSON")],
        initial="page",
        widget=forms.RadioSelect,
        label="How do you want the answers?",
        error_messages={
            "required": "Choose how you want the answers",
            "invalid_choice": "Choose how you want the answers",
        },
    )
    govuk = {
        "file": {"label": {"classes": "govuk-label--m"}},
        "pasted": {"label": {"classes": "govuk-label--m"}, "spellcheck": False},
        "on": {"legend": {"classes": "govuk-fieldset__legend--m"}},
        "format": {"legend": {"classes": "govuk-fieldset__legend--m"}},
    }

    def clean_file(self) -> Lines:
        uploaded: UploadedFile | None = self.cleaned_data["file"]
        if uploaded is None:
            return []
        if (uploaded.size or 0) > MAXIMUM_BYTES:
            raise ValidationError(f"The file must be smaller than {MAXIMUM_BYTES // 1024}KB")
        try:
            lines = read_upload(uploaded.read())
        except UnreadableList as error:
            raise ValidationError(str(error)) from error
        if not any(name for _, name in lines):
            raise ValidationError("The file has no names or codes in the column we looked at")
        return lines

    def clean_pasted(self) -> Lines:
        text: str = self.cleaned_data["pasted"]
        if len(text) > MAXIMUM_BYTES:
            raise ValidationError("The list is too long")
        return _read(text)

    def clean(self) -> dict[str, Any]:
        given = [name for name in ("file", "pasted") if self.cleaned_data.get(name)]
        if len(given) > 1:
            self.add_error("pasted", "Choose a file or paste a list, not both")
        elif not given and not self.errors.keys() & {"file", "pasted"}:
            self.add_error("file", "Choose a file or paste a list")
        return self.cleaned_data

    @property
    def lines(self) -> Lines:
        """The names and codes of a valid form."""
        found: Lines = self.cleaned_data["file"] or self.cleaned_data["pasted"]
        return found
