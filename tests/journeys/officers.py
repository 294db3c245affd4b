"""An officer: signs in with an emailed code, answers the questions, follows the dashboard."""

import re
import time
from dataclasses import asdict

from tests.journeys.answers import Answers
from tests.journeys.visitors import Visitor

CODE = re.compile(r"^(\d{6})\s*$", re.MULTILINE)
QUESTIONS = [
    "you",
    "title",
    "mission",
    "impact",
    "partners",
    "principles",
    "service-areas",
    "target-date",
    "open-to-others",
    "approver",
    "decision",
    "consents",
]
PRINCIPLES = [
    "Design services around the people who use them",
    "Fix the plumbing",
    "Share information safely and build trust",
    "Lead in a digital age",
    "Work in the open",
]


class Officer(Visitor):
    def __init__(self, world, council, name="Sam Officer", email="", answers=None, **options):
        super().__init__(world, name=name, email=email or council.address(name), **options)
        self.council = council
        approver = council.address("Chris Chief")
        self.answers = answers or Answers(approver_email=approver)

    # Signing in.

    def types_the_address(self, email):
        self.hands.type("What is your work email address?", email)
        self.presses("Send code")

    def types_the_code(self, code):
        self.hands.type("Enter the 6-digit code", code)
        self.presses("Continue")

    def asks_for_a_code(self):
        self.types_the_address(self.email)
        self.sees_heading("Check your email")

    def enters_the_code(self):
        code = CODE.search(self.receives("Your code to sign in").text).group(1)
        self.types_the_code(code)

    def signs_in(self, path="/dashboard/"):
        self.goes_to(path)
        self.asks_for_a_code()
        self.enters_the_code()

    def starts_from_the_home_page(self):
        self.goes_to("/")
        self.goes_to("/sign/")
        self.presses("Start now")
        self.asks_for_a_code()
        self.enters_the_code()

    # Choosing the organisation.

    def chooses_the_council(self):
        self.sees_heading("Do you work for this organisation?")
        self.hands.choose(self.council.name)
        self.presses("Continue")
        self.begins()

    def begins(self):
        """Confirm on the organisation's page that the sign-up is for it."""
        self.presses("Continue")
        self.notes_the_reference()

    def notes_the_reference(self):
        self.reference = re.search(r"LDD-\w{4}-\w{4}", self.page.url).group(0)

    def searches_for(self, name):
        self.hands.type("Name of your organisation", name)
        self.presses("Search")

    def types_and_picks_the_suggestion(self, name):
        box = self.page.get_by_role("combobox", name="Name of your organisation")
        box.press_sequentially(name[:-2])
        self.page.get_by_role("option", name=name).wait_for()
        self.looks_at_the_page_again()
        self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")
        self.presses("Search")

    def proposes_the_organisation(self, kind, nation):
        self.follows("My organisation is not listed")
        self.presses("Continue")
        self.sees_error(
            "Enter the name of the organisation",
            "Select what kind of organisation it is",
            "Select the nation it is in",
        )
        self.hands.type("Name of the organisation", self.council.name)
        self.hands.choose(kind)
        self.hands.choose(nation)
        self.presses("Continue")

    # Where a journey may begin.

    def has_begun(self):
        """Signed in, with the first question before them."""
        self._has("begun", name=None, answers=None)
        self.goes_on()

    def has_answered_everything(self):
        self._has("answered")
        self.goes_on()
        self.sees_heading("Check your answers")

    def has_sent_a_commitment(self):
        self._has("sent")
        self.receives("We have your sign-up")

    def has_an_accepted_commitment(self):
        self._has("accepted")

    def has_signed(self):
        self._has("signed")

    def _has(self, beginning, **differences):
        names = {
            "email": self.email,
            "slug": self.council.slug,
            "name": self.name,
            "answers": asdict(self.answers),
            **differences,
        }
        start = self.world.inside.do(
            beginning, **{name: value for name, value in names.items() if value is not None}
        )
        self.reference = start["reference"]
        session = {"name": "session", "value": start["session"], "url": self.stack.url}
        self.context.add_cookies([session])

    # Answering.

    def goes_to_question(self, slug, change=False):
        self.goes_to(f"/sign/{self.reference}/{slug}/{'?change' if change else ''}")

    @property
    def question(self):
        return self.path.partition("?")[0].strip("/").rpartition("/")[2]

    def fills_in_the_question(self):
        """Fill the question on the page in, whichever it is."""
        answers, hands = self.answers, self.hands
        match self.question:
            case "you":
                self.types(full_name=self.name, job_title=answers.job_title)
            case "title":
                hands.type("What is your commitment, in a few words?", answers.title)
            case "mission":
                hands.type("What will you deliver within a year, and how?", answers.mission)
            case "impact":
                hands.type("Who will benefit, and how will you know?", answers.impact)
            case "partners":
                hands.type("Who are your partners? (optional)", answers.partners)
            case "principles":
                hands.tick(PRINCIPLES[answers.principle])
            case "service-areas":
                hands.tick(answers.service_area)
            case "target-date":
                self.types(day="31", month="3", year=str(answers.target_year))
            case "open-to-others":
                hands.choose("Yes")
            case "approver":
                self.names_the_approver()
            case "consents":
                if answers.may_publish_name:
                    hands.tick("You may publish the name of the person who signs")

    def names_the_approver(self):
        answers, hands = self.answers, self.hands
        if answers.officer_signs:
            hands.choose("I will sign")
        else:
            hands.choose("Somebody else will sign")
            hands.type("Their full name", answers.approver_name)
            hands.type("Their job title", answers.approver_job_title)
            hands.type("Their work email address", answers.approver_email)
        hands.choose(answers.capacity)

    def saves(self):
        self.presses("Save and continue")

    def answers_until(self, slug):
        """Answer question after question until this one is on the page; «check» is the last page."""
        for _ in QUESTIONS:
            if self.question == slug:
                return
            self.fills_in_the_question()
            self.saves()
        assert self.question == slug, self.page.url

    def goes_on_with_the_draft_of(self, colleague):
        """Go on with what somebody of the same council has begun, after one question about oneself."""
        self.reference = colleague.reference
        self.goes_to("/sign/organisation/")
        self.chooses_the_council()
        assert self.reference == colleague.reference
        assert self.question == "you"
        self.fills_in_the_question()
        self.saves()
        self.goes_on()

    def goes_on(self):
        """Open the next question without an answer, or the page that shows them all."""
        self.goes_to(f"/sign/{self.reference}/")

    def asks_for_the_newsletter_too(self):
        self.goes_to_question("consents", change=True)
        box = self.page.get_by_label("Send me the Local Digital newsletter.")
        assert not box.is_checked()
        box.check()
        self.presses("Save changes")
        self.sees("Send you the newsletter Yes")

    def sends_it(self):
        self.presses("Send for review")

    def sends_it_and_counts_the_seconds(self):
        began = time.monotonic()
        self.hands.press("Send for review")
        seconds = time.monotonic() - began
        self.looks_at_the_page()
        return seconds

    def changes(self, slug, label, text):
        """Change one text answer from the page that shows them all."""
        self.goes_to_question(slug, change=True)
        self.hands.type(label, text)
        self.presses("Save changes")
        self.sees_heading("Check your answers")

    # The dashboard.

    def opens_the_dashboard(self):
        self.goes_to("/dashboard/")

    def asks_what_we_hold(self):
        self.opens_the_dashboard()
        self.follows("What we hold about you")
        self.sees_heading("What we hold about you")

    def withdraws(self):
        self.opens_the_dashboard()
        self.follows(f"Withdraw {self.council.name}")
        self.sees_heading("Do you want to withdraw?")
        self.presses("Withdraw")
        self.sees("It is withdrawn.")

    def corrects_the_approver(self, name, email):
        self.opens_the_dashboard()
        self.follows("Change the approver or their address")
        self.types(full_name=name, job_title="Leader of the council", work_email_address=email)
        self.hands.choose("Leader or elected mayor")
        self.presses("Save and ask them to sign")

    def starts_again(self):
        self.presses("Start again from this text")
        self.notes_the_reference()

    # What befalls them.

    def waited_two_hours_for_the_approver(self):
        self.world.inside.do("two_hours_passed_since_the_approver_was_asked", reference=self.reference)

    def is_idle_until_the_session_ends(self):
        [key] = [cookie["value"] for cookie in self.context.cookies() if cookie["name"] == "session"]
        self.world.inside.do("a_day_passed_without_a_click", session=key)
