"""We ask the public internet alone, at the address that was checked, and wait for nobody for long."""

import http.server
import threading

import pytest

from declaration import internet
from declaration.internet import NoAnswer, NotThere, PublicPages, Refused, follow, is_public


class Book:
    """Names and their addresses, as a resolver would say them."""

    def __init__(self, **names):
        self.names = {name.replace("_", "."): numbers for name, numbers in names.items()}

    def addresses(self, name):
        if name not in self.names:
            raise NotThere(f"There is no {name}.")
        return self.names[name]


@pytest.mark.parametrize(
    "number",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),  # noqa: S104 # to be refused
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "::ffff:10.0.0.1"),
        *("2002:7f00:1::", "ff02::1", "192.0.2.1"),
    ],
)
def test_refuses_what_is_not_public(number):
    assert not is_public(number)
    host = f"[{number}]" if ":" in number else number
    with pytest.raises(Refused):
        PublicPages(Book()).ask(f"http://{host}/")
    with pytest.raises(Refused):
        PublicPages(Book(inner_example=["198.41.0.4", number])).ask("https://inner.example/")


@pytest.mark.parametrize(
    "address",
    [
        *("ftp://a.example/", "file:///etc/passwd", "https://a.example:8443/", "https://me:word@a.example/"),
        *("https:///", "https://a.example:99999/", "javascript:alert(1)"),
    ],
)
def test_refuses_what_is_no_plain_web_address(address):
    with pytest.raises(Refused):
        PublicPages(Book(a_example=["198.41.0.4"])).ask(address)


def test_takes_public_addresses_for_public():
    assert is_public("198.41.0.4") and is_public("2001:500:2::c")


def test_says_that_a_name_is_not_there():
    with pytest.raises(NotThere):
        PublicPages(Book()).ask("https://nobody.example/")


class Web(http.server.BaseHTTPRequestHandler):
    asked = []

    def do_GET(self):
        type(self).asked.append((self.command, self.path, self.headers["Host"]))
        if self.path == "/silent":
            return
        self.send_response(302 if self.path.startswith("/to") else 200)
        if self.path.startswith("/to"):
            self.send_header("Location", self.path.removeprefix("/to="))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"0123456789")

    do_HEAD = do_GET

    def log_message(self, *words):
        """Say nothing."""


@pytest.fixture
def web(monkeypatch):
    """A web server that stands for a public one."""
    server = http.server.HTTPServer(("127.0.0.1", 0), Web)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Web.asked = []
    monkeypatch.setitem(internet._PORTS, "http", server.server_port)
    monkeypatch.setattr(internet, "is_public", lambda number: number == "127.0.0.1")
    yield PublicPages(Book(a_example=["127.0.0.1"], inner_example=["10.0.0.1"]))
    server.shutdown()
    server.server_close()
    thread.join()


def test_asks_the_address_that_was_checked_by_its_name(web):
    answer = web.ask("http://a.example/page?q=1", bytes_at_most=4)
    assert (answer.status, answer.body) == (200, b"0123")
    [(method, path, host)] = Web.asked
    assert (method, path, host.partition(":")[0]) == ("GET", "/page?q=1", "a.example")


def test_follows_a_few_redirects_and_none_inside(web):
    assert follow(web, "http://a.example/to=/there", method="HEAD").status == 200
    with pytest.raises(Refused):
        follow(web, "http://a.example/to=http://inner.example/", method="HEAD")
    asked = len(Web.asked)
    with pytest.raises(Refused):
        follow(web, "http://a.example/to=/to=/to=/to=/to=/to=/x", method="HEAD")
    assert len(Web.asked) - asked == internet.REDIRECTS_AT_MOST + 1


def test_takes_silence_for_no_answer(web):
    with pytest.raises(NoAnswer):
        web.ask("http://a.example/silent")
