"""A mail scanner of a council's gateway, which opens every link before the person does."""

import html
from http.client import HTTPConnection
from urllib.parse import urlsplit

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
        parts = urlsplit(link)
        connection = HTTPConnection("127.0.0.1", parts.port, timeout=20)
        connection.request(
            method,
            f"{parts.path}?{parts.query}" if parts.query else parts.path,
            headers={"Host": parts.netloc, "User-Agent": AGENT},
        )
        status = connection.getresponse().status
        connection.close()
        assert status < 500, (link, method, status)
        self.opened.append(link)
