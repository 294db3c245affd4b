"""Several connections to one relay in one process: each round sends one email on each of them.

Commands go out together where the relay offers PIPELINING, and on all lines before the first answer is
waited for, which hides the way there and back. Nothing follows the final dot until its answer is there,
so that a round that breaks leaves at most one email in question for each line.
"""

import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator

from declaration.outbox.composing import Unaddressable, ascii_address
from declaration.outbox.merging import message_to_send
from declaration.outbox.models import Email
from declaration.outbox.return_paths import return_path
from declaration.outbox.transports.answers import Never, TryLater

Answer = str | TryLater | Never
# What a relay said, and whether its line is of no use after it.
Refused = tuple[tuple[int, bytes], bool]

WIDTH = 16
# A fresh connection now and then lets the relay balance its load.
MESSAGES_PER_LINE = 500
# What was idle for longer is not trusted: relays hang up, and what stands between forgets.
IDLE_SECONDS = 20.0
# Refusals that tell of our account at the relay and not of the email.
ABOUT_OUR_ACCOUNT = {421, 530, 534, 535, 538}
LATE_SECONDS = 0.1
# Lines are opened one after the other, and a lease of eight patiences has to outlast them all.
OPENING_PATIENCES = 4
ANSWER_AT_MOST = 64 * 1024


class Line:
    """One open connection, past its greeting and sign-in."""

    def __init__(self, connection: smtplib.SMTP) -> None:
        if connection.sock is None:
            raise smtplib.SMTPServerDisconnected("There is no connection.")
        self._connection = connection
        self._socket: socket.socket = connection.sock
        self._patience = self._socket.gettimeout() or LATE_SECONDS
        self._heard = b""
        self.pipelines = connection.has_extn("pipelining")
        self.sent = 0
        self.is_late = False
        # When it was last of use; a fresh one never was.
        self.used_at: float | None = None

    def say(self, words: bytes) -> None:
        self._socket.settimeout(self._patience)
        self._socket.sendall(words)

    def hear(self) -> tuple[int, bytes]:
        """Return one answer of the relay, its lines joined. Raises OSError when it is not there in time."""
        said = []
        deadline = time.monotonic() + self._patience
        while True:
            line = self._hear_line(deadline)
            said.append(line[4:])
            if line[3:4] != b"-":
                return (int(line[:3]) if line[:3].isdigit() else -1), b" ".join(said)

    def _hear_line(self, deadline: float) -> bytes:
        while b"\n" not in self._heard:
            # At least a moment, for what is there already.
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            more = self._socket.recv(65536)
            if not more or len(self._heard) > ANSWER_AT_MOST:
                raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
            self._heard += more
        line, _, self._heard = self._heard.partition(b"\n")
        return line.rstrip(b"\r")

    @property
    def is_idle(self) -> bool:
        return self.used_at is not None and time.monotonic() - self.used_at > IDLE_SECONDS

    def hurry(self) -> None:
        """Wait hardly any longer on this line: it has had as long as another that was waited for in vain."""
        self._patience = LATE_SECONDS
        self.is_late = True

    def hang_up(self, *, politely: bool = False) -> None:
        if politely:
            try:
                self.say(b"QUIT\r\n")
            except OSError:
                politely = False
        self._connection.close()


