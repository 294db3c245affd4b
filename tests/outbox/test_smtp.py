"""The SMTP transport against real mail servers, also bad ones."""

import socket
import ssl

import pytest
import time_machine

from declaration.outbox.models import Email
from declaration.outbox.transports import smtp
from declaration.outbox.transports.answers import Never, TryLater
from declaration.outbox.transports.smtp import SMTPTransport
from tests.programs import LOOPBACK, free_port, smtp_sink
from tests.recording_smtp import RecordingSMTP, self_signed

JO = "jo@camden.gov.uk"


def mail(**circumstances):
    plain = {"to": JO, "subject": "Hello", "text": "Hello\n.\n..dots\n", "html": "<p>Hello</p>\n"}
    return Email(**{**plain, **circumstances})


@pytest.fixture
def server():
    with RecordingSMTP() as server:
        yield server


@pytest.fixture
def transport(server):
    transport = SMTPTransport(host=LOOPBACK, port=server.port, timeout=2)
    yield transport
    transport.close()


def test_hands_an_email_over_unchanged(server, transport):
    row = mail()
    assert transport.send(row) == "2.0.0 Ok: queued as 4711"
    [got] = server.mails
    assert (got.to, got.sender, got.subject) == (JO, "no-reply@localhost", "Hello")
    assert got.text == "Hello\r\n.\r\n..dots\r\n"
    assert got.message["Message-ID"] == f"<{row.reference}@localhost>"
    assert got.message["X-Delivery-ID"] == str(row.reference)


def test_keeps_the_connection_open_and_renews_it_now_and_then(server, transport, monkeypatch):
    monkeypatch.setattr(smtp, "MESSAGES_PER_CONNECTION", 3)
    connections = []
    for _ in range(7):
        transport.send(mail())
        connections.append(transport._connection)
    assert len(server.mails) == 7
    assert len({id(connection) for connection in connections}) == 3


def test_does_not_trust_an_idle_connection(server, transport):
    with time_machine.travel("2026-11-21T12:00:00Z") as clock:
        transport.send(mail())
        server.stop()
        server.start()
        clock.shift(smtp.IDLE_SECONDS + 1)
        transport._used_at -= smtp.IDLE_SECONDS + 1
        transport.send(mail())
    assert len(server.mails) == 2


@pytest.mark.parametrize("words", [b"", b"421 4.4.2 I have waited long enough\r\n"])
def test_begins_anew_when_the_server_hung_up_since(server, transport, words):
    transport.send(mail())
    server.hang_up(words)
    assert transport.send(mail()) == "2.0.0 Ok: queued as 4711"
    server.hang_up(words)
    server.behaviour = "451"
    with pytest.raises(TryLater, match="451"):
        transport.send(mail())
    server.behaviour = "close before data"
    with pytest.raises(TryLater, match="closed the connection"):
        transport.send(mail())
    assert len(server.mails) == 2


@pytest.mark.parametrize("behaviour", ["451", "451 data"])
def test_tries_later_when_told_to(server, transport, behaviour):
    server.behaviour = behaviour
    with pytest.raises(TryLater) as answer:
        transport.send(mail())
    assert (answer.value.code, answer.value.for_all, answer.value.maybe_accepted) == ("451", False, False)
    server.behaviour = "accept"
    transport.send(mail())
    assert len(server.mails) == 1


@pytest.mark.parametrize("behaviour", ["550", "550 data"])
def test_gives_up_when_refused_for_good(server, transport, behaviour):
    server.behaviour = lambda address: behaviour if address == JO else "accept"
    with pytest.raises(Never) as answer:
        transport.send(mail())
    assert answer.value.code == "550"
    assert answer.value.words.startswith("The mail server answered: 550 5.")
    transport.send(mail(to="sam@camden.gov.uk"))
    assert [got.to for got in server.mails] == ["sam@camden.gov.uk"]


