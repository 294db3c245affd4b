"""Somebody of the public, who never signs in."""

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

    def has_no_cookie(self):
        assert self.context.cookies() == []
