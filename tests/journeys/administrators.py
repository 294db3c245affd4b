"""An administrator: turns switches, and works through an idle afternoon."""

from tests.journeys.moderators import Moderator
from tests.journeys.officers import CODE


class Administrator(Moderator):
    def __init__(self, world, email, **options):
        super().__init__(world, name="Ada Min", email=email, role="administrator", **options)

    def pauses(self, *, until, banner):
        """Pause sign-up and publication, and say so on every page."""
        self.goes_to("/admin/declaration/switches/")
        self.hands.tick("Pause sign-up")
        self.page.get_by_label("Pause publication and newsletters until:").fill(until)
        self.page.get_by_label("Banner:").fill(banner)
        self.presses("Save")

    def resumes(self):
        self.goes_to("/admin/declaration/switches/")
        self.page.get_by_label("Pause sign-up").uncheck()
        self.page.get_by_label("Pause publication and newsletters until:").fill("")
        self.page.get_by_label("Banner:").fill("")
        self.presses("Save")

    def signs_in_again(self):
        """With the emailed code and a recovery code, from the page that asks for the address."""
        self.hands.type("What is your work email address?", self.email)
        self.presses("Send code")
        self.hands.type(
            "Enter the 6-digit code", CODE.search(self.receives("Your code to sign in").text).group(1)
        )
        self.presses("Continue")
        self.enters_the_second_step(self.codes.pop().strip())

    def is_idle_until_the_session_ends(self):
        [key] = [cookie["value"] for cookie in self.context.cookies() if cookie["name"] == "session"]
        self.world.inside.do("a_day_passed_without_a_click", session=key)

    def is_idle_for_most_of_the_session(self):
        [key] = [cookie["value"] for cookie in self.context.cookies() if cookie["name"] == "session"]
        self.world.inside.do("forty_two_minutes_passed_without_a_click", session=key)

    def is_warned(self):
        self.page.get_by_role("dialog", name="Are you still there?").wait_for()
        self.looks_at_the_page_again()
        assert "You will be signed out in 3 minutes." in self.page.get_by_role("dialog").inner_text()

    def stays_signed_in(self):
        self.page.get_by_role("button", name="Stay signed in").click()
        self.page.get_by_role("dialog").wait_for(state="hidden")
