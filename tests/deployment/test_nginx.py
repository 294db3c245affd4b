"""nginx in front: keeps what may be kept, and lets nothing through that the web servers should not see."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.deployment.asking import ask
from tests.nginx import nginx_before
from tests.programs import wait_until

PAGES = {
    "/public": {"Cache-Control": "public, max-age=60"},
    "/stale": {"Cache-Control": "public, max-age=1"},
    "/brief": {"Cache-Control": "public, max-age=1, stale-while-revalidate=1"},
    "/shared": {"Cache-Control": "public, max-age=0, s-maxage=30, stale-while-revalidate=30"},
    "/private": {"Cache-Control": "no-store"},
    "/unsaid": {},
    "/cookie": {"Cache-Control": "public, max-age=60", "Set-Cookie": "session=1"},
}


@pytest.fixture
def upstream():
    """Return a web server that counts what reaches it; ``asked`` holds path and headers of each request."""

    class Page(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.server.asked.append((self.path, self.headers))
            self.send_response(200)
            for name, value in PAGES[self.path].items():
                self.send_header(name, value)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"page")

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        server.asked = []
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def nginx(upstream, tmp_path):
    with nginx_before(upstream.server_port, tmp_path) as running:
        upstream.asked.clear()
        yield running.port


def reached(upstream, path):
    return len([asked for asked, _ in upstream.asked if asked == path])


@pytest.mark.parametrize(
    ("path", "times"), [("/public", 1), ("/shared", 1), ("/private", 3), ("/unsaid", 3), ("/cookie", 3)]
)
def test_keep_a_page_only_when_it_says_so(nginx, upstream, path, times):
    answers = [ask(nginx, path) for _ in range(3)]
    assert [(status, body) for status, _, body in answers] == [(200, b"page")] * 3
    assert reached(upstream, path) == times


@pytest.mark.parametrize("cookie", ["__Host-session=abc", "session=abc", "other=1; __Host-session=abc"])
def test_keep_no_page_for_somebody_signed_in(nginx, upstream, cookie):
    for _ in range(3):
        ask(nginx, "/public", headers={"Cookie": cookie})
    ask(nginx, "/public")
    assert reached(upstream, "/public") == 4


def test_show_the_page_kept_when_the_web_servers_are_gone(nginx, upstream):
    ask(nginx, "/stale")
    upstream.shutdown()
    upstream.server_close()
    wait_until(lambda: ask(nginx, "/stale")[1]["X-Cache"] in {"STALE", "UPDATING"})
    assert ask(nginx, "/stale")[::2] == (200, b"page")


def test_show_nothing_older_than_the_page_allows(nginx, upstream):
    ask(nginx, "/brief")
    time.sleep(3.2)
    assert ask(nginx, "/brief")[1]["X-Cache"] in {"EXPIRED", "REVALIDATED"}


def test_refuse_a_body_larger_than_the_service_takes(nginx, upstream):
    assert ask(nginx, "/public", method="POST", body=b"x" * 1_100_000)[0] == 413
    assert upstream.asked == []


def test_refuse_trace(nginx, upstream):
    assert ask(nginx, "/public", method="TRACE")[0] == 405
    assert upstream.asked == []


def test_add_the_address_it_saw_behind_what_the_client_claims(nginx, upstream):
    ask(nginx, "/private", headers={"X-Forwarded-For": "203.0.113.9"})
    assert upstream.asked[0][1]["X-Forwarded-For"] == "203.0.113.9, 127.0.0.1"


def test_pass_on_the_name_that_was_asked_for(nginx, upstream):
    ask(nginx, "/private", host="www.example.gov.uk")
    assert upstream.asked[0][1]["Host"] == "www.example.gov.uk"
