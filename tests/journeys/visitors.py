"""A person with a browser and a mailbox, who notices whatever is wrong with a page."""

import re
import time

import pytest

from tests.journeys.hands import Mouse

PATIENCE = 30.0
LINK = re.compile(r"https?://[^\s\"'<>)]+")
TELL_THE_CONSOLE = (
    "addEventListener('securitypolicyviolation',"
    " (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))"
)


class Visitor:
    """Steps are methods named for what the person does; each page they reach is checked."""

    def __init__(
        self, world, *, name="", email="", hands=Mouse, scripts=True, width=1280, storage_state=None
    ):
        self.world, self.stack = world, world.stack
        self.name, self.email = name, email
        self.scripts = scripts
        self.complaints = []
        self.mails_read = 0
        self._documents = []
        self.context = world.browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            storage_state=storage_state,
        )
        self.context.set_default_timeout(PATIENCE * 1000)
        self.context.add_init_script(TELL_THE_CONSOLE)
        self.page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._receive)
        self.hands = hands(self.page)

    def _hear(self, message):
        # The status of a page itself is for the steps to judge.
        about_the_page = message.location.get("url") == self.page.url
        if message.type in {"error", "warning"} and not about_the_page:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _receive(self, response):
        # Frames within the page arrive too.
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self._documents.append(response)
        if response.status >= 500:
            log = (self.stack.folder / "web.log").read_text(errors="replace")
            self.complaints.append(f"{response.status} {response.url}\n{log[-3000:]}")

    # What everybody does.

    def looks_at_the_page(self):
        document = self._documents[-1]
        self._documents.clear()
        self.status = document.status
        assert not self.complaints, "\n".join(self.complaints)
        self.world.checks.check(self.page, document.text(), scripts=self.scripts)

    def looks_at_the_page_again(self):
        """Scripts have changed the page since it arrived."""
        self.world.checks.check_again(self.page)

    def goes_to(self, path):
        self.page.goto(path if path.startswith("http") else self.stack.url + path)
        self.looks_at_the_page()

    def presses(self, button):
        self.hands.press(button)
        self.looks_at_the_page()

    def follows(self, link):
        self.hands.follow(link)
        self.looks_at_the_page()

    def types(self, **answers):
        """Fill fields in; ``full_name="…"`` fills the one labelled «Full name»."""
        for label, text in answers.items():
            self.hands.type(label.replace("_", " ").capitalize(), text)

    def will_press(self, button, at):
        """Have the browser press a button when its clock shows this many milliseconds since 1970."""
        self.hands.button(button).evaluate(
            """(button, at) => {
                window.wasHereBefore = true;
                setTimeout(() => button.click(), at - Date.now());
            }""",
            at,
        )

    def signs_out(self):
        self.presses("Sign out")

    def waits_for_the_answer(self):
        """Wait for the page that follows the button."""
        self.page.wait_for_function("() => !window.wasHereBefore && document.readyState === 'complete'")
        self.looks_at_the_page()

    @property
    def heading(self):
        return self.page.get_by_role("heading", level=1).first.inner_text()

    @property
    def path(self):
        return self.page.url.removeprefix(self.stack.url)

    @property
    def text(self):
        """The words of the page, as one line."""
        return " ".join(self.page.locator("body").inner_text().split())

    def sees_heading(self, heading):
        assert self.heading == heading, (self.page.url, self.text)

    def gets_a_404(self, path):
        self.goes_to(path)
        assert self.status == 404
        self.sees_heading("Page not found")

    def sees(self, *texts):
        shown = self.text
        missing = [text for text in texts if text not in shown]
        assert not missing, (self.page.url, missing, shown)

    def does_not_see(self, *texts):
        shown = self.text
        found = [text for text in texts if text in shown]
        assert not found, (self.page.url, found, shown)

    def sees_field(self, label, text):
        assert self.hands.field(label).input_value() == text

    def sees_error(self, *messages):
        """The summary has the focus and these messages in it, and the title says so too."""
        assert self.page.title().startswith("Error: "), self.page.title()
        summary = self.page.locator(".govuk-error-summary")
        assert [item.inner_text() for item in summary.get_by_role("listitem").all()] == list(messages)
        if self.scripts:
            assert summary.evaluate("(summary) => summary === document.activeElement")

    def opens_the_first_error(self):
        """The link in the summary moves the focus to the field that is wrong."""
        self.page.locator(".govuk-error-summary").get_by_role("link").first.click()
        focused = self.page.evaluate("document.activeElement.tagName")
        assert focused in {"INPUT", "TEXTAREA", "SELECT"}, focused

    # The mailbox.

    def receives(self, subject):
        """Return the next mail to this person whose subject begins with these words."""
        deadline = time.monotonic() + PATIENCE
        while True:
            mails = self.stack.mails(to=self.email)
            for number, mail in enumerate(mails[self.mails_read :], self.mails_read + 1):
                if mail.subject.startswith(subject):
                    self.mails_read = number
                    return mail
            if time.monotonic() > deadline:
                pytest.fail(f"No mail «{subject}» came; there were {[mail.subject for mail in mails]}.")
            time.sleep(0.05)

    def received(self):
        """Return the subjects of all mails this person got so far."""
        return [mail.subject for mail in self.stack.mails(to=self.email)]


def links_in(text):
    return [link.rstrip(".") for link in LINK.findall(text)]
