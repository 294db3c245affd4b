"""A plain Django form comes out as the GOV.UK components, blank, filled in and with errors."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.template import engines
from django.utils.safestring import mark_safe

from config.govuk_errors import form_errors
from config.govuk_forms import component, page_heading
from tests.frontend.field_kinds import CHOICES, ERROR, GROUP, IDS, KINDS, LABEL, LEGEND, boxes, items
from tests.frontend.test_conformance import macro_of
from tests.html import assert_valid_html, shape


class DateBoxes(forms.MultiWidget):
    def __init__(self):
        super().__init__({part: forms.TextInput for part in ("day", "month", "year")})

    def decompress(self, value):
        return [value.day, value.month, value.year] if value else [None, None, None]


class DateField(forms.Field):
    widget = DateBoxes

    def clean(self, value):
        if not any(value):
            raise ValidationError("Enter a date")
        if not value[2]:
            raise ValidationError("The date must include a year", params={"parts": ["year"]})
        return date(*map(int, reversed(value)))


def form_with(field, data=None, *, initial=None, govuk=None):
    class OneQuestion(forms.Form):
        answer = field

    form = OneQuestion(data, initial={"answer": initial})
    form.govuk = {"answer": govuk or {}}
    return form


def rendered(form):
    return engines["jinja2"].from_string("{{ crispy(form) }}").render({"form": form})


def assert_same(form, name, params):
    html = rendered(form)
    assert_valid_html(f"<!DOCTYPE html><title>Form</title>{html}")
    assert shape(html) == shape(str(macro_of(name)(params)))


@pytest.mark.parametrize("kind", KINDS)
def test_render_blank_field_as_the_component(kind):
    field, _typed, name, params, _filled = KINDS[kind]
    assert_same(form_with(field()), name, params)


@pytest.mark.parametrize("kind", KINDS)
def test_render_filled_in_field_as_the_component(kind):
    field, typed, name, params, filled = KINDS[kind]
    assert_same(form_with(field(), initial=typed), name, params | filled)
    if typed is not None:
        assert_same(form_with(field(), {"answer": typed}), name, params | filled)


@pytest.mark.parametrize("kind", KINDS)
def test_render_field_with_an_error_as_the_component(kind):
    field, _typed, name, params, _filled = KINDS[kind]
    form = form_with(field(), {})
    assert_same(form, name, params | {"errorMessage": ERROR})
    assert form_errors(form) == [{"text": "Answer the question", "href": "#id_answer"}]
    assert BeautifulSoup(rendered(form), "html5lib").find(id="id_answer").name in {
        "input",
        "textarea",
        "select",
    }


def test_render_date_as_three_boxes():
    params = {"id": "id_answer", "fieldset": LEGEND}
    field = DateField(label="Question")
    assert_same(form_with(field), "date-input", params | {"items": boxes()})
    filled = params | {"items": boxes((21, 11, 2026))}
    assert_same(form_with(field, initial=date(2026, 11, 21)), "date-input", filled)
    typed = {"answer_day": "21", "answer_month": "11", "answer_year": "2026"}
    assert_same(form_with(field, typed), "date-input", filled)


def test_mark_all_boxes_of_a_missing_date():
    form = form_with(DateField(label="Question"), {})
    wrong = boxes(wrong=("day", "month", "year"))
    params = {"id": "id_answer", "fieldset": LEGEND, "items": wrong, "errorMessage": {"text": "Enter a date"}}
    assert_same(form, "date-input", params)
    assert form_errors(form) == [{"text": "Enter a date", "href": "#id_answer_day"}]


def test_mark_the_box_a_date_error_names():
    form = form_with(DateField(label="Question"), {"answer_day": "1", "answer_month": "2"})
    assert_same(
        form,
        "date-input",
        {
            "id": "id_answer",
            "fieldset": LEGEND,
            "items": boxes(("1", "2", None), wrong=("year",)),
            "errorMessage": {"text": "The date must include a year"},
        },
    )
    assert form_errors(form) == [{"text": "The date must include a year", "href": "#id_answer_year"}]


def test_show_hint_and_overrides():
    field = forms.CharField(label="Question", help_text="Be <brief>", widget=forms.TextInput({"class": "x"}))
    form = form_with(
        field, govuk={"label": {"isPageHeading": True, "classes": "govuk-label--l"}, "autocomplete": "name"}
    )
    assert page_heading(form) == "Question"
    assert_same(
        form,
        "input",
        IDS
        | {
            "label": {"text": "Question", "isPageHeading": True, "classes": "govuk-label--l"},
            "hint": {"text": "Be <brief>"},
            "autocomplete": "name",
            "classes": "x",
        },
    )


@pytest.mark.parametrize(
    "govuk",
    [
        {"label": {"isPageHeading": True, "classes": "govuk-label--l"}},
        {"legend": {"isPageHeading": True, "classes": "govuk-fieldset__legend--l"}},
        {"fieldset": {"legend": {"isPageHeading": True, "classes": "govuk-fieldset__legend--l"}}},
    ],
)
def test_make_a_legend_the_heading_however_it_is_asked_for(govuk):
    form = form_with(
        forms.ChoiceField(label="Question", choices=CHOICES, widget=forms.RadioSelect), govuk=govuk
    )
    legend = {"text": "Question", "isPageHeading": True, "classes": "govuk-fieldset__legend--l"}
    assert page_heading(form) == "Question"
    assert_same(form, "radios", GROUP | {"fieldset": {"legend": legend}, "items": items()})


def test_have_no_heading_unless_asked():
    assert page_heading(form_with(forms.CharField())) == ""


class Signer(forms.Form):
    who = forms.ChoiceField(choices=[("me", "I will"), ("other", "Somebody else")], widget=forms.RadioSelect)
    name = forms.CharField(required=False)
    note = forms.CharField(required=False, widget=forms.Textarea)
    seen = forms.CharField(widget=forms.HiddenInput)
    govuk = {"who": {"conditional": {"other": ["name", "note"]}, "items": {"me": {"hint": {"text": "Now"}}}}}


def test_reveal_fields_inside_the_choice_and_nowhere_else():
    soup = BeautifulSoup(rendered(Signer()), "html5lib")
    assert len(soup.find_all(attrs={"name": "name"})) == 1
    revealed = soup.find(class_="govuk-radios__conditional")
    assert revealed.find(id="id_name") and revealed.find(id="id_note")
    assert soup.find(id="id_who-2")["data-aria-controls"] == revealed["id"]
    assert soup.find(id="id_who-item-hint").get_text(strip=True) == "Now"


def test_keep_every_line_of_a_revealed_text_area():
    typed = "First\r\n  second <b>\n\nthird"
    soup = BeautifulSoup(rendered(Signer({"who": "other", "note": typed})), "html5lib")
    assert soup.find(id="id_note").get_text() == "First\n  second <b>\n\nthird"


def test_carry_hidden_values():
    soup = BeautifulSoup(rendered(Signer(initial={"seen": 'a"b'})), "html5lib")
    assert soup.find(id="id_seen").attrs == {
        "type": "hidden",
        "name": "seen",
        "value": 'a"b',
        "id": "id_seen",
    }


def test_say_an_error_of_a_hidden_field_or_of_the_whole_form():
    form = Signer({"who": "me"})
    form.add_error(None, "Try <again>")
    assert form_errors(form, None) == [
        {"text": "Try <again>", "href": "#id_who"},
        {"text": "This field is required."},
    ]


def test_leave_out_the_empty_choice_of_radios_and_open_groups():
    choices = [("", "---------"), ("Fruit", CHOICES)]
    field = forms.ChoiceField(label="Question", choices=choices, widget=forms.RadioSelect)
    assert_same(form_with(field), "radios", GROUP | {"fieldset": LEGEND, "items": items()})


def test_disable_what_cannot_be_changed():
    text = form_with(forms.CharField(label="Question", disabled=True), initial="x")
    assert_same(text, "input", IDS | {"label": LABEL, "value": "x", "disabled": True})
    radios = form_with(
        forms.ChoiceField(label="Question", choices=CHOICES, widget=forms.RadioSelect, disabled=True)
    )
    assert [item["disabled"] for item in component(radios["answer"])[1]["items"]] == [True, True]


@pytest.mark.parametrize("widget", [forms.SelectMultiple, forms.Widget])
def test_refuse_a_widget_without_a_component(widget):
    with pytest.raises(TypeError, match="answer"):
        component(form_with(forms.ChoiceField(widget=widget))["answer"])


MARKUP = "<script>alert(1)</script>\"'{{ 7 * 7 }}"


@pytest.mark.parametrize("kind", KINDS)
def test_escape_everything_a_form_shows(kind):
    field = KINDS[kind][0]()
    field.label = field.help_text = MARKUP
    field.error_messages["required"] = MARKUP
    if hasattr(field, "choices"):
        field.choices = [(MARKUP, MARKUP)]
    for form in (form_with(field, initial=MARKUP), form_with(field, {})):
        html = rendered(form)
        assert "<script" not in html
        assert MARKUP in BeautifulSoup(html, "html5lib").get_text()


def test_let_an_author_vouch_for_markup():
    field = forms.CharField(label=mark_safe("Your <em>own</em> name"), help_text=mark_safe("<em>Full</em>"))
    soup = BeautifulSoup(rendered(form_with(field)), "html5lib")
    assert [em.get_text() for em in soup.find_all("em")] == ["own", "Full"]


def test_leave_the_form_tag_to_the_page_unless_a_helper_asks_for_it(rf):
    form = form_with(forms.CharField(label="Question"))
    template = engines["jinja2"].from_string("{{ crispy(form) }}")
    assert "<form" not in template.render({"form": form}, rf.get("/"))
    form.helper = FormHelper(form)
    form.helper.form_action = "/somewhere/"
    soup = BeautifulSoup(template.render({"form": form}, rf.get("/")), "html5lib")
    assert soup.form["action"] == "/somewhere/"
    assert len(soup.form.find("input", attrs={"name": "csrfmiddlewaretoken"})["value"]) == 64
    assert soup.form.find(id="id_answer")
