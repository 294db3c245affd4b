"""Somebody of the public, who never signs in."""

import csv
import io

from tests.journeys.visitors import Visitor


class Public(Visitor):
    def __init__(self, world, **options):
        super().__init__(world, **options)
        # Comes for the first time at each visit: a browser may show a page again for half a minute.
        session = self.context.new_cdp_session(self.page)
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def finds_on_the_list(self, council):
        self.goes_to("/signatories/")
        self.hands.type("Search names and commitments", council.name)
        self.presses("Search")
        self.sees("1 of")
        self.follows(council.name)
        self.sees_heading(council.name)

    def does_not_find_on_the_list(self, council):
        self.goes_to(f"/signatories/?q={council.name.replace(' ', '+').replace('&', '%26')}")
        self.sees("0 of")

    def sees_that_it_has_not_signed(self, council):
        self.goes_to(f"/signatories/{council.slug}/")
        self.sees(f"{council.name} has not signed the Declaration.")

    def opens_the_page_of(self, council):
        self.goes_to(f"/signatories/{council.slug}/")
        self.sees_heading(council.name)

    def prints_the_page(self):
        """Return what the printer would get, as a PDF."""
        return self.page.pdf(prefer_css_page_size=True)

    def downloads(self, link):
        """Return the file behind a link."""
        address = self.hands.link(link).get_attribute("href")
        response = self.context.request.get(self.stack.url + address)
        assert response.ok, (address, response.status)
        return response.body()

    def reads_the_file_about(self, council):
        """Return the lines of the CSV about one council."""
        response = self.context.request.get(f"{self.stack.url}/signatories.csv")
        assert response.ok, response.status
        lines = csv.DictReader(io.StringIO(response.text()))
        return [line for line in lines if line["slug"] == council.slug]

    def sees_a_picture_that_says(self, words):
        picture = self.page.locator("main img")
        assert words in picture.get_attribute("alt")
        assert picture.evaluate("(one) => one.complete && one.naturalWidth") == 320

    def sees_the_badge_on_another_website(self, html):
        """The badge shows on a page of another origin that asks for resources that say it may."""
        other, elsewhere = self.context.new_page(), self.stack.url.replace("localhost", "127.0.0.1")
        # The page is not really fetched from there, which Chromium would take for the wide world.
        self.context.grant_permissions(["local-network-access"], origin=elsewhere)
        strict = {"Cross-Origin-Embedder-Policy": "require-corp", "Content-Type": "text/html"}
        other.route(f"{elsewhere}/", lambda route: route.fulfill(body=html, headers=strict))
        other.goto(f"{elsewhere}/")
        assert other.locator("img").evaluate("(one) => one.complete && one.naturalWidth") == 320
        other.close()

    def sees_that_it_has_withdrawn(self, council):
        self.goes_to(f"/signatories/{council.slug}/")
        self.sees(f"{council.name} no longer signs the Declaration.", "and withdrew on")

    def has_no_cookie(self):
        assert self.context.cookies() == []
