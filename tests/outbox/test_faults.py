"""The real worker against bad mail servers and a broker that comes and goes, on both kinds of stack."""

import uuid

import pytest

from tests.programs import wait_until
from tests.servers import KINDS, Stack

# Eight times as long as the slowest answer that is no fault, because a busy machine adds to it.
SHORT = {"MAIL_TIMEOUT_SECONDS": "2", "MAIL_LEASE_SECONDS": "16"}
OWE = """
import time
from django.db import transaction
from declaration.outbox.queue import queue
started = time.monotonic()
for address in addresses:
    with transaction.atomic():
        queue(to=address, message="sign_in_code", key=address, context={"code": "123456"})
answer = time.monotonic() - started
"""
STATE = 'SELECT state, code, attempts FROM outbox_email WHERE "to" = ?'


@pytest.fixture(scope="module", params=KINDS)
def stack(request):
    with Stack(request.param, web=False, env=SHORT) as stack:
        yield stack


@pytest.fixture
def somebody(stack):
    yield f"{uuid.uuid4().hex[:8]}@example.gov.uk"
    stack.smtp.behaviour = "accept"


def owe(stack, *addresses):
    """Queue one email for each address, and return how many seconds that took."""
    return stack.python(OWE, addresses=addresses)


def wait_for_state(stack, address, *states):
    return wait_until(
        lambda: [row for row in stack.rows(STATE, address) if row[0] in states], what=f"{states} of {address}"
    )[0]


def test_delivers_a_moment_after_the_commit(stack, somebody):
    owe(stack, somebody)
    mail = stack.wait_for_mail(to=somebody)
    assert "123456" in mail.text
    assert "123456" in mail.html
    assert wait_for_state(stack, somebody, "sent") == ("sent", "", 1)


def test_comes_back_after_451(stack, somebody):
    stack.smtp.behaviour = lambda address: "451" if len(tries(stack, somebody)) < 2 else "accept"
    owe(stack, somebody)
    assert wait_for_state(stack, somebody, "sent") == ("sent", "", 2)
    assert len(stack.mails(to=somebody)) == 1


def test_fails_in_words_after_550_and_goes_on_with_others(stack, somebody):
    other = f"other-{somebody}"
    stack.smtp.behaviour = lambda address: "550" if address == somebody else "accept"
    owe(stack, somebody, other)
    stack.wait_for_mail(to=other)
    assert wait_for_state(stack, somebody, "failed") == ("failed", "550", 1)
    [(words,)] = stack.rows('SELECT last_error FROM outbox_email WHERE "to" = ?', somebody)
    assert words == "The mail server answered: 550 5.1.1 No such person here"


def test_repeats_rather_than_loses_when_the_answer_is_swallowed(stack, somebody):
    stack.smtp.behaviour = lambda address: "close after data" if len(tries(stack, somebody)) < 2 else "accept"
    owe(stack, somebody)
    assert wait_for_state(stack, somebody, "sent") == ("sent", "", 2)
    first, second = stack.mails(to=somebody)
    assert first.message["Message-ID"] == second.message["Message-ID"]


def test_gets_over_a_mail_server_that_hangs(stack, somebody):
    stack.smtp.behaviour = lambda address: "hang" if len(tries(stack, somebody)) < 2 else "accept"
    owe(stack, somebody)
    assert wait_for_state(stack, somebody, "sent") == ("sent", "", 2)


def test_gets_over_a_mail_server_that_is_gone(stack, somebody):
    stack.smtp.stop()
    owe(stack, somebody)
    wait_until(lambda: stack.rows(STATE, somebody)[0][1] != "", what="the failed connection")
    stack.smtp.start()
    assert stack.wait_for_mail(to=somebody).to == somebody
    assert len(stack.mails(to=somebody)) == 1


def test_keeps_nobody_waiting_when_the_broker_is_gone(stack, somebody):
    stack.stop_broker()
    try:
        assert owe(stack, somebody) < 2.0
        assert stack.rows(STATE, somebody)[0][0] in {"pending", "sent"}
    finally:
        stack.start_broker()
    assert stack.wait_for_mail(to=somebody, seconds=40).to == somebody


def test_finishes_what_is_in_hand_on_sigterm(stack, somebody):
    addresses = [f"{number}-{somebody}" for number in range(12)]
    stack.smtp.pause = 0.25
    try:
        owe(stack, *addresses)
        wait_until(lambda: stack.mails(to=addresses[0]), what="the first mail")
        assert stack.stop_worker(seconds=10)
    finally:
        stack.smtp.pause = 0
        stack.start_worker()
    for address in addresses:
        stack.wait_for_mail(to=address)
        assert len(stack.mails(to=address)) == 1
        assert wait_for_state(stack, address, "sent")[2] == 1


def tries(stack, address):
    return [tried for tried, _ in stack.smtp.attempts if tried == address]
