"""Many emails at the same time, each on a line of its own, against mail servers that misbehave."""

import contextlib
import socket
import socketserver
import threading
import time

import pytest

from declaration.outbox.models import Email
from declaration.outbox.transports import smtp_lines
from declaration.outbox.transports.answers import Never, TryLater
from declaration.outbox.transports.smtp import SMTPTransport
from tests.programs import LOOPBACK, smtp_sink
from tests.recording_smtp import RecordingSMTP


def mails(number):
    words = {"subject": "Hello", "text": "Hello\n", "html": "<p>Hello</p>\n"}
    return [Email(to=f"p{one}@example.gov.uk", **words) for one in range(number)]


@pytest.fixture
def server():
    with RecordingSMTP() as server:
        yield server


@pytest.fixture
def transport(server):
    transport = SMTPTransport(host=LOOPBACK, port=server.port, timeout=1)
    yield transport
    transport.close()


def answers(transport, emails, first=0):
    return {email.to[:2]: answer for email, answer in transport.send_together(emails, first)}


def said(answer):
    if isinstance(answer, TryLater):
        return answer.code, answer.for_all, answer.maybe_accepted
    return answer.code if isinstance(answer, Never) else answer


def test_tells_each_email_what_became_of_it(server, transport):
    told = {
        "p0": "accept",
        "p1": "451",
        "p2": "550",
        "p3": "451 data",
        "p4": "550 data",
        "p5": "close after data",
    }
    server.behaviour = lambda address: told[address[:2]]
    found = {name: said(answer) for name, answer in answers(transport, mails(6)).items()}
    ok = "2.0.0 Ok: queued as 4711"
    later, lost = ("451", False, False), ("no-answer", True, True)
    assert found == {"p0": ok, "p1": later, "p2": "550", "p3": later, "p4": "550", "p5": lost}
    server.behaviour = "accept"
    assert set(answers(transport, mails(6)).values()) == {ok}
    assert len(server.mails) == 8


def test_keeps_two_halves_of_its_lines_apart(server, transport):
    answers(transport, mails(2), 0)
    answers(transport, mails(2), 8)
    assert [place for place, line in enumerate(transport._lines._lines) if line] == [0, 1, 8, 9]


def test_waits_once_for_a_server_that_hangs(server, transport):
    """Sixteen waits, one after the other, would outlast the lease."""
    answers(transport, mails(8))
    lines = list(transport._lines._lines)
    server.behaviour = "hang"
    found = answers(transport, mails(8))
    assert {said(answer) for answer in found.values()} == {("no-answer", True, True)}
    assert sum(line.is_late for line in lines if line) == 7
    server.behaviour = "accept"
    assert {said(answer) for answer in answers(transport, mails(8)).values()} == {"2.0.0 Ok: queued as 4711"}


@pytest.mark.parametrize("words", [b"", b"421 4.4.2 I have waited long enough\r\n"])
def test_begins_anew_when_the_server_hung_up_since(server, transport, words):
    answers(transport, mails(3))
    for behaviour, found in (("accept", "2.0.0 Ok: queued as 4711"), ("550", "550")):
        server.behaviour = behaviour
        server.hang_up(words)
        assert {said(answer) for answer in answers(transport, mails(3)).values()} == {found}
    # One that hangs up on every email is in trouble, which nobody asks about twice.
    server.behaviour = "close before data"
    assert {said(answer) for answer in answers(transport, mails(3)).values()} == {
        ("disconnected", True, False)
    }
    assert len(server.mails) == 6


def test_does_not_trust_idle_lines(server, transport):
    answers(transport, mails(2))
    before = transport._lines._lines[:2]
    before[1].used_at -= smtp_lines.IDLE_SECONDS + 1
    answers(transport, mails(2))
    after = transport._lines._lines[:2]
    assert [one is other for one, other in zip(before, after, strict=True)] == [True, False]


def test_begins_anew_on_many_lines_at_once():
    with smtp_sink() as sink:
        transport = SMTPTransport(host=LOOPBACK, port=sink.port, timeout=2)
        answers(transport, mails(4))
        for line in transport._lines._lines[:4]:
            line._socket.shutdown(socket.SHUT_RDWR)
        assert all(isinstance(answer, str) for answer in answers(transport, mails(4)).values())
        transport.close()
        assert len(sink.accepted()) == 8


def test_says_all_at_once_where_the_relay_allows_it_and_takes_fresh_lines_now_and_then(monkeypatch):
    monkeypatch.setattr(smtp_lines, "MESSAGES_PER_LINE", 2)
    with smtp_sink() as sink:
        transport = SMTPTransport(host=LOOPBACK, port=sink.port, timeout=2)
        owed = []
        for _ in range(5):
            emails = mails(4)
            owed += [str(email.reference) for email in emails]
            assert all(isinstance(answer, str) for answer in answers(transport, emails).values())
        assert all(line.pipelines for line in transport._lines._lines if line)
        assert transport._lines._lines[0].sent == 1
        transport.close()
        assert sorted(sink.accepted()) == sorted(owed)


class Dripping(socketserver.StreamRequestHandler):
    """Says each answer at once, but one of them in single bytes, none of them late."""

    slow = ""

    def handle(self):
        self.say("greeting", "220 Hello")
        for line in self.rfile:
            word = line.split()[0].decode()
            if word == "DATA":
                self.say("", "354 Go on")
                while self.rfile.readline() != b".\r\n":
                    pass
                self.say("end", "250 2.0.0 Ok: queued as 4711")
            else:
                self.say("", "250 Ok")

    def say(self, name, words):
        with contextlib.suppress(OSError):
            for letter in f"{words}\r\n":
                self.wfile.write(letter.encode())
                time.sleep(0.1 if name == self.slow else 0)


@pytest.mark.parametrize(
    ("slow", "found"), [("greeting", ("timeout", True, False)), ("end", ("no-answer", True, True))]
)
def test_waits_for_a_whole_answer_and_not_for_each_byte_of_it(monkeypatch, slow, found):
    """A sender that listens for longer than its lease sends what another one sends too."""
    monkeypatch.setattr(Dripping, "slow", slow)
    with socketserver.ThreadingTCPServer((LOOPBACK, 0), Dripping) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        transport = SMTPTransport(host=LOOPBACK, port=server.server_address[1], timeout=0.5)
        assert {said(answer) for answer in answers(transport, mails(2)).values()} == {found}
        with pytest.raises(TryLater) as refused:
            transport.send(mails(1)[0])
        assert said(refused.value) == found
        transport.close()
        server.shutdown()