class Lines:
    """The lines of one process; `connect` opens one. Not to be shared between threads.

    `patience` is how many seconds the relay has for each answer.
    """

    width = WIDTH

    def __init__(self, connect: Callable[[], smtplib.SMTP], patience: float) -> None:
        self._connect, self._patience = connect, patience
        self._open_until = 0.0
        self._lines: list[Line | None] = [None] * WIDTH

    def close(self) -> None:
        for place, line in enumerate(self._lines):
            if line is not None:
                line.hang_up()
            self._lines[place] = None

    def send_together(self, emails: list[Email], first: int = 0) -> Iterator[tuple[Email, Answer]]:
        """Send emails at the same time on the lines from the `first` on; yield each answer as it comes."""
        begun: list[tuple[int, Email, bytes]] = []
        trouble: TryLater | None = None
        self._open_until = time.monotonic() + OPENING_PATIENCES * self._patience
        for place, email in enumerate(emails, start=first):
            if trouble is not None:
                yield email, trouble
                continue
            try:
                message = message_to_send(email)
                recipient = ascii_address(email.to)
                envelope = f"MAIL FROM:<{return_path(email)}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode()
            except Unaddressable as refused:
                yield email, Never("address", str(refused))
                continue
            try:
                self._say_envelope(place, envelope)
            except TryLater as error:
                trouble = error
                yield email, error
            except (OSError, smtplib.SMTPException) as error:
                yield email, self._broken(place, error)
            else:
                begun.append((place, email, envelope + b"\0" + message))
        waiting = []
        for place, email, whole in begun:
            envelope, _, message = whole.partition(b"\0")
            answer = self._hand_over(place, envelope, message)
            if answer is None:
                waiting.append((place, email))
            else:
                yield email, answer
        for place, email in waiting:
            yield email, self._final_answer(place)

    def _hand_over(self, place: int, envelope: bytes, message: bytes) -> Answer | None:
        """Get a message to the relay, final dot and all; None when its answer is still to come."""
        try:
            line, refused = self._received(place, envelope)
            if refused is not None:
                line.used_at = time.monotonic()
                answer = refusal(*refused[0])
                if refused[1] or (isinstance(answer, TryLater) and answer.for_all):
                    self._drop(place)
                return answer
            # The dot is the last byte: if this fails, the relay cannot have got it.
            line.say(message + b".\r\n")
        except TryLater as error:
            return error
        except (OSError, smtplib.SMTPException) as error:
            return self._broken(place, error)
        return None

    def _say_envelope(self, place: int, envelope: bytes) -> Line:
        """Return the line of a place, told where a message goes if it takes that at once. Raises TryLater."""
        line = self._open(place)
        if line.pipelines:
            try:
                line.say(envelope)
            except (OSError, smtplib.SMTPException):
                if line.used_at is None:
                    raise
                self._drop(place)
                return self._say_envelope(place, envelope)
        return line

    def _received(self, place: int, envelope: bytes) -> tuple[Line, Refused | None]:
        """Return the line that waits for a message, and the refusal if it does not wait for it.

        A relay may hang up between two emails, with or without a word; that is no attempt of the next
        one, which goes out on a fresh line. Raises TryLater and what the connection raises.
        """
        line = self._lines[place]
        if line is None:
            raise TryLater("disconnected", "The mail server closed the connection.", for_all=True)
        try:
            refused = self._refused(line, envelope)
            if line.used_at is None or refused is None or not hung_up(refusal(*refused[0])):
                return line, refused
        except (OSError, smtplib.SMTPException) as error:
            if line.used_at is None or not hung_up(error):
                raise
        self._drop(place)
        line = self._say_envelope(place, envelope)
        return line, self._refused(line, envelope)

    def _refused(self, line: Line, envelope: bytes) -> Refused | None:
        """Return the first refusal, and whether the line is of no use after it; None when all is well."""
        if line.pipelines:
            mail, recipient, data = (line.hear() for _ in range(3))
        else:
            commands = envelope.splitlines(keepends=True)
            line.say(commands[0])
            mail = line.hear()
            recipient = data = (503, b"not said")
            if mail[0] == 250:
                line.say(commands[1])
                recipient = line.hear()
            if recipient[0] in {250, 251}:
                line.say(commands[2])
                data = line.hear()
        for answer, wanted in ((mail, {250}), (recipient, {250, 251}), (data, {354})):
            if answer[0] not in wanted:
                # A relay that waits for a message in spite of a refusal, or will not forget it.
                return answer, data[0] == 354 or not self._reset(line)
        return None

    def _reset(self, line: Line) -> bool:
        line.say(b"RSET\r\n")
        return line.hear()[0] == 250

    def _final_answer(self, place: int) -> Answer:
        line = self._lines[place]
        if line is None:
            return no_answer()
        try:
            code, reply = line.hear()
        except (OSError, smtplib.SMTPException) as error:
            self._drop(place)
            self._hurry_after(error)
            return no_answer(error)
        if code != 250:
            answer = refusal(code, reply)
            if isinstance(answer, TryLater) and answer.for_all:
                self._drop(place)
            return answer
        line.sent += 1
        line.used_at = time.monotonic()
        return text_of(reply)[:200]

    def _open(self, place: int) -> Line:
        """Return the line of this place, opening it when there is none. Raises TryLater."""
        line = self._lines[place]
        if line is not None and (line.is_late or line.is_idle or line.sent >= MESSAGES_PER_LINE):
            line.hang_up(politely=not line.is_late)
            line = self._lines[place] = None
        if line is not None:
            return line
        if time.monotonic() > self._open_until:
            raise TryLater("timeout", "The mail server takes too long to greet us.", for_all=True)
        try:
            line = self._lines[place] = Line(self._connect())
        except smtplib.SMTPResponseException as error:
            words = f"The mail server refused the connection: {text_of(error.smtp_error)}"
            raise TryLater(str(error.smtp_code), words, for_all=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise TryLater(*in_words(error), for_all=True) from error
        return line

    def _broken(self, place: int, error: Exception) -> TryLater:
        self._drop(place)
        self._hurry_after(error)
        return TryLater(*in_words(error), for_all=True)

    def _hurry_after(self, error: Exception) -> None:
        """Let a relay that hangs cost one patience, not one for each line: a lease has to outlast them."""
        if isinstance(error, TimeoutError):
            for line in self._lines:
                if line is not None:
                    line.hurry()

    def _drop(self, place: int) -> None:
        line, self._lines[place] = self._lines[place], None
        if line is not None:
            line.hang_up()


def refusal(code: int, reply: bytes) -> TryLater | Never:
    """Return what an answer that is not «yes» means."""
    words = f"The mail server answered: {code} {text_of(reply)}"
    if code == -1 or code in ABOUT_OUR_ACCOUNT:
        return TryLater(str(code), words, for_all=True)
    if 500 <= code <= 599:
        return Never(str(code), words)
    return TryLater(str(code), words)


def no_answer(error: Exception | None = None) -> TryLater:
    """Return what it means that the relay has the whole message and its answer did not come (RFC 1047)."""
    words = "The connection broke after the whole message was handed over and before the answer came."
    if error is not None and in_words(error)[0] == "timeout":
        words = "The mail server had the whole message and did not say in time whether it took it."
    return TryLater("no-answer", words, for_all=True, maybe_accepted=True)


def hung_up(ended: Exception) -> bool:
    """Tell a relay that ended the connection from one that does not answer or refuses an email."""
    if isinstance(ended, TryLater | Never):
        return isinstance(ended, TryLater) and ended.code == "421"
    return in_words(ended)[0] in {"disconnected", "connection"}


def text_of(reply: bytes | str) -> str:
    return (reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply)[:500]


def in_words(error: Exception) -> tuple[str, str]:
    """Return a code and words for staff."""
    if isinstance(error, ssl.SSLError):
        return "tls", f"The secure connection to the mail server failed: {error.reason or 'unknown reason'}."
    # smtplib tells of both as a disconnection.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "timeout", "The mail server did not answer in time."
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "tls", "The mail server does not offer what our settings ask for (STARTTLS or sign-in)."
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "disconnected", "The mail server closed the connection."
    return "connection", f"The mail server could not be reached ({type(error).__name__})."
