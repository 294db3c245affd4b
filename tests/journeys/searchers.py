"""Somebody of the public who looks through the list of signatories, and a program that follows its feed."""

import xml.etree.ElementTree as ET

from tests.journeys.public import Public

ATOM = {"a": "http://www.w3.org/2005/Atom"}


class Searcher(Public):
    def looks_for(self, words):
        self.goes_to("/signatories/")
        self.hands.type("Search names and commitments", words)
        self.presses("Search")

    def filters_by(self, *choices):
        """Tick choices whatever number stands behind them, and apply them."""
        for choice in choices:
            self.page.locator(f"label:has-text('{choice} (')").first.click()
        self.page.get_by_role("button", name="Apply filters").first.click()
        self.looks_at_the_page()

    def takes_back(self, choice):
        self.page.locator(".service-chosen").get_by_role("link", name=choice).click()
        self.looks_at_the_page()

    def turns_to_the_next_page(self):
        self.page.get_by_role("link", name="Next").click()
        self.looks_at_the_page()

    def goes_back(self):
        self.page.go_back()
        self.looks_at_the_page()

    @property
    def names(self):
        return self.page.locator(".service-results h2").all_inner_texts()

    def reads_the_feed(self, address):
        """Return title and id of every entry, page after page."""
        entries, following = [], self.stack.url + address
        while following:
            feed = ET.fromstring(self.context.request.get(following).body())
            entries += [
                (entry.findtext("a:title", namespaces=ATOM), entry.findtext("a:id", namespaces=ATOM))
                for entry in feed.findall("a:entry", ATOM)
            ]
            link = feed.find("a:link[@rel='next']", ATOM)
            following = link.get("href") if link is not None else None
        return entries
