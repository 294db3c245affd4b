"""An approver: has no account, opens the link in the email and signs or declines."""

from tests.journeys.visitors import Visitor, links_in


class Approver(Visitor):
    def __init__(self, world, council, name="Chris Chief", **options):
        super().__init__(world, name=name, email=council.address(name), **options)
        self.council = council
        self.link = ""

    def gets_the_link(self, subject="Please read and decide"):
        mail = self.receives(subject)
        [self.link] = {link for link in links_in(mail.text) if "/approve/" in link}
        assert self.link in mail.html.replace("&amp;", "&")

    def opens_the_link(self):
        self.goes_to(self.link)

    def reads_the_commitment(self, answers):
        self.sees_heading(f"Sign for {self.council.name}")
        self.sees(answers.title, answers.mission, answers.impact, "The Declaration, version 1")

    def signs(self):
        self.hands.tick("I have authority to sign the Declaration for this organisation")
        self.presses("Sign")

    def has_signed(self):
        self.gets_the_link()
        self.opens_the_link()
        self.signs()
        self.sees(f"{self.council.name} has signed the Local Digital Declaration")

    def declines(self, reason):
        self.follows("I will not sign")
        self.presses("Decline to sign")
        self.sees_error("Enter why you will not sign")
        self.hands.type("Why will you not sign?", reason)
        self.presses("Decline to sign")
        self.sees_heading("You declined to sign")

    def has_a_link_that_works(self):
        self.opens_the_link()
        self.sees_heading(f"Sign for {self.council.name}")

    def received_nothing_more(self):
        assert len(self.received()) == self.mails_read, self.received()
