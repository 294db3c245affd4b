"""Each kind of field, with the official component and parameters it must come out as."""

from django import forms

ERROR = {"text": "Answer the question"}
REQUIRED = {"error_messages": {"required": "Answer the question"}}
LABEL = {"text": "Question"}
LEGEND = {"legend": {"text": "Question"}}
CHOICES = [("a", "Apples"), ("p", "Pears & plums")]


def items(chosen="", mark="checked"):
    return [{"value": value, "text": text, mark: value == chosen} for value, text in CHOICES]


def boxes(values=(None, None, None), wrong=()):
    return [
        {
            "id": f"id_answer_{part}",
            "name": f"answer_{part}",
            "label": part.capitalize(),
            "value": value,
            "classes": f"govuk-input--width-{4 if part == 'year' else 2}"
            + (" govuk-input--error" if part in wrong else ""),
        }
        for part, value in zip(("day", "month", "year"), values, strict=True)
    ]


# A field; what is typed; the component; its parameters blank, filled in, and with an error.
IDS = {"id": "id_answer", "name": "answer"}
GROUP = {"idPrefix": "id_answer", "name": "answer"}
EMAIL = {"type": "email", "autocomplete": "email", "spellcheck": False}
KINDS = {
    "text": (
        lambda: forms.CharField(label="Question", max_length=20, **REQUIRED),
        "Bins & roads",
        "input",
        IDS | {"label": LABEL},
        {"value": "Bins & roads"},
    ),
    "email": (
        lambda: forms.EmailField(label="Question", **REQUIRED),
        "a@b.example",
        "input",
        IDS | EMAIL | {"label": LABEL},
        {"value": "a@b.example"},
    ),
    "whole number": (
        lambda: forms.IntegerField(label="Question", **REQUIRED),
        "7",
        "input",
        IDS | {"inputmode": "numeric", "label": LABEL},
        {"value": "7"},
    ),
    "password": (
        lambda: forms.CharField(label="Question", widget=forms.PasswordInput, **REQUIRED),
        "secret",
        "password-input",
        IDS | {"label": LABEL},
        {},
    ),
    "long text": (
        lambda: forms.CharField(label="Question", widget=forms.Textarea, **REQUIRED),
        "One\n  two </textarea>",
        "textarea",
        IDS | {"label": LABEL, "rows": "10", "value": ""},
        {"value": "One\n  two </textarea>"},
    ),
    "long text with a limit": (
        lambda: forms.CharField(label="Question", widget=forms.Textarea, max_length=500, **REQUIRED),
        "One",
        "character-count",
        IDS | {"label": LABEL, "rows": "10", "value": "", "maxlength": 500},
        {"value": "One"},
    ),
    "select": (
        lambda: forms.ChoiceField(label="Question", choices=CHOICES, **REQUIRED),
        "p",
        "select",
        IDS | {"label": LABEL, "items": items(mark="selected")},
        {"items": items("p", "selected")},
    ),
    "radios": (
        lambda: forms.ChoiceField(label="Question", choices=CHOICES, widget=forms.RadioSelect, **REQUIRED),
        "p",
        "radios",
        GROUP | {"fieldset": LEGEND, "items": items()},
        {"items": items("p")},
    ),
    "checkboxes": (
        lambda: forms.MultipleChoiceField(
            label="Question", choices=CHOICES, widget=forms.CheckboxSelectMultiple, **REQUIRED
        ),
        ["p"],
        "checkboxes",
        GROUP | {"fieldset": LEGEND, "items": items()},
        {"items": items("p")},
    ),
    "one checkbox": (
        lambda: forms.BooleanField(label="Question", **REQUIRED),
        "on",
        "checkboxes",
        GROUP | {"items": [{"value": "on", "text": "Question"}]},
        {"items": [{"value": "on", "text": "Question", "checked": True}]},
    ),
    "file": (
        lambda: forms.FileField(label="Question", **REQUIRED),
        None,
        "file-upload",
        IDS | {"label": LABEL},
        {},
    ),
}
