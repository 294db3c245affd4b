"""What an officer can do after the commitment has been sent."""

from dataclasses import replace

from tests.journeys.approvers import Approver
from tests.journeys.officers import Officer
from tests.journeys.telling import given, then, when


def test_officer_withdraws_a_draft(officer):
    given(officer).has_begun()
    when(officer).withdraws()
    then(officer).sees("You can begin again with the same text.")


def test_officer_withdraws_what_waits_for_review(officer, moderator):
    given(officer).has_sent_a_commitment()
    when(officer).withdraws()
    then(officer).receives("The sign-up of")
    when(moderator).opens_the_record(officer)
    then(moderator).sees("Withdrawn")


def test_officer_has_what_we_hold_erased(officer):
    given(officer).has_sent_a_commitment()
    when(officer).asks_what_we_hold()
    then(officer).sees(officer.email, officer.name, officer.reference)
    when(officer).follows("Have it erased")
    then(officer).sees("Your request goes to our staff")
    when(officer).presses("Send the request")
    then(officer).sees("We have your request.")
    given(officer).withdraws()
    when(officer).asks_what_we_hold()
    when(officer).follows("Have it erased")
    when(officer).presses("Erase it now")
    then(officer).sees_heading("We have erased what we held about you")
    when(officer).signs_in()
    then(officer).sees("You have not started to sign the Declaration yet.")


def test_officer_withdraws_what_the_approver_has(officer, approver):
    given(officer).has_an_accepted_commitment()
    given(approver).gets_the_link()
    when(officer).withdraws()
    then(approver).receives("You no longer need to sign")
    when(approver).opens_the_link()
    then(approver).sees_heading("There is nothing to sign")


def test_officer_withdraws_what_is_public(officer, approver, public):
    given(officer).has_an_accepted_commitment()
    given(approver).has_signed()
    given(public).finds_on_the_list(officer.council)
    when(officer).withdraws()
    then(public).sees_that_it_has_withdrawn(officer.council)
    then(public).does_not_find_on_the_list(officer.council)


def test_moderator_takes_down_what_is_public(officer, approver, moderator, public):
    given(officer).has_an_accepted_commitment()
    given(approver).has_signed()
    when(moderator).takes_down(officer, "The council asked us by telephone.")
    then(officer).receives("We have taken")
    then(public).sees_that_it_has_not_signed(officer.council)
    when(officer).opens_the_dashboard()
    then(officer).sees("Taken down", "The council asked us by telephone.")


def test_officer_has_the_link_sent_again(officer, approver, stack):
    given(officer).has_an_accepted_commitment()
    given(approver).gets_the_link()

    when(officer).opens_the_dashboard()
    when(officer).presses("Send the email again")
    then(officer).sees("less than an hour ago, so we did not send another one.")
    given(officer).waited_two_hours_for_the_approver()
    when(officer).presses("Send the email again")
    then(officer).sees("We have sent the email to the approver again.")
    first = approver.link
    when(approver).gets_the_link()
    then(approver).has_a_link_that_works()
    approver.link = first
    then(approver).has_a_link_that_works()


def test_officer_corrects_the_approvers_address(world, council, officer, approver):
    right = Approver(world, council, name="Rita Right")
    given(officer).has_an_accepted_commitment()
    given(approver).gets_the_link()

    when(officer).corrects_the_approver("", "not an address")
    then(officer).sees_error(
        "Enter the approver's full name",
        "Enter an email address in the correct format, like name@example.gov.uk",
    )
    when(officer).corrects_the_approver(right.name, right.email)
    then(officer).sees("The approver is changed.")
    when(right).gets_the_link()

    when(approver).opens_the_link()
    then(approver).sees_heading("This link is too old")
    given(officer).waited_two_hours_for_the_approver()
    when(approver).presses("Send a new link")
    then(approver).sees_heading("Check your email")
    then(approver).does_not_see(right.email, right.name)
    when(right).gets_the_link()
    when(right).opens_the_link()
    when(right).signs()
    then(right).sees("Rita Right", "Leader or elected mayor")
    then(approver).received_nothing_more()


def test_officer_signs_from_the_dashboard(world, council, moderator, public):
    officer = Officer(world, council)
    officer.answers = replace(officer.answers, officer_signs=True, may_publish_name=False)
    given(officer).has_sent_a_commitment()
    given(moderator).opens_the_record(officer)
    given(moderator).sees("The officer and the approver are the same person.")
    given(moderator).accepts(officer)
    given(officer).receives("Please read and decide")

    when(officer).opens_the_dashboard()
    when(officer).presses("Read and sign")
    when(officer).presses("Sign")
    then(officer).sees_error("Confirm that you have authority to sign")
    when(officer).hands.tick("I have authority to sign the Declaration for this organisation")
    when(officer).presses("Sign")
    then(officer).sees(f"{council.name} has signed the Local Digital Declaration")
    then(officer).receives("Your copy")
    when(public).finds_on_the_list(council)
    then(public).sees("Signed by Chief executive")
    then(public).does_not_see("Sam Officer")
