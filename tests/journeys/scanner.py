"""A mail scanner of a council's gateway, which opens every link before the person does."""

import html
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.journeys.visitors import links_in

TIMES = 3
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) gateway link protection"


class MailScanner:
    def __init__(self, stack):
        self.stack = stack
        self.opened = []

    def opens_every_link(self, *people):
        """GET and HEAD every link of every mail these people got, several times, text and HTML."""
        for person in people:
            for mail in self.stack.mails(to=person.email):
                for link in dict.fromkeys(links_in(mail.text) + links_in(html.unescape(mail.html))):
                    for method in ["GET", "HEAD"] * TIMES:
                        self._open(link, method)

    def _open(self, link, method):
        assert link.startswith(self.stack.url), link
        try:
            with urlopen(Request(link, method=method, headers={"User-Agent": AGENT}), timeout=20) as answer:
                status = answer.status
        except HTTPError as error:
            status = error.code
        assert status < 500, (link, method, status)
        self.opened.append(link)
