"""Hints about wording: each bad text gets exactly its hints, and good ones get none."""

import json
import re
from dataclasses import asdict

import pytest
from bs4 import BeautifulSoup
from django.template import engines
from hypothesis import given, settings
from hypothesis import strategies as st

from signatories.hinting import Answers, hints_for
from signatories.reference import DATA
from tests.repository.tree import read

EXAMPLES = json.loads((DATA / "demo_commitments.json").read_text(encoding="utf-8"))

# By question, its text, and the names of the hints that it gets for itself.
IMPROVABLE = [
    ("mission", "We will replace our forms with ones that work on a phone.", ["no_date"]),
    ("mission", "We may march on and improve the website twice a year.", ["no_date"]),
    ("mission", "We will test it with residents each month.", ["no_date"]),
    ("mission", "By June 2027 we will open the portal and also close two offices.", ["several_projects"]),
    ("mission", "By May we open the portal. Another project retrains 40 staff.", ["several_projects"]),
    (
        "mission",
        "By June:\n1. A new website\n2. A new phone line\n3. A new case system\n4. A new bin app",
        ["several_projects"],
    ),
    ("mission", "By Q3 (a) a website, (b) a phone line, (c) a map and (d) an app.", ["several_projects"]),
    ("mission", "In 2027: a website; a phone line; a case system; a bin app.", ["several_projects"]),
    (
        "mission",
        "By July we act. We will buy phones. We will paint. We will move. We will sing. We will go.",
        ["several_projects"],
    ),
    ("title", "A new website; a new phone line", ["several_projects"]),
    ("title", "Continue our digital programme", ["business_as_usual"]),
    ("mission", "We will continue to answer calls until 2028.", ["business_as_usual"]),
    ("mission", "Continuing the work on our website. Done by 31/3/27.", ["business_as_usual"]),
    ("mission", "Within a year we will go on as we always have.", ["business_as_usual"]),
    (
        "mission",
        "By April we hope to work with Kent County Council on one form.",
        ["partner_not_agreed"],
    ),
    ("mission", "Within 6 months one form. We are in talks with Medway.", ["partner_not_agreed"]),
    ("mission", "By March 2027 one form. Our partners are to be confirmed.", ["partner_not_agreed"]),
    ("impact", "Residents wait 3 weeks. A possible partner would help.", ["partner_not_agreed"]),
    ("impact", "A better service for all residents.", ["nothing_measured"]),
    ("impact", "Efficiency will rise by 20%.", ["no_people"]),
    ("impact", "It will be modern and joined up.", ["no_people", "nothing_measured"]),
    ("impact", "Residents call 2 times less. Ask jo.bloggs@example.gov.uk.", ["contact_details"]),
    ("impact", "Residents call 020 7946 0018 less: 3 in 10.", ["contact_details"]),
    ("partners", "Kent County Council (tbc)", ["partner_not_agreed"]),
    ("partners", "Medway Council\nHopefully a charity", ["partner_not_agreed"]),
    ("partners", "Medway Council?", ["partner_not_agreed"]),
    ("partners", "Jo on 01632 960 001", ["contact_details"]),
]
FINE = [
    ("title", "Report a missed bin and see when we come"),
    ("mission", "By June one form replaces three. In addition, we will share the code."),
    ("mission", "By June we will replace 3 forms, and we will continue to offer them on paper."),
    ("mission", "Before Easter we will test it, and then it is business as usual."),
    ("mission", "By the end of March 2027 older people will be able to continue to live at home."),
    ("mission", "Within a year we will build it. We will test it. We will also publish it."),
    ("mission", "By summer 2027:\n- interview 10 residents\n- build one form\n- test it\n- publish it"),
    ("mission", "By Christmas:\n1. Interview residents\n2. Build a form\n3. Publish it"),
    ("mission", "A six-month project: we talk to residents, in discussions with users of the form."),
    ("mission", "We will start in May and finish this financial year."),
    ("mission", "By the end of the school year pupils; parents; and staff see one timetable."),
    ("mission", "By 2028 we will copy what Kent County Council did."),
    ("mission", "Before winter we hope to work with 20 tenants who have damp homes."),
    ("impact", "Beekeepers will find a form. We will ask them how it went."),
    ("impact", "Every caller gets an answer within 2 days."),
    ("impact", "Nobody has to phone twice. We count the calls."),
    ("impact", "Families will notice. We measure how long a claim takes."),
    ("partners", "Kent County Council\nAge UK Kent"),
    ("partners", "A charity that helps people who may lose their home"),
]


