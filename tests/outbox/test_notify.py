"""The GOV.UK Notify transport against a stand-in that speaks its protocol."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from declaration.outbox import delivery, sweeping
from declaration.outbox.models import Email
from declaration.outbox.transports.answers import Never, TryLater
from declaration.outbox.transports.notify import NotifyTransport
from tests.outbox.notify_stand_in import KEY, TEMPLATE, NotifyStandIn
from tests.programs import LOOPBACK, free_port


@pytest.fixture
def notify():
    with NotifyStandIn() as server:
        yield server


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


@pytest.mark.parametrize(
    ("wrong", "code", "words", "for_all"),
    [
        ({"api_key": f"a_key-{uuid.uuid4()}-{uuid.uuid4()}"}, "403", "API key not found", True),
        ({"template_id": str(uuid.uuid4())}, "400", "Template not found", False),
    ],
)
def test_says_what_notify_has_against_our_settings(notify, wrong, code, words, for_all):
    given = {"api_key": KEY, "template_id": TEMPLATE, "base_url": notify.url, "timeout": 2.0}
    transport = NotifyTransport(**{**given, **wrong})
    with pytest.raises(TryLater if for_all else Never) as answer:
        transport.send(mail())
    transport.close()
    assert (answer.value.code, words in answer.value.words) == (code, True)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"to": "nobody"}, "email_address Not a valid email address"),
        ({"text": "x" * 2_000_000}, "Emails cannot be longer than 2000000 bytes."),
    ],
)
def test_gives_up_on_an_email_that_notify_never_takes(notify, transport, wrong, words):
    row = mail()
    for name, value in wrong.items():
        setattr(row, name, value)
    with pytest.raises(Never) as answer:
        transport.send(row)
    assert words in answer.value.words


def test_finds_the_newest_sending_and_not_the_one_before(notify, transport):
    row = mail()
    assert transport.find(row) is None
    row.provider_reference = transport.send(row)
    assert transport.find(row) is None, "it was sent again, and that is all Notify has"
    again = transport.send(row)
    assert transport.find(row) == again != row.provider_reference
