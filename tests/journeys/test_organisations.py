"""Who is not an officer of a listed council with a domain of its own."""

from dataclasses import replace

from tests.journeys.answers import Answers
from tests.journeys.councils import Council
from tests.journeys.officers import Officer
from tests.journeys.telling import given, then, when

CHARITY = Council("Warm Homes Advice", "warm-homes-advice", "warmhomes.example.org.uk")
# The first of the districts: journeys that need many begin at the end.
TWO_COUNCILS = Council("Adur District Council", "adur", "adur-worthing.gov.uk")


def an_officer(world, council, **options):
    return Officer(world, council, **options)


def test_organisation_that_is_not_listed_signs(world, moderator, colleague, public):
    answers = Answers(approver_email=CHARITY.address("Chris Chief"))
    officer = an_officer(world, CHARITY, answers=answers)

    given(officer).signs_in("/sign/organisation/")
    then(officer).sees_heading("Find your organisation")
    when(officer).searches_for("Warm Homes")
    then(officer).sees("No organisation found")
    when(officer).proposes_the_organisation(kind="Charity or non-profit", nation="England")
    then(officer).sees("which we do not know as an address of Warm Homes Advice")
    when(officer).begins()
    when(officer).answers_until("check")
    when(officer).sends_it()

    when(moderator).opens_the_record(officer)
    then(moderator).sees(
        "The officer proposed this organisation. Confirm it before you accept.",
        "The officer's email domain is not one we know for this organisation.",
    )
    when(moderator).follows("Accept")
    when(moderator).presses("Save and send")
    then(moderator).sees("Nothing was done. The officer proposed this organisation.")
    then(public).gets_a_404("/signatories/warm-homes-advice/")

    when(moderator).confirms_the_organisation(officer)
    when(moderator).follows("Accept")
    when(moderator).presses("Save and send")
    then(moderator).sees("Nothing was done. Nobody has checked yet that the officer works there.")
    when(moderator).has_checked_where_the_officer_works(officer)
    when(moderator).follows("Accept")
    when(moderator).presses("Save and send")
    then(moderator).sees("You checked the officer or changed the organisation yourself")
    when(colleague).accepts(officer)
    then(officer).receives("We have accepted your commitment")


def test_private_supplier_gets_a_page_that_helps(world):
    supplier = an_officer(world, Council("Software Ltd", "", "software.example.com"))
    given(supplier).signs_in("/sign/organisation/")
    when(supplier).searches_for("Software Ltd")
    when(supplier).proposes_the_organisation(kind="Private company or supplier", nation="Wales")
    then(supplier).sees_heading("If you work for a private company")
    then(supplier).sees("See what councils need")


def test_webmail_is_explained_and_may_go_on(world, council, moderator):
    officer = an_officer(world, council, email=f"{council.slug}.clerk@gmail.com")
    given(officer).signs_in("/sign/organisation/")
    then(officer).sees_heading("Use your work email address")
    when(officer).follows("Go on without a work email address")
    when(officer).searches_for(council.name)
    when(officer).follows(council.name)
    then(officer).sees("Your email address is at gmail.com", "We will check that you work there")
    when(officer).begins()
    when(officer).answers_until("check")
    when(officer).sends_it()
    when(moderator).opens_the_record(officer)
    then(moderator).sees("The officer signed in with a free webmail address.")


def test_webmail_is_swapped_for_a_work_address(world, council):
    officer = an_officer(world, council, email=f"{council.slug}.clerk@outlook.com")
    given(officer).signs_in("/sign/organisation/")
    when(officer).presses("Sign out and use another address")
    then(officer).sees_heading("What is your work email address?")


def test_two_councils_share_a_domain(world):
    officer = an_officer(world, TWO_COUNCILS)
    given(officer).signs_in("/sign/organisation/")
    then(officer).sees_heading("Which organisation do you work for?")
    when(officer).presses("Continue")
    then(officer).sees_error("Select your organisation")
    when(officer).hands.choose(TWO_COUNCILS.name)
    when(officer).presses("Continue")
    then(officer).sees_heading(TWO_COUNCILS.name)
    when(officer).begins()
    then(officer).sees(f"{TWO_COUNCILS.name}, question 1 of")


def test_officer_picks_a_suggestion_while_typing(world, council):
    officer = an_officer(world, replace(council, domain="shared-services.example.org"))
    given(officer).signs_in("/sign/organisation/")
    when(officer).types_and_picks_the_suggestion(council.name)
    then(officer).sees_heading(council.name)
