"""Staff ask for changes, the officer makes them, and staff see what changed."""

from tests.journeys.on_both_stacks import on_both_stacks
from tests.journeys.telling import given, then, when

NOTE = "Please say which residents you will ask."


@on_both_stacks
def test_officer_makes_the_changes_that_staff_asked_for(officer, approver, moderator):
    given(officer).has_sent_a_commitment()

    when(moderator).rejects_without_saying_why(officer)
    when(moderator).requests_changes(officer, "No clear end", NOTE)
    mail = officer.receives("Please change your commitment")
    assert NOTE in mail.text
    assert "No clear end" in mail.text

    when(officer).opens_the_dashboard()
    then(officer).sees("Changes requested", "No clear end", NOTE)
    when(officer).presses("Change your answers")
    then(officer).sees("What we asked you to change", NOTE)
    when(officer).changes(
        "mission",
        "What will you deliver within a year, and how?",
        "By June 2027 residents can book and pay for a collection on their phone.",
    )
    when(officer).sends_it()
    then(officer).sees_heading("Commitment sent")
    then(officer).receives("We have your sign-up")

    when(moderator).opens_the_record(officer)
    then(moderator).sees("What changed since the last submission")
    then(moderator).sees_that_these_words_changed(
        removed=["[removed: next summer ]"], added=["[added: June 2027 ]"]
    )
    when(moderator).accepts(officer)
    then(approver).has_signed()


def test_moderator_decides_about_an_older_text(officer, moderator):
    """The officer sends a new version while the moderator reads the old one."""
    given(officer).has_sent_a_commitment()
    given(moderator).opens_the_record(officer)
    given(moderator).follows("Accept")
    given(officer).withdraws()

    when(moderator).presses("Save and send")
    then(moderator).sees("Nothing was done. The status is “Withdrawn” now.")
