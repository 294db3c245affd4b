"""A day at the moderation desk: clearing a queue, colleagues at one record, parking, several at once."""

from datetime import date, timedelta

from tests.journeys.telling import given, then, when

MINE = "/admin/signatories/signature/?status=mine"


def sent(world, number):
    return world.inside.do("several_sent", number=number)["references"]


def take_all(moderator, references):
    """Put these and no others on the moderator's own list, whatever else waits."""
    moderator.goes_to("/admin/signatories/signature/")
    moderator.ticks_on_the_list(references)
    moderator.chooses_to("Hand over or take")
    moderator.page.get_by_label("Who looks after it").select_option(label=moderator.name)
    moderator.presses(f"Hand over {len(references)}")
    moderator.sees(f"Handed over: {len(references)} of {len(references)}.")


def test_moderator_clears_a_queue_of_twenty(world, moderator):
    references = sent(world, 20)
    given(moderator).goes_to("/admin/")
    then(moderator).sees("What needs doing", "waiting for review", "unassigned", "emails failed")
    take_all(moderator, references)

    when(moderator).goes_to(MINE)
    when(moderator).opens_the_first_record()
    decided = []
    for number in range(20):
        decided.append(moderator.reference)
        if number % 5 == 4:
            when(moderator).follows("Request changes")
            when(moderator).hands.tick("No clear end")
            when(moderator).presses("Preview the email")
            then(moderator).sees("The email that goes")
        else:
            when(moderator).follows("Accept")
            then(moderator).sees("The 2 emails that go")
        when(moderator).presses("Save and send")
        then(moderator).sees("The emails are on their way.")
    assert decided == references
    then(moderator).sees("0 signatures")


def test_two_moderators_at_one_record(world, moderator, colleague):
    [reference] = sent(world, 1)
    given(moderator).opens_record(reference)
    when(colleague).opens_record(reference)
    then(colleague).sees("opened this record just now")
    given(moderator).follows("Request changes")
    given(moderator).hands.tick("No clear end")
    given(moderator).adds_to_the_message("What I took ten minutes to write.")

    when(colleague).writes_a_note("They rang: their text will change.")
    when(moderator).presses("Preview the email")
    when(moderator).presses("Save and send")
    then(moderator).sees("Nothing was done.", "Cory Colleague", "They rang: their text will change.")
    message = moderator.hands.field("Message to the officer").input_value()
    assert "What I took ten minutes to write." in message

    when(moderator).presses("Save, send nothing")
    then(moderator).sees("Saved on the record. No email was sent.")
    when(colleague).opens_record(reference)
    then(colleague).sees("A decision is saved and not sent", "What I took ten minutes to write.")
    when(colleague).follows("Read, change or send it")
    when(colleague).presses("Save and send")
    then(colleague).sees("The emails are on their way.")
    when(moderator).opens_record(reference)
    then(moderator).sees("Changes requested")


def test_parked_submission_returns_by_itself(world, moderator, colleague):
    [reference] = sent(world, 1)
    given(moderator).opens_record(reference)
    given(moderator).hands_it_over("Cory Colleague")
    given(colleague).opens_record(reference)
    then(colleague).sees("looked after by you")
    when(colleague).parks_it((date.today() + timedelta(days=3)).isoformat(), "Their lawyers read it.")
    then(colleague).sees("It comes back by itself.", "Their lawyers read it.")
    when(colleague).goes_to(MINE)
    then(colleague).does_not_see(reference)
    when(colleague).goes_to("/admin/signatories/signature/?status=parked")
    then(colleague).sees(reference)

    world.inside.do("days_passed_while_it_was_parked", reference=reference)
    when(colleague).goes_to(MINE)
    then(colleague).sees(reference)


def test_several_are_accepted_and_one_is_not(world, moderator, colleague):
    references = sent(world, 3)
    given(moderator).goes_to("/admin/signatories/signature/")
    given(moderator).ticks_on_the_list(references)
    when(moderator).chooses_to("Accept")
    then(moderator).sees("accept 3 submissions", "6 emails will be sent", *references)
    given(colleague).opens_record(references[1])
    given(colleague).writes_a_note("Not before Monday.")

    when(moderator).presses("Accept 3 and send the emails")
    then(moderator).sees("Accepted: 2 of 3.")
    results = {
        reference: line for line in moderator.results() for reference in references if reference in line
    }
    assert results[references[0]].endswith("done.") and results[references[2]].endswith("done.")
    assert (
        "not done. Nothing was done. Something happened to it since you saw the list."
        in (results[references[1]])
    )
    when(moderator).goes_to(f"/admin/signatories/signature/find/?q={references[1]}")
    then(moderator).sees("Waiting for review")


def test_moderator_decides_with_the_keyboard_alone(world, moderator_with_a_keyboard):
    moderator = moderator_with_a_keyboard
    [reference] = sent(world, 1)
    given(moderator).opens_record(reference)
    when(moderator).follows("Request changes")
    when(moderator).hands.tick("No clear end")
    when(moderator).presses("Preview the email")
    when(moderator).presses("Save and send")
    then(moderator).sees("The emails are on their way.")
