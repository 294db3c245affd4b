"""What every page must be, checked once for every state in which a journey reaches it."""

import re
from hashlib import sha256
from urllib.parse import urlsplit

from tests.browser import assert_accessible, assert_fits
from tests.html import assert_good_page, assert_valid_html
from tests.made_once import is_first

PHONE = {"width": 375, "height": 812}
# The parts of an address that differ from one record to the next.
RECORDS = [
    (r"LDD-\w{4}-\w{4}", "*"),
    (r"/approve/[^/]+", "/approve/*"),
    (r"/newsletter/(confirm|choices|leave|address)/[^/]{20,}", r"/newsletter/\1/*"),
    (r"/newsletter/issues/[^/]+/$", "/newsletter/issues/*/"),
    (r"/signatories/[^/.]+/$", "/signatories/*/"),
    (r"/sign/organisation/(?!search|not-listed)[^/]+/", "/sign/organisation/*/"),
    (r"/\d+/", "/*/"),
]
SHAPE = re.compile(r"<(\w+)(?:[^>]*? class=\"([^\"]*)\")?")


class PageChecks:
    """Remembers the states that were seen, so that a whole run, in all its processes, looks at each once."""

    def check(self, page, html, *, scripts=True):
        """Fail unless the page is valid HTML, accessible on a desktop and a phone, and fits 320 pixels."""
        path = urlsplit(page.url).path
        for pattern, star in RECORDS:
            path = re.sub(pattern, star, path)
        state = (path, scripts, sorted(set(SHAPE.findall(html))))
        if not is_first(f"page {sha256(repr(state).encode()).hexdigest()}"):
            return
        if path.startswith("/admin/"):
            assert_valid_html(html)
        else:
            assert_good_page(html)
        if not scripts:
            return  # axe is a script; the same page is looked at where scripts run
        self.check_again(page)

    def check_again(self, page):
        """Look at a page that scripts have changed."""
        desktop = page.viewport_size
        assert_accessible(page)
        page.set_viewport_size(PHONE)
        assert_accessible(page)
        page.set_viewport_size(desktop)
        assert_fits(page)
