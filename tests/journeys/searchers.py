"""Somebody of the public who looks through the list of signatories, and a program that follows its feed."""

import threading
import xml.etree.ElementTree as ET

import requests

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


class Follower:
    """A program that asks for what changed again and again, a little at a time, while people go about."""

    def __init__(self, world):
        self.address = f"{world.stack.url}/api/v1"
        self.session = requests.Session()
        self.session.trust_env = False
        self.begun = self.next = self._ask("/")["newest_change"]
        self.told = []
        self._is_over = threading.Event()

    def __enter__(self):
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()
        return self

    def __exit__(self, *error):
        """Ask until there is nothing more after everything has happened."""
        self._is_over.set()
        self._thread.join()

    def _follow(self):
        while True:
            is_last = self._is_over.wait(0.05)
            answer = self._ask(f"/changes/?since={self.next}&limit=1")
            self.told += answer["changes"]
            self.next = answer["next"]
            if is_last and not answer["has_more"]:
                return

    def _ask(self, path):
        answer = self.session.get(self.address + path, timeout=60)
        assert answer.status_code == 200
        return answer.json()

    def reads_everything_again(self):
        """Return what one question after the other brings to somebody who asks once, in the end."""
        return self._ask(f"/changes/?since={self.begun}&limit=1000")["changes"]

    def reads_about(self, change):
        """Return the organisation that a change names, as it is now."""
        answer = self.session.get(change["api_url"], timeout=60)
        assert answer.status_code == 200
        return answer.json()
