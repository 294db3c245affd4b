"""Requests that no browser sends, at the real server: refused in under a second, and never a 500."""

import socket
import time

import pytest
import requests

from tests.servers import Stack

TOO_LONG = 1.0
ADDRESSES = [
    "/",
    "/signatories/",
    "/declaration/",
    "/sign/",
    "/dashboard/",
    "/account/login/code/",
    "/admin/",
]


@pytest.fixture(scope="module")
def stack():
    with Stack("sqlite", worker=False) as running:
        running.manage("load_reference")
        # The first answers of a new process load what later ones share.
        for address in ADDRESSES:
            requests.get(running.url + address, timeout=20)
        yield running


def answer(stack, method, address, **options):
    """Make a request and return its answer; once more when it was slow, in case the machine was busy."""
    for _ in range(3):
        began = time.monotonic()
        response = requests.request(method, stack.url + address, timeout=20, allow_redirects=False, **options)
        response.seconds = time.monotonic() - began
        if response.seconds < TOO_LONG:
            break
    return response


def assert_refused(response, *statuses):
    assert response.status_code in (statuses or range(400, 500))
    assert response.seconds < TOO_LONG
    assert "Traceback" not in response.text


def raw(stack, request, seconds=5):
    """Send bytes and return what comes back until the server closes or falls silent."""
    with socket.create_connection(("127.0.0.1", stack.port), timeout=seconds) as connection:
        connection.sendall(request)
        received = b""
        try:
            while part := connection.recv(65536):
                received += part
        except TimeoutError:
            pass
    return received


def status_of(received):
    return int(received.split(b" ", 2)[1])


@pytest.mark.parametrize(
    "address", ["/account/login/code/", "/sign/x/title/", "/approve/x/", "/signatories/"]
)
def test_post_of_ten_megabytes_is_refused(address, stack):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert_refused(answer(stack, "POST", address, data=b"email=" + b"a" * 10_000_000, headers=form))


def test_post_of_ten_megabytes_without_an_end_is_refused(stack):
    parts = (b"a" * 100_000 for _ in range(100))
    assert_refused(answer(stack, "POST", "/account/login/code/", data=parts))


def test_post_of_ten_thousand_fields_is_refused(stack):
    fields = {f"field{n}": "x" for n in range(10_000)}
    assert_refused(answer(stack, "POST", "/account/login/code/", data=fields))


def test_query_of_a_thousand_fields_is_refused(stack):
    query = "&".join(f"a{n}=1" for n in range(600))
    assert_refused(answer(stack, "GET", f"/signatories/?{query}"))


def test_upload_of_many_files_is_refused(stack):
    files = [(f"file{n}", (f"{n}.txt", b"x")) for n in range(500)]
    assert_refused(answer(stack, "POST", "/account/login/code/", files=files))


BODIES = {
    "no encoding there is": ("application/x-www-form-urlencoded; charset=dragon", b"email=x"),
    "UTF-16": ("application/x-www-form-urlencoded; charset=utf-16", "email=x".encode("utf-16")),
    "broken UTF-8": ("application/x-www-form-urlencoded", b"email=\xff\xfe\xc3\x28"),
    "a NUL": ("application/x-www-form-urlencoded", b"email=%00"),
    "JSON": ("application/json", b'{"email": "x"}'),
    "XML": ("text/xml", b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>"),
    "multipart without a boundary": ("multipart/form-data", b"x"),
    "multipart that ends early": (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data",
    ),
    "multipart with a broken length": ("multipart/form-data; boundary=" + "x" * 300, b"--x"),
}


@pytest.mark.parametrize(("kind", "body"), BODIES.values(), ids=BODIES)
def test_post_in_a_strange_encoding_is_refused(kind, body, stack):
    assert_refused(answer(stack, "POST", "/account/login/code/", data=body, headers={"Content-Type": kind}))


@pytest.mark.parametrize(
    "method", ["TRACE", "TRACK", "CONNECT", "DEBUG", "PROPFIND", "PUT", "DELETE", "PATCH"]
)
@pytest.mark.parametrize("address", ADDRESSES)
def test_method_that_no_page_has_is_refused(method, address, stack):
    response = answer(stack, method, address, headers={"X-Secret": "echo-me"})
    assert response.status_code == 405
    assert "echo-me" not in response.text


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_answers_as_get_does_without_a_body(address, stack):
    got, head = answer(stack, "GET", address), answer(stack, "HEAD", address)
    assert head.status_code == got.status_code
    assert head.content == b""


@pytest.mark.parametrize(
    "address", ["/", "/nothing/", "/check/?who=Camden&on=2024-03-31", "/signatories.csv"]
)
def test_nobody_is_warned_of_a_head(address, stack):
    """A link checker that asks for heads alone must not fill the log: the server warns of bodies it drops."""
    plain = {"Accept-Encoding": "identity"}
    head, got = (answer(stack, method, address, headers=plain) for method in ("HEAD", "GET"))
    assert head.headers.get("Content-Length") in {None, str(len(got.content))}
    assert "no-body" not in stack.web.log.read_text()


def test_headers_of_a_hundred_kilobytes_are_refused(stack):
    assert_refused(answer(stack, "GET", "/", headers={"X-Long": "a" * 100_000}))


def test_ten_thousand_headers_are_refused(stack):
    lines = b"".join(b"X-%d: 1\r\n" % n for n in range(10_000))
    assert 400 <= status_of(raw(stack, b"GET / HTTP/1.1\r\nHost: localhost\r\n" + lines + b"\r\n")) < 500


def test_address_of_a_hundred_kilobytes_is_refused(stack):
    assert_refused(answer(stack, "GET", f"/signatories/?q={'a' * 100_000}"))


def test_cookie_of_nonsense_is_ignored(stack):
    cookie = "session=" + "%00;" * 200 + "session=\xff\xfe; csrf=" + "a" * 3000
    response = answer(stack, "GET", "/dashboard/", headers={"Cookie": cookie.encode("latin-1")})
    assert response.status_code in {302, 400}


HOSTS = ["evil.example", "localhost.evil.example", "localhost@evil.example", "", "a b", "localhost:99999999"]


@pytest.mark.parametrize("host", HOSTS)
def test_host_that_is_not_ours_is_refused(host, stack):
    request = f"GET /sign/organisation/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    received = raw(stack, request.encode())
    assert status_of(received) in {302, 400}
    head = received.partition(b"\r\n\r\n")[0]
    assert b"evil.example" not in head


def test_forwarded_host_and_address_are_not_believed(stack):
    headers = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example",
    }
    response = answer(stack, "GET", "/sign/organisation/", headers=headers)
    assert response.headers["Location"].startswith("/account/login/")
    assert "evil.example" not in response.text


SMUGGLED = {
    "two lengths": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n",
    "a length and chunks": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a negative length": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n folded\r\n\r\n",
    "a space in a name": b"GET / HTTP/1.1\r\nHost: localhost\r\nX A: 1\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", SMUGGLED.values(), ids=SMUGGLED)
def test_request_that_two_servers_could_read_differently_is_refused(request_bytes, stack):
    received = raw(stack, request_bytes, seconds=3)
    assert received == b"" or 400 <= status_of(received) < 502
    assert status_of(received) != 500 if received else True


def test_service_answers_as_before_after_all_of_this(stack):
    assert answer(stack, "GET", "/health/ready").json()["ready"] is True
    assert answer(stack, "GET", "/signatories/").seconds < TOO_LONG
    errors = [line for line in stack.web.log.read_text().splitlines() if "Internal Server Error" in line]
    assert errors == []
