"""Signing in when something goes wrong."""

from tests.journeys.telling import given, then, when


def test_officer_corrects_the_address_and_asks_again(officer):
    given(officer).goes_to("/dashboard/")
    when(officer).types_the_address("sam.officer.without.an.at")
    then(officer).sees_error("Enter an email address in the correct format, like name@example.gov.uk")
    when(officer).types_the_address(f"wrong.{officer.email}")
    when(officer).presses("Use a different email address")
    then(officer).sees_heading("What is your work email address?")

    when(officer).asks_for_a_code()
    when(officer).receives("Your code to sign in")
    when(officer).presses("Send another code")
    then(officer).sees("We have sent a new code. The code before it no longer works.")
    when(officer).types_the_code("12345")
    then(officer).sees_error("The code is 6 digits, like 123456")
    when(officer).enters_the_code()
    then(officer).sees_heading("Dashboard")


def test_officer_asks_for_too_many_codes(officer):
    given(officer).goes_to("/dashboard/")
    given(officer).asks_for_a_code()
    for _ in range(4):
        given(officer).presses("Send another code")
    when(officer).presses("Send another code")
    then(officer).sees_heading("You have asked for too many codes")
    then(officer).sees("The newest code we sent works for 10 minutes after you asked for it")


def test_officer_asks_before_signing_out(officer):
    given(officer).signs_in()
    when(officer).goes_to("/account/logout/")
    then(officer).sees_heading("Do you want to sign out?")
    when(officer).signs_out()
    then(officer).sees_heading("You have signed out")
