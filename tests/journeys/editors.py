"""A newsletter editor: writes an issue, looks at it, has it approved, sends it and watches it go."""

import io
import re

from PIL import Image
from playwright.sync_api import expect

from tests.journeys.moderators import Moderator


class Editor(Moderator):
    def uploads_a_picture(self, words):
        """Return the Markdown that shows it."""
        drawn = io.BytesIO()
        Image.new("RGB", (30, 20), "white").save(drawn, "PNG")
        self.goes_to("/admin/newsletter/picture/add/")
        self.presses("Upload")
        self.sees("Choose a picture", "Say what the picture shows")
        file = {"name": "a.png", "mimeType": "image/png", "buffer": drawn.getvalue()}
        self.page.get_by_label("The picture").set_input_files(file)
        self.page.get_by_label("What it shows, for people who cannot see it").fill(words)
        self.presses("Upload")
        return self.page.get_by_label("Copy this into the text of the issue").input_value()

    def writes(self, subject, body):
        """Write an issue; where scripts run, the preview follows by itself."""
        self.goes_to("/admin/newsletter/newsletterissue/add/")
        self.page.get_by_label("Subject:").fill(subject)
        self.page.get_by_label("Slug:").fill(re.sub(r"\W+", "-", subject.lower()))
        self.page.get_by_label("Summary:").fill("What is new")
        self.page.get_by_label("Body:").fill(body)

    def sees_in_the_preview(self, words):
        if not self.scripts:
            self.page.get_by_role("button", name="Show the preview").click()
        preview = self.page.frame_locator("iframe[name=newsletter-preview]")
        preview.get_by_text(words).wait_for()

    def saves_the_issue(self):
        self.presses("Save and continue editing")
        self.number = re.search(r"/(\d+)/change/", self.page.url).group(1)

    def rewrites(self, body):
        self.goes_to(f"/admin/newsletter/newsletterissue/{self.number}/change/")
        self.page.get_by_label("Body:").fill(body)
        self.saves_the_issue()

    def opens_check_and_send(self, number=None):
        self.number = number or self.number
        self.goes_to(f"/admin/newsletter/newsletterissue/{self.number}/sending/")

    def tests_it_on(self, email):
        self.page.get_by_label("Email addresses of colleagues").fill(email)
        self.presses("Send a test")
        self.sees("A test is on its way to 1 of the staff.")

    def approves(self):
        self.presses("Approve these words")
        self.sees("Approved. It can be scheduled now.")

    @property
    def readers(self):
        return int(re.search(r"It goes to (\d+) of", self.text).group(1))

    def schedules_it_for(self, readers):
        self.page.get_by_label("Type the number of readers").fill(str(readers))
        self.page.get_by_role("button", name=re.compile("^Send to")).click()
        self.looks_at_the_page()

    def undoes_it(self):
        self.presses("Take it back")
        self.sees("Taken back. Nothing was sent.")

    def ten_minutes_pass(self):
        self.world.inside.do("ten_minutes_passed_since_it_was_scheduled", number=self.number)

    def sees_it_begin(self):
        self.opens_check_and_send()
        self.sees("How far it is", "Being sent")

    def counts(self):
        """Return how many emails stand where, and check that they sum to all of them."""
        # All at one moment: the page brings itself up to date meanwhile.
        rows = self.page.locator("#progress-now tbody").evaluate(
            "body => [...body.rows].map(row => [...row.cells].map(cell => cell.innerText))"
        )
        found = {name: int(number) for name, number in rows}
        everybody = found.pop("All")
        assert sum(found.values()) == everybody, found
        return found

    def counts_of_all(self):
        return sum(self.counts().values())

    def pauses(self):
        self.presses("Pause")
        self.sees("Paused. Nothing more leaves.")

    def resumes(self):
        self.presses("Resume")
        self.sees("It goes on.")

    def watches_it_end(self, readers):
        """Wait for the page to say so by itself, without a click."""
        now = self.page.locator("#progress-now")
        expect(now).to_contain_text(f"{readers} of {readers} (100 %)")
        expect(now).to_contain_text("Status: Sent")
        if self.scripts:
            self.looks_at_the_page_again()

    def asks_why_not(self, address):
        self.page.get_by_label("Their email address").fill(address)
        self.presses("Look")
