"""After the signature: progress, another wording, off the public list and back, and two that were one."""

from dataclasses import replace

import pytest

from tests.journeys.publishers import Publisher, Reporter
from tests.journeys.telling import given, then, when


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


def test_progress_is_public_at_once(officer, moderator, public, council):
    given(officer).has_signed()
    when(officer).reports_progress("Delayed", "The depot moves in May.", "Ask the crews first.")
    then(public).opens_the_page_of(council)
    then(public).sees("Delayed", "The depot moves in May.", "Ask the crews first.")
    when(moderator).takes_the_update_down(officer, "It is about another council.")
    then(officer).receives("We have taken down an update")
    then(public).opens_the_page_of(council)
    then(public).does_not_see("The depot moves in May.")


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
