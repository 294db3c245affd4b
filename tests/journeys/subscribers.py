"""A reader of the newsletter: asks for it, confirms, chooses, leaves and comes back, all from a mailbox."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.journeys.public import Public
from tests.journeys.visitors import links_in

CONSENT = "Yes, email me. I can leave at any time, and you use my address for nothing else."


class Subscriber(Public):
    def asks_for_the_newsletter(self):
        self.goes_to("/newsletter/")
        self.presses("Subscribe")
        self.sees_error("Enter your email address", "Tick the box if you want us to email you")
        self.hands.type("Your email address", self.email)
        self.hands.tick(CONSENT)
        self.presses("Subscribe")
        self.sees_heading("Look in your mailbox")

    def opens_the_link_to_confirm(self):
        self.follows_the_link_in(self.receives("Confirm that you want the newsletter"), "/confirm/")
        self.sees_heading("Confirm your subscription")

    def confirms(self):
        self.opens_the_link_to_confirm()
        self.presses("Confirm")
        self.sees_heading("You are subscribed")

    def follows_the_link_in(self, mail, part):
        [self.link] = {link for link in links_in(mail.text) if part in link}
        self.goes_to(self.link)

    def opens_the_choices(self):
        self.goes_to("/newsletter/choices/")
        self.hands.type("Email address", self.email)
        self.presses("Email me a link")
        self.follows_the_link_in(self.receives("Change what you get"), "/choices/")
        self.sees_heading("Your newsletter")
        self.sees(self.email, CONSENT)

    def chooses_one_area_and_a_weekly_alert(self):
        self.hands.choose("Only issues about the service areas and regions I choose")
        self.presses("Save choices")
        self.sees_error("Choose a service area or a region below, or every issue")
        self.hands.tick("Waste")
        self.hands.choose("Yes, once a week")
        self.presses("Save choices")
        self.sees_heading("Your choices are saved")

    def wants_every_issue_again(self):
        self.goes_to(self.link)
        self.hands.choose("Every issue of the newsletter")
        self.hands.choose("No")
        self.presses("Save choices")
        self.goes_to(self.link)
        assert self.hands.field("No").is_checked()

    def sees_the_choices(self):
        self.goes_to(self.link)
        assert self.hands.field("Waste").is_checked()
        assert self.hands.field("Yes, once a week").is_checked()

    def mailbox_leaves_in_one_click(self, mail):
        """What a mail program does when its own «Unsubscribe» is pressed (RFC 8058): no cookie, no page."""
        assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        address = urlsplit(mail.message["List-Unsubscribe"].strip("<>"))
        for _ in range(2):
            connection = HTTPConnection("127.0.0.1", address.port, timeout=20)
            form = {"Host": address.netloc, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", address.path, b"List-Unsubscribe=One-Click", form)
            answer = connection.getresponse()
            assert (answer.status, answer.getheader("Set-Cookie")) == (200, None)
            connection.close()

    def leaves_by_the_link_in(self, mail):
        self.follows_the_link_in(mail, "/leave/")
        self.sees_heading("Leave the newsletter")
        self.presses("Leave")
        self.sees_heading("You have left the newsletter")

    def goes_back_from_having_left(self):
        self.goes_to("/newsletter/left/")
        self.follows("subscribe again")
        self.sees_heading("Local Digital newsletter")

    def is_told_that_the_link_is_dead(self):
        self.goes_to(self.link)
        assert self.status == 410
        self.sees_heading("This link no longer works")

    def reads_the_issue_on_the_web(self, subject):
        self.goes_to("/newsletter/issues/")
        self.follows(subject)
        self.sees_heading(subject)
