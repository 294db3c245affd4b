"""Somebody who reads the register's numbers, or asks about a list of organisations."""

import csv
import io

from tests.browser import assert_fits
from tests.journeys.public import Public


class Reader(Public):
    def skips_the_map(self):
        self.hands._reach(self.page.get_by_role("link", name="Skip the map"))
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**#councils")

    def sees_the_numbers_on_paper(self):
        """A sheet of A4 has the map and the tables as tables, and nothing to press or fill in."""
        self.page.emulate_media(media="print")
        self.page.set_viewport_size({"width": 680, "height": 960})
        table = self.page.locator("#councils ~ table").first
        assert table.evaluate("(one) => getComputedStyle(one).display") == "table"
        assert self.page.get_by_role("group", name="Map of councils").is_visible()
        assert not [one for one in self.page.locator("form, button, select").all() if one.is_visible()]

    def sees_the_growth_in_colours_of_their_own(self):
        """Look at the chart with the system's contrast colours: its words are in them, not black on black."""
        self.page.emulate_media(forced_colors="active", color_scheme="dark")
        words = self.page.locator(".service-chart text").first
        axis = self.page.locator(".service-chart path")
        assert words.evaluate("(one) => getComputedStyle(one).fill") == "rgb(255, 255, 255)"
        assert axis.evaluate("(one) => getComputedStyle(one).stroke") == "rgb(255, 255, 255)"
        self.page.emulate_media(forced_colors="none", color_scheme="light")

    def fits_a_screen_of(self, width):
        assert_fits(self.page, width)

    def opens_a_council_of_the_map(self, name):
        """Find a hexagon by the words that a screen reader says, and open it."""
        hexagon = self.page.get_by_role("group", name="Map of councils").get_by_role("link", name=name)
        with self.page.expect_navigation():
            self.hands._reach(hexagon)
            self.page.keyboard.press("Enter")
        self.looks_at_the_page()

    def asks_who_had_signed(self, names, *, day, month, year):
        self.goes_to("/check/")
        self.hands.type("Organisations", "\n".join(names))
        self._types_a_date(day, month, year)
        self.presses("Check")

    def uploads(self, names, *, day, month, year, answer="On a page"):
        self.goes_to("/check/")
        self.follows("paste a long list or upload a CSV file")
        table = io.StringIO()
        csv.writer(table).writerows([["Council"], *([name] for name in names)])
        file = {"name": "list.csv", "mimeType": "text/csv", "buffer": table.getvalue().encode("cp1252")}
        self.page.get_by_label("Upload your list").set_input_files(file)
        self._types_a_date(day, month, year)
        self.hands.choose(answer)
        self.presses("Check the list")

    def _types_a_date(self, day, month, year):
        for label, value in (("Day", day), ("Month", month), ("Year", year)):
            self.hands.type(label, str(value))

    @property
    def answers(self):
        """Return what each row of the answers says, by what was asked for."""
        rows = self.page.locator(".service-answers tbody tr")
        return {row.locator("th").inner_text(): row.locator(".govuk-tag").inner_text() for row in rows.all()}