def names(question, text, **others):
    given_too = {"mission": "One form by June.", "impact": "Residents: 3 days, not 9.", **others}
    value = tuple(text.splitlines()) if question == "partners" else text
    hints = hints_for(Answers(**{**given_too, question: value}))
    assert {hint.question for hint in hints} <= {question}
    return sorted(hint.name for hint in hints)


@pytest.mark.parametrize(("question", "text", "expected"), IMPROVABLE)
def test_hint_at_what_may_be_improved_and_nothing_else(question, text, expected):
    assert names(question, text) == sorted(expected)


@pytest.mark.parametrize(("question", "text"), FINE)
def test_leave_good_words_alone(question, text):
    assert names(question, text) == []


@pytest.mark.parametrize("text", EXAMPLES, ids=[text["title"] for text in EXAMPLES])
def test_leave_every_example_commitment_alone(text):
    words = {name: text[name] for name in ("title", "mission", "impact")}
    assert hints_for(Answers(**words, partners=tuple(text["partners"]), organisation="Kent")) == []


def test_leave_the_examples_of_the_guidance_alone():
    """What we show as good words must not get a hint on the same page."""
    shown = {}
    for question in ("title", "mission", "impact", "partners"):
        source = read(f"templates/signing_up/guidance/{question}.html")
        shown[question] = re.findall(r'^  "(.*)",?$', source, re.MULTILINE)
        assert len(shown[question]) == 2
    for title, mission, impact, partners in zip(*shown.values(), strict=True):
        assert hints_for(Answers(title, mission, impact, tuple(partners.split("\\n")))) == []


def test_say_nothing_about_answers_that_are_not_given_yet():
    assert hints_for(Answers()) == []
    assert hints_for(Answers(title="One form for a blue badge", partners=("Age UK Kent",))) == []


@pytest.mark.parametrize(
    ("mission", "partners", "missing"),
    [
        ("Working closely with Kent County Council", (), ["Kent County Council"]),
        ("Together with the University of Kent and Age UK Kent", (), ["University of Kent", "Age UK Kent"]),
        (
            "Alongside Kent County Council, Medway Council and Home Group Foundation",
            ("Kent", "Medway"),
            ["Home Group Foundation"],
        ),
        ("Jointly with Kent County Council", ("The digital team of Kent County Council",), []),
        ("Working with Testshire Council", (), []),
        ("Working with our neighbours Ashford Borough Council", ("Ashford",), []),
        ("Working with 12 residents of Kent", (), []),
        ("We hope to work with Kent County Council and build it with Medway Council", (), []),
    ],
)
def test_ask_for_partners_that_only_the_text_names(mission, partners, missing):
    hints = hints_for(Answers(mission=f"{mission} by June.", partners=partners, organisation="Testshire"))
    assert [hint.words for hint in hints if hint.name == "partner_not_named"] == missing


@given(st.builds(Answers, st.text(), st.text(), st.text(), st.lists(st.text()).map(tuple), st.text()))
@settings(max_examples=60, deadline=None)
def test_answer_the_same_for_the_same_words_whatever_they_are(answers):
    before = asdict(answers)
    hints = hints_for(answers)
    assert hints == hints_for(Answers(**before))
    assert len(set(hints)) == len(hints)
    assert asdict(answers) == before


PIECES = st.sampled_from(
    "with_we will_continue_and_Kent_of_Council_partners_to be_in_;_1. _\n_(a)_'_X".split("_")
)


@given(st.lists(PIECES, max_size=300).map(" ".join))
@settings(max_examples=30, deadline=None)
def test_answer_whatever_the_rules_look_for_is_repeated(text):
    assert hints_for(Answers(text, text, text)) == hints_for(Answers(text, text, text))


def test_say_every_hint_in_a_sentence():
    template = engines["jinja2"].env.get_template("components/hints.html")
    said = {name for _, _, expected in IMPROVABLE for name in expected} | {"partner_not_named"}
    for name in said:
        for words in ("", "<b>words</b>"):
            html = str(template.module.hint_sentence({"name": name, "words": words}))
            assert not BeautifulSoup(html, "html5lib").find("b")
            assert html.strip().endswith("."), name
