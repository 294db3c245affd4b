"""A moderator: a staff account with a second factor, who decides in the admin."""

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.journeys.officers import CODE
from tests.journeys.visitors import Visitor
from tests.programs import wait_until


class Moderator(Visitor):
    def __init__(
        self, world, name="Mo Moderator", email="mo@communities.gov.uk", role="moderator", **options
    ):
        super().__init__(world, name=name, email=email, **options)
        self.role = role

    def has_a_staff_account(self):
        self.stack.manage("create_staff", self.email, "--role", self.role, "--name", self.name)

    # Signing in.

    def signs_in_with_the_emailed_code(self):
        self.goes_to("/admin/")
        self.hands.type("What is your work email address?", self.email)
        self.presses("Send code")
        self.hands.type(
            "Enter the 6-digit code", CODE.search(self.receives("Your code to sign in").text).group(1)
        )
        self.presses("Continue")

    def sets_an_authenticator_app_up(self):
        self.sees_heading("Set up a second step of signing in")
        self.presses("Set up an authenticator app")
        self.secret = re.search(r"The secret is (\w+)", self.text).group(1)
        self.hands.type("Enter the 6-digit code that the app shows", self.code_of_the_app())
        self.presses("Continue")
        self.receives("The way you sign in")

    def code_of_the_app(self):
        return format_hotp_value(hotp_value(self.secret, int(time.time()) // 30))

    def enrols(self):
        self.has_a_staff_account()
        self.signs_in_with_the_emailed_code()
        self.sets_an_authenticator_app_up()

    def a_recovery_code(self):
        return self.page.locator("main li").first.inner_text().strip()

    def enters_the_second_step(self, code):
        self.hands.type("Code from your authenticator app, or a recovery code", code)
        self.presses("Continue")

    # Looking around.

    def opens_the_first_record(self):
        link = self.page.locator("#result_list tbody th a").first
        with self.page.expect_navigation():
            link.click()
        self.looks_at_the_page()

    def opens_the_history_of_the_record(self):
        self.goes_to(self.path.partition("change/")[0] + "history/")
        assert self.status == 200, self.path

    def waits_until_a_mail_has_failed(self, address):
        query = "SELECT count(*) FROM outbox_email WHERE state = 'failed' AND \"to\" = ?"
        wait_until(lambda: self.stack.rows(query, address) == [(1,)], what="the mail to fail")

    def looks_for_mails_to(self, address):
        self.goes_to(f"/admin/outbox/email/?q={address}")

    def sends_the_failed_mail_again(self, address):
        self.looks_for_mails_to(address)
        self.opens_the_first_record()
        self.presses("Send again")

    # Deciding.

    def opens_the_queue(self):
        self.goes_to("/admin/signatories/signature/")

    def opens_the_record(self, officer):
        self.goes_to(f"/admin/signatories/signature/?q={officer.reference}&status=all")
        self.follows(officer.council.name)
        self.sees(officer.reference)

    def accepts(self, officer):
        self.opens_the_record(officer)
        self.follows("Accept")
        self.presses("Save and send")
        self.sees("The emails are on their way.")

    def confirms_the_organisation(self, officer):
        self.opens_the_record(officer)
        self.presses("Confirm this organisation")
        self.does_not_see("Confirm it before you accept.")

    def has_checked_where_the_officer_works(self, officer):
        self.opens_the_record(officer)
        self.presses("I have checked that the officer works there")
        self.sees("staff have checked the officer")

    def requests_changes(self, officer, reason, note):
        self.opens_the_record(officer)
        self.follows("Request changes")
        self.hands.tick(reason)
        self.adds_to_the_message(note)
        self.presses("Preview the email")
        self.sees("The email that goes", note)
        self.presses("Save and send")
        self.sees("The emails are on their way.")

    def adds_to_the_message(self, words):
        """Write below what the reasons have put into the message."""
        written = self.hands.field("Message to the officer").input_value()
        self.hands.type("Message to the officer", f"{written}\n\n{words}".strip())

    def rejects_without_saying_why(self, officer):
        self.opens_the_record(officer)
        self.follows("Reject")
        self.presses("Preview the email")
        self.sees("Select a reason that the officer may read, or write a message")

    def takes_down(self, officer, note, notice="Say nothing, as if it had never been there"):
        self.opens_the_record(officer)
        self.follows("Take down")
        self.hands.choose(notice)
        self.hands.type("Message to the officer", note)
        self.presses("Preview the email")
        self.presses("Save and send")
        self.sees("The emails are on their way.")

    # Among moderators, and several at once.

    def opens_record(self, reference):
        self.goes_to(f"/admin/signatories/signature/find/?q={reference}")
        with self.page.expect_navigation():
            self.page.locator(".found a").first.click()
        self.looks_at_the_page()
        self.sees(reference)

    @property
    def reference(self):
        return re.search(r"LDD-\w{4}-\w{4}", self.heading).group(0)

    def hands_it_over(self, name):
        self.page.get_by_text("Hand it over").click()
        self.page.get_by_label("Who looks after it").select_option(label=name)
        self.presses("Hand over")

    def parks_it(self, until, why):
        self.page.get_by_text("Park it until a day").click()
        self.presses("Park")
        self.sees("Enter the day on which it comes back", "Write why it rests, for your colleagues")
        self.hands.type("Until", until)
        self.hands.type("Why it rests", why)
        self.presses("Park")

    def writes_a_note(self, text):
        self.hands.type("Write a note", text)
        self.presses("Add the note")

    def ticks_on_the_list(self, references):
        for reference in references:
            row = self.page.locator("#result_list tbody tr", has_text=reference)
            row.locator(".action-select").check()

    def chooses_to(self, action):
        self.page.get_by_label("Action:").select_option(label=action)
        self.presses("Go")

    def results(self):
        """Return the words of each line of the page that tells what was done."""
        return [words_of(line) for line in self.page.locator(".bulk-items > li").all()]

    def sees_that_these_words_changed(self, *, removed, added):
        assert [words_of(one) for one in self.page.get_by_role("deletion").all()] == removed
        assert [words_of(one) for one in self.page.get_by_role("insertion").all()] == added


def words_of(element):
    """The words of a part of the page, also those that only a screen reader says."""
    return " ".join(element.text_content().split())