@pytest.mark.parametrize("behaviour", ["close after data", "hang"])
def test_admits_not_to_know_when_the_answer_is_lost(server, behaviour):
    transport = SMTPTransport(host=LOOPBACK, port=server.port, timeout=0.3)
    server.behaviour = behaviour
    with pytest.raises(TryLater) as answer:
        transport.send(mail())
    assert (answer.value.code, answer.value.for_all, answer.value.maybe_accepted) == ("no-answer", True, True)
    server.behaviour = "accept"
    transport.send(mail())
    transport.close()


def test_knows_that_nothing_was_taken_when_cut_off_before_the_message(server, transport):
    server.behaviour = "close before data"
    with pytest.raises(TryLater) as answer:
        transport.send(mail())
    assert (answer.value.for_all, answer.value.maybe_accepted) == (True, False)
    assert server.mails == []


def test_tries_later_when_there_is_no_server():
    transport = SMTPTransport(host=LOOPBACK, port=free_port(), timeout=1)
    with pytest.raises(TryLater) as answer:
        transport.send(mail())
    assert (answer.value.code, answer.value.for_all) == ("connection", True)


def test_tries_later_when_the_server_never_says_hello():
    with socket.create_server((LOOPBACK, 0)) as silent:
        transport = SMTPTransport(host=LOOPBACK, port=silent.getsockname()[1], timeout=0.3)
        with pytest.raises(TryLater) as answer:
            transport.send(mail())
    assert (answer.value.code, answer.value.for_all, answer.value.maybe_accepted) == ("timeout", True, False)


def test_refuses_a_certificate_nobody_vouches_for(tmp_path):
    context, _ = self_signed(tmp_path)
    with RecordingSMTP(starttls=context) as server:
        transport = SMTPTransport(host="localhost", port=server.port, starttls=True, timeout=2)
        with pytest.raises(TryLater) as answer:
            transport.send(mail())
        assert (answer.value.code, answer.value.for_all) == ("tls", True)
        assert server.mails == []


def test_refuses_to_go_on_in_the_clear(server):
    transport = SMTPTransport(host=LOOPBACK, port=server.port, starttls=True, timeout=2)
    with pytest.raises(TryLater) as answer:
        transport.send(mail())
    assert (answer.value.code, answer.value.for_all) == ("tls", True)
    assert server.mails == []


def test_sends_over_tls_that_is_vouched_for(tmp_path, monkeypatch):
    context, certificate = self_signed(tmp_path)
    trusting = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting(cafile=certificate))
    with RecordingSMTP(starttls=context) as server:
        transport = SMTPTransport(host="localhost", port=server.port, starttls=True, timeout=2)
        transport.send(mail())
        transport.close()
        assert len(server.mails) == 1


@pytest.mark.parametrize("address", ["zoë@camden.gov.uk", "jo@camden.gov.uk\r\nDATA"])
def test_never_hands_over_an_address_email_cannot_carry(server, transport, address):
    with pytest.raises(Never) as answer:
        transport.send(mail(to=address))
    assert answer.value.code == "address"
    assert server.attempts == []


def test_writes_a_domain_outside_ascii_in_ascii(server, transport):
    transport.send(mail(to="jo@bücher.example"))
    assert server.mails[0].to == "jo@xn--bcher-kva.example"


# Postfix's sink offers PIPELINING, and refuses the command it is told to refuse.


def test_pipelines_where_it_is_offered():
    with smtp_sink() as sink:
        transport = SMTPTransport(host=LOOPBACK, port=sink.port, timeout=2)
        rows = [mail() for _ in range(5)]
        for row in rows:
            transport.send(row)
        assert transport._connection.has_extn("pipelining")
        transport.close()
        assert sorted(sink.accepted()) == sorted(str(row.reference) for row in rows)


@pytest.mark.parametrize("command", ["mail", "rcpt", "data", "."])
@pytest.mark.parametrize(("option", "error"), [("-r", TryLater), ("-f", Never)])
def test_understands_refusals_of_pipelined_commands(command, option, error):
    with smtp_sink(option, command) as sink:
        transport = SMTPTransport(host=LOOPBACK, port=sink.port, timeout=2)
        for _ in range(2):
            with pytest.raises(error) as answer:
                transport.send(mail())
            assert answer.value.code == ("450" if error is TryLater else "500")
        transport.close()
