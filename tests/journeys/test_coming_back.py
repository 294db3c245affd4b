"""A sign-up goes on: on another device, by a colleague, after the session ran out; never by a stranger."""

import pytest

from tests.journeys.councils import Council
from tests.journeys.officers import Officer
from tests.journeys.on_both_stacks import on_both_stacks
from tests.journeys.telling import given, then, when

MISSION = "What will you deliver within a year, and how?"
STRANGERS = Council("Software Ltd", "", "strangers.example.com")


def test_officer_goes_on_with_another_device(world, council, officer):
    given(officer).has_begun()
    given(officer).answers_until("mission")
    given(officer).presses("Save and come back later")
    # Nobody who leaves is held up by what they have not written yet: the draft asks for it again.
    given(officer).sees("Your answers are saved.")
    given(officer).presses("Continue")
    given(officer).sees_heading(MISSION)
    given(officer).presses("Save and continue")
    given(officer).sees_error("Enter what you will deliver and how")
    given(officer).fills_in_the_question()
    given(officer).presses("Save and come back later")
    given(officer).sees("Your answers are saved.")

    phone = Officer(world, council, width=375)
    phone.mails_read = officer.mails_read
    when(phone).signs_in()
    then(phone).sees("Draft", "Started by Sam Officer", officer.answers.title)
    when(phone).presses("Continue")
    then(phone).sees_heading("Who will benefit, and how will you know?")
    when(phone).notes_the_reference()
    when(phone).goes_to_question("mission")
    then(phone).sees_field(MISSION, officer.answers.mission)

    when(phone).hands.type(MISSION, "We will continue to work on our website.")
    when(phone).presses("Check my wording")
    then(phone).sees("Your answer is saved.", "We found no date.", "You wrote “We will continue to work”.")
    when(phone).goes_to(f"/sign/{phone.reference}/check/")
    then(phone).sees("You may want to improve", "You can send your commitment as it is.")


def test_colleague_goes_on_and_sends_it(world, council, officer):
    given(officer).has_begun()
    given(officer).answers_until("target-date")
    colleague = Officer(world, council, name="Kim Colleague")
    given(colleague).signs_in()

    when(colleague).goes_on_with_the_draft_of(officer)
    when(colleague).answers_until("check")
    when(colleague).sends_it()
    then(colleague).sees_heading("Commitment sent")
    when(officer).opens_the_dashboard()
    then(officer).sees("Waiting for review")


@on_both_stacks
def test_stranger_sees_nothing(world, council, officer):
    stranger = Officer(world, STRANGERS, name=f"Strange {council.slug}")
    given(officer).has_sent_a_commitment()
    given(stranger).signs_in()
    for path in ["", "you/", "mission/", "check/", "submitted/"]:
        when(stranger).gets_a_404(f"/sign/{officer.reference}/{path}")
    when(stranger).gets_a_404(f"/dashboard/{officer.reference}/withdraw/")
    when(stranger).opens_the_dashboard()
    then(stranger).does_not_see(council.name, officer.reference)

    when(stranger).goes_to(f"/sign/organisation/{council.slug}/")
    then(stranger).sees("has already sent us a commitment. It is not public yet.")
    when(stranger).presses("Join as a representative")
    then(stranger).sees("Your email address does not show that you work there")
    then(stranger).does_not_see(officer.reference, officer.answers.title)
    then(stranger).gets_a_404(f"/sign/{officer.reference}/check/")


@on_both_stacks
@pytest.mark.parametrize("button", ["Save and continue", "Save and come back later"])
def test_session_runs_out_in_mid_question(officer, button):
    given(officer).has_begun()
    given(officer).answers_until("mission")
    given(officer).hands.type(MISSION, "Two hours of writing.\nAnd a second line.")
    given(officer).is_idle_until_the_session_ends()

    when(officer).presses(button)
    then(officer).sees_heading("What is your work email address?")
    when(officer).asks_for_a_code()
    when(officer).enters_the_code()
    then(officer).sees("You were signed out. What you had typed is still here.")
    then(officer).sees_field(MISSION, "Two hours of writing.\nAnd a second line.")
    when(officer).saves()
    then(officer).sees_heading("Who will benefit, and how will you know?")
