"""The GOV.UK Notify transport against a stand-in that speaks its protocol."""

import json
import threading
import time
import uuid
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone

from declaration.outbox import delivery, sweeping
from declaration.outbox.models import Email
from declaration.outbox.transports.answers import Never, TryLater
from declaration.outbox.transports.notify import NotifyTransport
from tests.programs import LOOPBACK, free_port

KEY = f"a_key-{uuid.uuid4()}-{uuid.uuid4()}"
TEMPLATE = str(uuid.uuid4())


class StandIn(ThreadingHTTPServer):
    """`answer` is a status and an error, or "swallow": taken, but the answer never comes."""

    def __init__(self):
        super().__init__((LOOPBACK, 0), Handler)
        self.answer = None
        self.taken = {}

    @property
    def url(self):
        return f"http://{LOOPBACK}:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.server.answer
        if isinstance(answer, tuple):
            status, error, message = answer
            return self._say(
                status, {"status_code": status, "errors": [{"error": error, "message": message}]}
            )
        self.server.taken[sent["reference"]] = {"id": str(uuid.uuid4()), **sent}
        if answer == "swallow":
            time.sleep(0.6)
            return None
        return self._say(201, {"id": self.server.taken[sent["reference"]]["id"]})

    def do_GET(self):
        [reference] = parse_qs(urlsplit(self.path).query)["reference"]
        found = [self.server.taken[reference]] if reference in self.server.taken else []
        self._say(200, {"notifications": found, "links": {}})

    def _say(self, status, answer):
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def notify():
    server = StandIn()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def transport(notify):
    transport = NotifyTransport(api_key=KEY, template_id=TEMPLATE, base_url=notify.url, timeout=0.3)
    yield transport
    transport.close()


def mail():
    return Email(to="jo@camden.gov.uk", subject="Hello", text="Hello there\n", html="<p>Hello</p>")


def test_sends_our_words_through_the_one_template(notify, transport):
    row = mail()
    provider_reference = transport.send(row)
    taken = notify.taken[str(row.reference)]
    assert provider_reference == taken["id"]
    assert (taken["email_address"], taken["template_id"]) == ("jo@camden.gov.uk", TEMPLATE)
    assert taken["personalisation"] == {"subject": "Hello", "body": "Hello there\n"}


def test_waits_a_minute_when_the_rate_is_exceeded(notify, transport):
    notify.answer = (
        429,
        "RateLimitError",
        "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds",
    )
    with pytest.raises(TryLater) as answer:
        transport.send(mail())
    assert (answer.value.code, answer.value.for_all) == ("429", True)
    assert timedelta(seconds=50) < answer.value.not_before - timezone.now() <= timedelta(minutes=1)


def test_goes_on_the_next_day_when_the_daily_limit_is_reached(notify, transport):
    notify.answer = (429, "TooManyRequestsError", "Exceeded send limits (email: 250000) for today")
    with time_machine.travel("2026-11-21T15:00:00Z", tick=False), pytest.raises(TryLater) as answer:
        transport.send(mail())
    assert answer.value.not_before.isoformat() == "2026-11-22T00:01:00+00:00"


def test_gives_up_on_a_request_notify_calls_bad(notify, transport):
    notify.answer = (400, "ValidationError", "email_address Not a valid email address")
    with pytest.raises(Never) as answer:
        transport.send(mail())
    assert (answer.value.code, answer.value.words) == (
        "400",
        "GOV.UK Notify answered: 400 email_address Not a valid email address",
    )


def test_blames_the_key_and_not_the_email(notify, transport):
    notify.answer = (403, "AuthError", "Invalid token: API key not found")
    with pytest.raises(TryLater) as answer:
        transport.send(mail())
    assert (answer.value.code, answer.value.for_all, answer.value.maybe_accepted) == ("403", True, False)


@pytest.mark.parametrize("answer", [(500, "Exception", "Internal server error"), "swallow"])
def test_admits_not_to_know_after_an_error_or_silence(notify, transport, answer):
    notify.answer = answer
    with pytest.raises(TryLater) as error:
        transport.send(mail())
    assert (error.value.for_all, error.value.maybe_accepted) == (True, True)


def test_knows_that_nothing_was_taken_when_notify_is_unreachable():
    transport = NotifyTransport(
        api_key=KEY, template_id=TEMPLATE, base_url=f"http://{LOOPBACK}:{free_port()}", timeout=0.3
    )
    with pytest.raises(TryLater) as error:
        transport.send(mail())
    assert (error.value.code, error.value.maybe_accepted) == ("connection", False)
    transport.close()


@pytest.mark.django_db
@pytest.mark.parametrize(("answer", "state"), [("swallow", "sent"), ((500, "Exception", "Oh"), "pending")])
def test_settles_a_lost_answer_by_asking_for_our_reference(notify, transport, owe, answer, state):
    notify.answer = answer
    email = owe()
    delivery.send_chunk(transport)
    email.refresh_from_db()
    assert email.state == "uncertain"
    with time_machine.travel(timezone.now() + delivery.ASK_AFTER + timedelta(seconds=1)):
        sweeping.sweep(transport)
    email.refresh_from_db()
    assert email.state == state
    assert len(notify.taken) == (state == "sent")


def test_sends_peoples_own_words_without_markdown(notify, transport):
    row = mail()
    row.text = "# Win\n[click](https://evil.example)\n   ^ now\nA # stays\n"
    transport.send(row)
    [taken] = notify.taken.values()
    assert taken["personalisation"]["body"] == (
        "\u200b# Win\n[click] (https://evil.example)\n   \u200b^ now\nA # stays\n"
    )
