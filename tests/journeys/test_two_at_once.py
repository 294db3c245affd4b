"""Two officers of one council at the same moment."""

import time
from dataclasses import replace

from tests.journeys.officers import Officer
from tests.journeys.on_both_stacks import on_both_stacks
from tests.journeys.telling import given, then, when

MISSION = "What will you deliver within a year, and how?"


def when_both_press(button, *people):
    """Press it in all windows at one time of the clock, and wait until each has an answer."""
    at = time.time() * 1000 + 1000
    for person in people:
        person.will_press(button, at)
    for person in people:
        person.waits_for_the_answer()


def then_one_is_first(*people):
    headings = {person.heading: person for person in people}
    assert set(headings) == {"Commitment sent", "A colleague was first"}
    first, second = headings["Commitment sent"], headings["A colleague was first"]
    second.sees("has already sent a commitment")
    first.receives("We have your sign-up")
    assert "We have your sign-up" not in " ".join(second.received())


@on_both_stacks
def test_two_officers_send_their_draft_at_once(world, council, officer, moderator):
    colleague = Officer(world, council, name="Kim Colleague")
    given(officer).has_answered_everything()
    given(colleague).signs_in()
    given(colleague).goes_on_with_the_draft_of(officer)

    when_both_press("Send for review", officer, colleague)
    then_one_is_first(officer, colleague)
    [[count]] = world.stack.rows(
        "SELECT count(*) FROM signatories_signature WHERE reference = ? AND status = 'submitted'",
        officer.reference,
    )
    assert count == 1
    when(moderator).accepts(officer)


@on_both_stacks
def test_officer_and_somebody_at_another_address_send_theirs_at_once(world, council, officer):
    """Whose address is not the council's has a draft apart, and still there is one signature."""
    secretary = Officer(world, replace(council, domain="secretaries.example.org"), name="Kim Secretary")
    given(officer).has_answered_everything()
    given(secretary).has_answered_everything()
    assert officer.reference != secretary.reference

    when_both_press("Send for review", officer, secretary)
    then_one_is_first(officer, secretary)


@on_both_stacks
def test_two_officers_answer_the_same_question(world, council, officer):
    colleague = Officer(world, council, name="Kim Colleague")
    given(officer).has_begun()
    given(officer).answers_until("mission")
    given(colleague).signs_in()
    given(colleague).goes_on_with_the_draft_of(officer)
    given(colleague).sees_heading(MISSION)

    when(officer).hands.type(MISSION, "What the officer wrote.")
    when(colleague).hands.type(MISSION, "What the colleague wrote.")
    when(officer).saves()
    when(colleague).saves()
    then(colleague).sees_error(
        "This answer was changed while you were writing, by a colleague or in another window. "
        "Check it and save again"
    )
    then(colleague).sees("What is saved now What the officer wrote.")
    then(colleague).sees_field(MISSION, "What the colleague wrote.")
    when(colleague).saves()
    when(officer).goes_to_question("mission")
    then(officer).sees_field(MISSION, "What the colleague wrote.")
