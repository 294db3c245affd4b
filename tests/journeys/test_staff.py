"""What staff see and do beyond deciding: failed mail, the second factor, every list of the admin."""

import pytest

from tests.journeys.moderators import Moderator
from tests.journeys.on_both_stacks import on_both_stacks
from tests.journeys.telling import given, then, when

LISTS = [
    "accounts/user",
    "audit/auditevent",
    "declaration/declarationversion",
    "declaration/servicearea",
    "outbox/email",
    "signatories/organisation",
    "signatories/reason",
    "signatories/signature",
]


@on_both_stacks
def test_moderator_sends_a_failed_mail_again(officer, approver, moderator, stack):
    given(officer).has_sent_a_commitment()
    stack.smtp.behaviour = lambda address: "550" if address == approver.email else "accept"
    given(moderator).accepts(officer)
    given(officer).receives("We have accepted")
    given(moderator).waits_until_a_mail_has_failed(approver.email)

    when(moderator).looks_for_mails_to(approver.email)
    then(moderator).sees("1 failed", "550", "No such person here")
    when(moderator).opens_the_record(officer)
    then(moderator).sees("No such person here")

    stack.smtp.behaviour = "accept"
    when(moderator).sends_the_failed_mail_again(approver.email)
    then(moderator).sees("The email will be sent again.")
    then(approver).has_signed()


def test_moderator_signs_in_the_second_time(world):
    moderator = Moderator(world, email="second.time@communities.gov.uk")
    given(moderator).enrols()
    given(moderator).goes_to("/account/second-factor/recovery-codes/")
    code = moderator.a_recovery_code()
    given(moderator).signs_out()

    when(moderator).signs_in_with_the_emailed_code()
    then(moderator).sees_heading("Enter the code from your app")
    when(moderator).presses("Continue")
    then(moderator).sees_error("Enter the code")
    when(moderator).enters_the_second_step("000000")
    then(moderator).sees_error("The code is not right. Wait for the app to show a new code, then enter that")
    when(moderator).enters_the_second_step(code)
    then(moderator).sees("What needs doing")


def test_administrator_looks_after_the_second_factor(world):
    administrator = Moderator(world, email="admin.factor@communities.gov.uk", role="administrator")
    given(administrator).has_a_staff_account()
    given(administrator).signs_in_with_the_emailed_code()
    given(administrator).goes_to("/account/second-factor/app/")
    when(administrator).presses("Continue")
    then(administrator).sees_error("Enter the code")
    given(administrator).goes_to("/account/second-factor/")
    given(administrator).sets_an_authenticator_app_up()
    for page in ["", "passkeys/", "passkeys/add/", "recovery-codes/", "recovery-codes/new/", "app/remove/"]:
        when(administrator).goes_to(f"/account/second-factor/{page}")
        assert administrator.status == 200


def test_officer_does_not_get_into_the_admin(officer):
    given(officer).signs_in()
    when(officer).goes_to("/admin/")
    then(officer).sees_heading("You cannot open the staff pages")


@pytest.fixture
def administrator(world):
    person = Moderator(world, email="admin.tour@communities.gov.uk", role="administrator")
    person.enrols()
    return person


def test_administrator_opens_every_list_and_a_record_of_each(administrator, officer):
    given(officer).has_sent_a_commitment()
    when(administrator).goes_to("/admin/")
    then(administrator).sees("Signatures")
    for name in LISTS:
        when(administrator).goes_to(f"/admin/{name}/?all")
        when(administrator).opens_the_first_record()
        assert administrator.status == 200
        when(administrator).opens_the_history_of_the_record()
    for name in [
        "accounts/user",
        "declaration/declarationversion",
        "signatories/organisation",
        "signatories/reason",
    ]:
        when(administrator).goes_to(f"/admin/{name}/add/")
        when(administrator).presses("Save")
        then(administrator).sees("Please correct the error")
