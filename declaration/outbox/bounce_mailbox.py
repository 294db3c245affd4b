"""The mailbox to which mail comes back: read over IMAP, message by message."""

import imaplib
import logging
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from declaration.outbox import bounces

log = logging.getLogger(__name__)

IMAPS_PORT = 993
# The rest is read a minute later.
MESSAGES_AT_MOST = 200
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class Unreadable(RuntimeError):
    """The mailbox cannot be opened; the words say why, without its password."""


@dataclass
class Reading:
    """How many messages told of an email of ours, and how many are left for a person to look at."""

    taken: int = 0
    left: int = 0


def read_mailbox(address: str) -> Reading:
    """Read what is unread in `imaps://user:password@host:993/folder`; our own reports are removed.

    Everything else stays, marked as read. A message is marked after it was dealt with, so one that was
    interrupted is read again, which changes nothing. Raises Unreadable.
    """
    reading = Reading()
    with _opened(address) as box:
        for number in _answer(box.uid("SEARCH", "UNSEEN"))[0].split()[:MESSAGES_AT_MOST]:
            if _take(box, number.decode("ascii")):
                reading.taken += 1
            else:
                reading.left += 1
        if reading.taken:
            box.expunge()
    return reading


@contextmanager
def _opened(address: str) -> Iterator[imaplib.IMAP4_SSL]:
    where = urlsplit(address)
    try:
        box = imaplib.IMAP4_SSL(
            where.hostname or "",
            where.port or IMAPS_PORT,
            ssl_context=ssl.create_default_context(),
            timeout=settings.MAIL_TIMEOUT_SECONDS,
        )
    except OSError as error:
        raise Unreadable(f"The mail server could not be reached ({type(error).__name__}).") from error
    try:
        box.login(unquote(where.username or ""), unquote(where.password or ""))
        _answer(box.select(f'"{unquote(where.path.strip("/")) or "INBOX"}"'))
        yield box
    except (imaplib.IMAP4.error, OSError) as error:
        raise Unreadable(f"The mail server broke off: {str(error)[:200] or type(error).__name__}") from error
    finally:
        _sign_out(box)


def _take(box: imaplib.IMAP4_SSL, number: str) -> bool:
    """Deal with one message and mark it; whether it told of an email of ours."""
    sizes = [SIZE.search(line) for line in _lines(box.uid("FETCH", number, "(RFC822.SIZE)"))]
    size = next((int(found.group(1)) for found in sizes if found), None)
    taken = 0
    if size is not None and size <= bounces.BYTES_AT_MOST:
        # A peek: what we die over has not been read.
        [raw, *_] = _contents(box.uid("FETCH", number, "(BODY.PEEK[])")) or [b""]
        taken = bounces.take(raw)
    else:
        log.warning("A returned message of %s bytes was not read.", size)
    _answer(box.uid("STORE", number, "+FLAGS", "(\\Seen \\Deleted)" if taken else "(\\Seen)"))
    return bool(taken)


def _answer(said: tuple[str, Any]) -> list[bytes]:
    """Return the data of an answer. Raises IMAP4.error for a «no»."""
    word, data = said
    if word != "OK":
        raise imaplib.IMAP4.error(f"The answer was {word}.")
    return [line for line in data if isinstance(line, bytes)] or [b""]


def _lines(said: tuple[str, Any]) -> list[bytes]:
    return [line for line in said[1] if isinstance(line, bytes)]


def _contents(said: tuple[str, Any]) -> list[bytes]:
    return [line[1] for line in said[1] if isinstance(line, tuple)]


def _sign_out(box: imaplib.IMAP4_SSL) -> None:
    try:
        box.logout()
    except (imaplib.IMAP4.error, OSError):
        log.info("The mail server did not say goodbye.")
        with suppress(OSError):
            box.shutdown()
