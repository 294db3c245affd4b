"""Whatever a person types, what is wrong with it is said in plain English."""

import importlib
import pkgutil

import pytest
from django import forms

import declaration
import signatories
from declaration.plain_errors import PlainErrors

DJANGOS_OWN = ("ensure this value", "this field is required", "valid choice", "valid value", "enter a valid")


class EveryKind(PlainErrors, forms.Form):
    phone = forms.CharField(max_length=3000, label="Phone number (optional)")
    title = forms.CharField(max_length=5, label="What is it, in a few words?")
    email = forms.EmailField()
    number = forms.IntegerField(min_value=1, max_value=9, label="Number of readers")
    day = forms.DateField(label="Until")
    at = forms.DateTimeField(label="When")
    one = forms.ChoiceField(choices=[("a", "A")])
    several = forms.MultipleChoiceField(choices=[("a", "A")])
    own = forms.CharField(error_messages={"required": "Enter what you think"})


def errors_of(**typed):
    return {name: errors[0] for name, errors in EveryKind(typed).errors.items()}


def test_names_the_field_and_says_what_to_do():
    typed = {"phone": "1" * 3001, "title": "longer", "email": "jo", "number": "x", "day": "soon"}
    assert errors_of(**typed, at="later", one="b", several=["b"]) == {
        "phone": "Phone number must be 3,000 characters or fewer",
        "title": "Your answer must be 5 characters or fewer",
        "email": "Enter an email address in the correct format, like name@example.gov.uk",
        "number": "Number of readers must be a whole number",
        "day": "Until must be a real date, like 27 3 2027",
        "at": "When must be a real date and time",
        "one": "Select from the choices on this page",
        "several": "Select from the choices on this page",
        "own": "Enter what you think",
    }
    assert errors_of(number="0")["number"] == "Number of readers must be 1 or more"
    assert errors_of(number="10")["number"] == "Number of readers must be 9 or less"
    assert errors_of()["phone"] == "Phone number must not be empty"


@pytest.mark.parametrize("number", range(20))
def test_never_speaks_as_django_does(number):
    typed = {name: ["", "x" * 9999, "\t", "-1", "1e999"][number % 5] for name in EveryKind.base_fields}
    said = " ".join(errors_of(**typed).values()).lower()
    assert said
    assert not [words for words in DJANGOS_OWN if words in said]


def forms_of_ours():
    """Return every form class of ours that is filled in by somebody other than Django's own admin pages."""
    for package in (declaration, signatories):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name and ".management" not in module.name:
                importlib.import_module(module.name)
    found, waiting = set(), [forms.BaseForm]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith(("declaration.", "signatories.")):
                found.add(kind)
    # Django's admin makes forms of models as it goes; staff see its own words there.
    return {kind for kind in found if not kind.__module__.endswith(("admin", "admin.issues"))}


def test_is_how_every_form_speaks():
    ours = forms_of_ours()
    assert len(ours) > 30
    assert [kind for kind in ours if not issubclass(kind, PlainErrors)] == []
