"""A council signs, from the officer's first page to the public list."""

from tests.journeys.moderators import Moderator
from tests.journeys.on_both_stacks import on_both_stacks
from tests.journeys.telling import given, then, when
from tests.journeys.visitors import links_in


@on_both_stacks
def test_council_signs(officer, approver, public, world):
    moderator = Moderator(world)
    given(moderator).has_a_staff_account()

    when(officer).starts_from_the_home_page()
    when(officer).chooses_the_council()
    when(officer).answers_until("check")
    when(officer).sends_it()
    then(officer).sees_heading("Commitment sent")
    then(officer).sees(officer.reference, "within 3 working days")
    assert officer.reference in officer.receives("We have your sign-up").text

    when(moderator).signs_in_with_the_emailed_code()
    when(moderator).sets_an_authenticator_app_up()
    when(moderator).opens_the_queue()
    then(moderator).sees(officer.council.name, "0 working days, on time")
    when(moderator).accepts(officer)
    then(officer).receives("We have accepted your commitment")

    when(approver).gets_the_link()
    when(approver).opens_the_link()
    then(approver).reads_the_commitment(officer.answers)
    then(public).sees_that_it_has_not_signed(officer.council)
    when(approver).presses("Sign")
    then(approver).sees_error("Confirm that you have authority to sign")
    when(approver).signs()
    then(approver).sees(f"{officer.council.name} has signed the Local Digital Declaration")

    when(public).finds_on_the_list(officer.council)
    then(public).sees(officer.answers.title, "Chris Chief, Head of paid service", officer.reference)
    then(public).has_no_cookie()
    for copy in (approver.receives("Your copy"), officer.receives(f"{officer.council.name} has signed")):
        assert officer.answers.mission in copy.text
        assert f"{world.stack.url}/signatories/{officer.council.slug}/" in links_in(copy.text)
    when(officer).opens_the_dashboard()
    then(officer).sees("Signed on", "by Chris Chief")
