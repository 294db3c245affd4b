"""nginx in front: keeps what may be kept, and lets nothing through that the web servers should not see."""

import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings

from tests.deployment.asking import ask
from tests.programs import Program, find_program, free_port, wait_until

PAGES = {
    "/public": {"Cache-Control": "public, max-age=60"},
    "/stale": {"Cache-Control": "public, max-age=1"},
    "/shared": {"Cache-Control": "public, max-age=0, s-maxage=30, stale-while-revalidate=30"},
    "/private": {"Cache-Control": "no-store"},
    "/unsaid": {},
    "/cookie": {"Cache-Control": "public, max-age=60", "Set-Cookie": "session=1"},
}
BUFFERS = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]


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
    program = find_program("nginx")
    port = free_port()
    text = (settings.BASE_DIR / "config/nginx.conf").read_text()
    for container, here in {
        "web:8000": f"127.0.0.1:{upstream.server_port}",
        "listen 8080": f"listen 127.0.0.1:{port}",
        "/var/cache/nginx": str(tmp_path / "cache"),
        "/tmp/nginx.pid": str(tmp_path / "pid"),
        "http {": "http {\n" + "".join(f"{kind}_temp_path {tmp_path / kind};" for kind in BUFFERS),
    }.items():
        assert container in text
        text = text.replace(container, here)
    (tmp_path / "nginx.conf").write_text(text)
    # nginx started by root gives up its rights, and with them the sight of this folder.
    as_root = ["-g", "user root;"] if os.geteuid() == 0 else []
    command = [program, "-p", tmp_path, "-c", tmp_path / "nginx.conf", *as_root]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert (tested.returncode, "[warn]" in tested.stderr) == (0, False), tested.stderr
    command[-1:] = [f"{command[-1]} daemon off;"] if as_root else [command[-1], "-g", "daemon off;"]
    server = Program(command, tmp_path / "log")
    try:
        wait_until(lambda: ask(port, "/unsaid"), what="nginx")
        upstream.asked.clear()
        yield port
    finally:
        server.kill()


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
