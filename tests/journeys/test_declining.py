"""The approver says no, and the officer begins again with the same text."""

from tests.journeys.on_both_stacks import on_both_stacks
from tests.journeys.telling import given, then, when

REASON = "The cabinet has not agreed to the budget yet."


@on_both_stacks
def test_approver_declines_and_signs_the_second_time(officer, approver, moderator, public):
    given(officer).has_sent_a_commitment()
    given(moderator).accepts(officer)
    given(approver).gets_the_link()

    when(approver).opens_the_link()
    when(approver).declines(REASON)
    assert REASON in officer.receives("Your approver has declined").text
    then(public).sees_that_it_has_not_signed(officer.council)
    when(approver).opens_the_link()
    then(approver).sees_heading("You declined to sign")

    when(officer).opens_the_dashboard()
    then(officer).sees("Declined by the approver", REASON)
    when(officer).starts_again()
    then(officer).sees_heading("What we may do")
    when(officer).answers_until("check")
    then(officer).sees(officer.answers.title, officer.answers.mission, "Chris Chief", "31 March")
    when(officer).sends_it()
    when(moderator).opens_the_record(officer)
    then(moderator).sees("This organisation has had a signature before.")
    when(moderator).accepts(officer)
    then(approver).has_signed()
