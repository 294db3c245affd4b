"""A mail server that writes down what it gets, and misbehaves when told to."""

import asyncio
import email
import email.policy
import ssl
import subprocess
import time
import weakref
from dataclasses import dataclass

import pytest
from aiosmtpd.controller import Controller

from tests.programs import LOOPBACK, PATIENCE, find_program, free_port


@dataclass(frozen=True)
class Mail:
    to: str
    sender: str
    data: bytes

    @property
    def message(self):
        return email.message_from_bytes(self.data, policy=email.policy.default)

    @property
    def subject(self):
        return str(self.message["Subject"])

    @property
    def text(self):
        return self.message.get_body(("plain",)).get_content()

    @property
    def html(self):
        return self.message.get_body(("html",)).get_content()


class RecordingSMTP:
    """`behaviour` may be changed while it runs:

    "accept", "451" and "550" (said to the recipient's address), "451 data" and "550 data" (said to
    the whole message), "close after data" (the message is kept, the answer swallowed), "close before
    data", "hang" (no answer to the whole message), or a function from address to one of these.
    """

    def __init__(self, *, starttls=None, hostname=LOOPBACK):
        self.port = free_port()
        self.behaviour = "accept"
        self.pause = 0
        self.mails = []
        self.attempts = []
        self._options = {"tls_context": starttls, "require_starttls": True} if starttls else {}
        self.start()

    def start(self):
        """Begin to listen, again on the same port."""
        self._sessions = weakref.WeakSet()
        self._controller = Controller(self, hostname=LOOPBACK, port=self.port, **self._options)
        self._controller.start()

    def stop(self):
        """Stop listening and hang up: further connections are refused."""
        if self._controller is not None:
            self.hang_up()
            self._controller.stop()
            self._controller = None

    def hang_up(self, words=b""):
        """End every connection there is, with a last word or without."""

        async def end():
            for server in list(self._sessions):
                if server.transport is not None:
                    server.transport.write(words)
                    server.transport.close()
            # The sockets are closed a moment later.
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(end(), self._controller.loop).result(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def to(self, address):
        return [mail for mail in list(self.mails) if mail.to == address]

    def wait_for(self, count=1, *, to=None, seconds=PATIENCE):
        """Return the mails (to one address) once there are that many."""
        deadline = time.monotonic() + seconds
        while True:
            mails = self.to(to) if to else list(self.mails)
            if len(mails) >= count:
                return mails
            if time.monotonic() > deadline:
                pytest.fail(f"Waited {seconds} seconds for {count} mails (to {to}); there are {len(mails)}.")
            time.sleep(0.05)

    def _behaves(self, address):
        return self.behaviour(address) if callable(self.behaviour) else self.behaviour

    # What the controller calls.

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self._sessions.add(server)
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        self.attempts.append((address, time.monotonic()))
        behaviour = self._behaves(address)
        if behaviour == "451":
            return "451 4.7.1 Come back later"
        if behaviour == "550":
            return "550 5.1.1 No such person here"
        if behaviour == "close before data":
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        [address] = envelope.rcpt_tos
        await asyncio.sleep(self.pause)
        behaviour = self._behaves(address)
        if behaviour == "hang":
            while self._behaves(address) == "hang":
                await asyncio.sleep(0.05)
            return "451 4.3.0 Slept through it"
        if behaviour == "451 data":
            return "451 4.3.0 Try again"
        if behaviour == "550 data":
            return "550 5.7.1 We do not like this"
        self.mails.append(Mail(address, envelope.mail_from, envelope.original_content))
        if behaviour == "close after data":
            server.transport.abort()
        return "250 2.0.0 Ok: queued as 4711"


def self_signed(folder, name="localhost"):
    """Return a server's TLS context whose certificate nobody trusts, and the certificate's path."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [find_program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        + ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
        + ["-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate
