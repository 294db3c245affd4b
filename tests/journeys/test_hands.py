"""The whole sign-up without scripts, and with the keyboard alone."""

import pytest

from tests.journeys.approvers import Approver
from tests.journeys.hands import Keyboard
from tests.journeys.officers import QUESTIONS, Officer
from tests.journeys.telling import given, then, when

MESSAGES = {
    "you": ["Enter your full name", "Enter your job title"],
    "title": ["Enter a title for your commitment"],
    "mission": ["Enter what you will deliver and how"],
    "impact": ["Enter who will benefit and how you will know"],
    "principles": ["Select at least one principle"],
    "service-areas": ["Select at least one service area"],
    "target-date": ["Enter the date by which you will deliver"],
    "open-to-others": ["Select yes if you are willing to talk to others"],
    "approver": ["Select who will sign", "Select in what capacity they sign"],
}


@pytest.mark.parametrize("options", [{"hands": Keyboard}, {"scripts": False}], ids=["keyboard", "no-scripts"])
def test_whole_sign_up(world, council, moderator, options):
    officer = Officer(world, council, **options)
    approver = Approver(world, council, **options)

    when(officer).starts_from_the_home_page()
    when(officer).chooses_the_council()
    when(officer).answers_until("check")
    when(officer).sends_it()
    then(officer).sees_heading("Commitment sent")

    given(moderator).accepts(officer)
    when(approver).gets_the_link()
    when(approver).opens_the_link()
    when(approver).signs()
    then(approver).sees(f"{council.name} has signed the Local Digital Declaration")

    when(officer).follows("Dashboard")
    then(officer).sees("Signed on")
    when(officer).signs_out()
    then(officer).sees_heading("You have signed out")


def test_officer_who_forgets_every_answer_is_told(world, officer):
    when(officer).goes_to("/dashboard/")
    when(officer).presses("Send code")
    then(officer).sees_error("Enter your email address")
    when(officer).asks_for_a_code()
    when(officer).presses("Continue")
    then(officer).sees_error("Enter the 6-digit code from the email")
    when(officer).enters_the_code()
    then(officer).sees("You have not started to sign the Declaration yet.")

    when(officer).presses("Sign the Declaration")
    when(officer).chooses_the_council()
    when(officer).goes_to(f"/sign/{officer.reference}/check/")
    when(officer).sends_it()
    then(officer).sees("There is a problem", "Answer this question: Mission")
    when(officer).goes_on()
    for slug in QUESTIONS:
        assert officer.question == slug
        if slug in MESSAGES:
            when(officer).saves()
            then(officer).sees_error(*MESSAGES[slug])
            then(officer).opens_the_first_error()
        when(officer).fills_in_the_question()
        when(officer).saves()
    then(officer).sees_heading("Check your answers")


def test_wrong_answers_stay_on_the_page(officer):
    given(officer).has_begun()
    given(officer).goes_to_question("target-date")
    when(officer).types(day="31", month="2", year="2027")
    when(officer).saves()
    then(officer).sees_error("Enter a real date, like 31 3 2027")
    then(officer).sees_field("Month", "2")

    given(officer).goes_to_question("approver")
    when(officer).hands.choose("Somebody else will sign")
    when(officer).hands.type("Their work email address", "chief at council")
    when(officer).saves()
    then(officer).sees_error(
        "Enter the full name of the person who will sign",
        "Enter the job title of the person who will sign",
        "Enter an email address in the correct format, like name@example.gov.uk",
        "Select in what capacity they sign",
    )
    then(officer).sees_field("Their work email address", "chief at council")

    given(officer).goes_to_question("decision")
    when(officer).types(day="1", month="1", year="2050")
    when(officer).hands.type("Link to the minutes or decision record (optional)", "minutes of the cabinet")
    when(officer).saves()
    then(officer).sees_error(
        "The date of the decision must be today or in the past",
        "Enter a web address, like https://www.example.gov.uk/minutes",
    )
