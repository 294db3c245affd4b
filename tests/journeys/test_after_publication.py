"""After the signature: progress, another wording, off the public list and back, and two that were one."""

from dataclasses import replace

import pytest

from tests.journeys.publishers import Publisher, Reporter
from tests.journeys.telling import given, then, when
from tests.journeys.visitors import links_in


@pytest.fixture
def officer(world, council):
    return Reporter(world, council)


@pytest.fixture
def moderator(world, moderator):
    return Publisher(world, email=moderator.email, storage_state=moderator.context.storage_state())


def test_officer_edits_what_is_public(officer, moderator, public, council):
    given(officer).has_signed()
    when(officer).proposes_another_title("Booking any waste collection online")
    when(officer).sends_the_changes()
    then(officer).receives("We have your changes")
    then(public).opens_the_page_of(council)
    then(public).sees("Booking a bulky waste collection online")
    then(public).does_not_see("Booking any waste collection online")

    when(moderator).sends_the_edit_back(officer, "Which kinds of waste?")
    then(officer).receives("Please look at your changes again")
    when(officer).opens_the_dashboard()
    when(officer).follows(f"Go on with the changes to the commitment of {council.name}")
    then(officer).sees("Which kinds of waste?")
    when(officer).retitles("Booking a garden waste collection online")
    when(officer).sends_the_changes()

    when(moderator).accepts_the_edit_of(officer)
    then(officer).receives("Your changes for")
    then(public).opens_the_page_of(council)
    then(public).sees("Booking a garden waste collection online")


def test_signatory_adds_a_further_commitment(officer, approver, moderator, public, council):
    given(officer).has_signed()
    first, second = officer.answers.title, "Warmer libraries by sensors"
    answers = replace(officer.answers, title="Warmer libraries", service_area="Website and content")
    when(officer).begins_another_commitment(answers)
    when(officer).goes_on_with_the_further_commitment()
    when(officer).answers_until("check")
    when(officer).sends_the_further_commitment()
    then(officer).receives("We have the further commitment")
    then(public).opens_the_page_of(council)
    then(public).does_not_see("Warmer libraries")

    when(moderator).sends_the_edit_back(officer, "How will you warm them?")
    then(officer).receives("Please look at the further commitment")
    when(officer).goes_on_with_the_further_commitment()
    then(officer).sees("How will you warm them?")
    when(officer).follows("Drop this commitment")
    when(officer).follows("Keep it")
    when(officer).follows("Change title")
    when(officer).hands.type("What is your commitment, in a few words?", second)
    when(officer).presses("Save changes")
    when(officer).sends_the_further_commitment()

    when(moderator).accepts_the_further_commitment_of(officer)
    then(officer).receives(f"The further commitment of {council.name} is public")
    then(approver).receives(f"{council.name} has made a further commitment")
    then(public).finds_on_the_list(council)
    then(public).sees(first, second, "after the Declaration was signed")
    lines = then(public).reads_the_file_about(council)
    assert [line["commitment_title"] for line in lines] == [first, second]


def test_progress_is_public_at_once(officer, moderator, public, council):
    given(officer).has_signed()
    when(officer).reports_progress("Delayed", "The depot moves in May.", "Ask the crews first.")
    then(public).opens_the_page_of(council)
    then(public).sees("Delayed", "The depot moves in May.", "Ask the crews first.")
    when(moderator).takes_the_update_down(officer, "It is about another council.")
    then(officer).receives("We have taken down an update")
    then(public).opens_the_page_of(council)
    then(public).does_not_see("The depot moves in May.")


def test_pledge_passes_on_to_a_colleague(world, officer, council):
    given(officer).has_signed()
    kim = Reporter(world, council, name="Kim Colleague")
    when(officer).opens_the_dashboard()
    when(officer).follows(f"Stop acting for {council.name}")
    then(officer).sees_heading("Hand over before you stop")
    when(officer).presses("Hand over to a colleague")
    when(officer).types(full_name_of_your_colleague=kim.name)
    when(officer).types(work_email_address_of_your_colleague=kim.email)
    when(officer).presses("Ask them to take over")
    then(officer).sees("You look after it. You asked Kim Colleague")

    mail = kim.receives("Sam Officer asks you to look after a commitment")
    [link] = [link for link in links_in(mail.text) if "/take-over/" in link]
    when(kim).signs_in(link)
    then(kim).sees_heading("Take over from Sam Officer")
    when(kim).presses("Take over")
    then(kim).sees("You have taken over.", "You look after it.")
    when(kim).goes_to(f"/dashboard/{officer.reference}/contact/")
    when(kim).presses("I still am")
    then(kim).sees("Thank you. You look after it")
    then(officer).receives("Kim Colleague now looks after the commitment")
    when(officer).goes_to(f"/dashboard/{officer.reference}/stop/")
    when(officer).presses("Stop acting")
    then(officer).does_not_see("Published")


def test_taken_down_with_a_notice_and_restored(officer, moderator, public, council):
    given(officer).has_signed()
    notice = "Say on the organisation's page that it was taken down, by whom and when"
    when(moderator).takes_down(officer, "The council asked us by telephone.", notice=notice)
    then(public).opens_the_page_of(council)
    then(public).sees(f"The signature of {council.name} was taken down by")
    then(public).does_not_see("Booking a bulky waste collection online")
    when(moderator).restores(officer, "It was another council that asked.")
    then(officer).receives(f"{council.name} is back on the public list")
    then(public).opens_the_page_of(council)
    then(public).sees("Booking a bulky waste collection online")


def test_proposed_organisation_is_one_on_the_list(world, council, moderator):
    team = replace(council, name=f"Waste team of {council.name}", domain="waste.example.org")
    officer = Reporter(world, team)
    given(officer).signs_in("/sign/organisation/search/")
    given(officer).proposes_the_organisation(kind="Charity or non-profit", nation="England")
    given(officer).begins()
    given(officer).answers_until("check")
    given(officer).sends_it()
    when(moderator).merges_into(officer, council)
    then(officer).receives(f"{team.name} stands under {council.name} now")
    when(officer).opens_the_dashboard()
    then(officer).sees(council.name, officer.reference)
