"""An SMTP relay: one connection kept open, commands pipelined where the relay offers it."""

import smtplib
import socket
import ssl
import time
from collections.abc import Iterator

from declaration.outbox.composing import Unaddressable, ascii_address
from declaration.outbox.merging import message_to_send
from declaration.outbox.models import Email
from declaration.outbox.return_paths import return_path
from declaration.outbox.transports.answers import Never, TryLater
from declaration.outbox.transports.deadlines import SMTP, SMTPOverTLS
from declaration.outbox.transports.smtp_lines import (
    IDLE_SECONDS,
    Lines,
    hung_up,
    in_words,
    no_answer,
    refusal,
    text_of,
)

# A fresh connection now and then lets the relay balance its load.
MESSAGES_PER_CONNECTION = 100


class SMTPTransport:
    remembers = False

    def __init__(
        self,
        *,
        host: str,
        port: int,
        user: str = "",
        password: str = "",
        starttls: bool = False,
        tls: bool = False,
        timeout: float,
    ) -> None:
        self.host, self.port, self.user, self.password = host, port, user, password
        self.starttls, self.tls, self.timeout = starttls, tls, timeout
        self._connection: smtplib.SMTP | None = None
        self._lines = Lines(self.connect, timeout)
        self._sent = 0
        self._used_at = 0.0

    def send(self, email: Email) -> str:
        """Hand over one email and return the relay's words, which name it in the relay's log."""
        try:
            message = message_to_send(email)
            recipient = ascii_address(email.to)
        except Unaddressable as refused:
            raise Never("address", str(refused)) from refused
        try:
            connection = self._begin(return_path(email), recipient)
            connection.send(message)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            self.close()
            raise TryLater(*in_words(error), for_all=True) from error
        try:
            connection.send(b".\r\n")
            code, reply = connection.getreply()
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            # The relay has the whole message and we have no answer (RFC 1047).
            self.close()
            raise no_answer(error) from error
        self._used_at = time.monotonic()
        if code != 250:
            raise self._refusal(code, reply)
        self._sent += 1
        return reply.decode("utf-8", "replace")[:200]

    @property
    def width(self) -> int:
        return self._lines.width

    def send_together(
        self, emails: list[Email], first: int = 0
    ) -> Iterator[tuple[Email, str | TryLater | Never]]:
        """Hand over emails, each on a line of its own from the `first` on, and yield the answers."""
        return self._lines.send_together(emails, first)

    def find(self, email: Email) -> str | None:
        return None

    def close(self) -> None:
        """Hang up without a word: after an error the relay may not answer any more."""
        self._lines.close()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _begin(self, sender: str, recipient: str) -> smtplib.SMTP:
        """Return a connection that waits for the message.

        A relay may hang up between two emails, with or without a word; that is no attempt of the next
        one, which goes out on a fresh connection. Raises TryLater, Never and what the connection raises.
        """
        before = self._connection
        connection = self._open()
        try:
            self._envelope(connection, sender, recipient)
            return connection
        except (OSError, smtplib.SMTPServerDisconnected, TryLater) as ended:
            if connection is not before or not hung_up(ended):
                raise
        self.close()
        connection = self._open()
        self._envelope(connection, sender, recipient)
        return connection

    def _open(self) -> smtplib.SMTP:
        idle = time.monotonic() - self._used_at
        if self._connection and (self._sent >= MESSAGES_PER_CONNECTION or idle > IDLE_SECONDS):
            self._say_goodbye()
        if self._connection:
            return self._connection
        try:
            self._connection = self.connect()
        except smtplib.SMTPResponseException as error:
            self.close()
            words = f"The mail server refused the connection: {text_of(error.smtp_error)}"
            raise TryLater(str(error.smtp_code), words, for_all=True) from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise TryLater(*in_words(error), for_all=True) from error
        self._sent = 0
        return self._connection

    def connect(self) -> smtplib.SMTP:
        if self.tls:
            context = ssl.create_default_context()
            connection: smtplib.SMTP = SMTPOverTLS(
                self.host, self.port, timeout=self.timeout, context=context
            )
        else:
            connection = SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.starttls:
                connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
            if self.user:
                connection.login(self.user, self.password)
            if connection.sock is not None:
                # The final dot goes out alone; without this it would wait for an acknowledgement.
                connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            connection.close()
            raise
        return connection

    def _say_goodbye(self) -> None:
        """End the connection politely; a relay that is already gone is no trouble."""
        if self._connection:
            try:
                self._connection.quit()
            except (OSError, smtplib.SMTPException):
                self.close()
        self._connection = None

    def _envelope(self, connection: smtplib.SMTP, sender: str, recipient: str) -> None:
        """Say MAIL, RCPT and DATA. Raises TryLater, Never and what the connection raises."""
        commands = [f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA"]
        accepted = [250, 250, 354]
        if connection.has_extn("pipelining"):
            connection.send("".join(f"{command}\r\n" for command in commands))
            replies = [connection.getreply() for _ in commands]
            for (code, reply), wanted in zip(replies, accepted, strict=True):
                if code != wanted and not (wanted == 250 and code == 251):
                    if replies[2][0] == 354:
                        # The relay waits for a message in spite of the refusal: hang up.
                        self.close()
                    raise self._refusal(code, reply)
            return
        for command, wanted in zip(commands, accepted, strict=True):
            code, reply = connection.docmd(command)
            if code != wanted and not (wanted == 250 and code == 251):
                raise self._refusal(code, reply)

    def _refusal(self, code: int, reply: bytes) -> TryLater | Never:
        """Return what a refusal means, and make the connection ready for the next email."""
        answer = refusal(code, reply)
        if isinstance(answer, TryLater) and answer.for_all:
            self.close()
            return answer
        if self._connection is not None:
            try:
                reset = self._connection.rset()[0] == 250
            except (OSError, smtplib.SMTPException):
                reset = False
            if not reset:
                self.close()
        return answer
