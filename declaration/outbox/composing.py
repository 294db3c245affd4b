"""Turn one Email into the bytes of a message: the same row always makes the same message but for its date."""

import binascii
import re
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache, lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from declaration.outbox.models import Email

NOT_CARRIED = re.compile(r"[\x00-\x20<>\x7f]")


class Unaddressable(ValueError):
    """The address cannot be written in an ordinary message."""


def compose(email: Email) -> bytes:
    """Return the message, lines ended by CR LF, ASCII only. Raises Unaddressable.

    Written by hand because it is about ten times cheaper than the library's message objects;
    a test compares the two.
    """
    reference = email.reference.hex
    boundary = f"=_{reference}"
    headers = [
        ("From", encoded_person(settings.DEFAULT_FROM_EMAIL).decode()),
        ("To", ascii_address(email.to)),
        ("Reply-To", encoded_person(settings.MAIL_REPLY_TO).decode()),
        ("Subject", encoded_words(email.subject, "Subject").decode()),
        ("Date", format_datetime(timezone.localtime())),
        ("Message-ID", message_id(email)),
        ("X-Delivery-ID", str(email.reference)),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers).encode("ascii")
    opening = f"--{boundary}\r\n".encode()
    return b"".join(
        [
            head,
            b"\r\n",
            opening,
            encoded_part("plain", email.text),
            opening,
            encoded_part("html", email.html),
            f"--{boundary}--\r\n".encode(),
        ]
    )


def message_id(email: Email) -> str:
    """Return the Message-ID, the same for every attempt so that a mailbox can drop a repeat."""
    return f"<{email.reference}@{urlsplit(settings.SITE_URL).hostname}>"


def ascii_address(address: str) -> str:
    """Return an address with its domain in ASCII. Raises Unaddressable.

    A name before the @ outside ASCII needs an extension few relays speak; it is refused.
    """
    name, _, domain = address.rpartition("@")
    try:
        written = f"{name.encode('ascii').decode()}@{_ascii_domain(domain)}"
    except UnicodeError as refused:
        raise Unaddressable("The address has letters that email cannot carry.") from refused
    if not name or NOT_CARRIED.search(written):
        raise Unaddressable("The address has characters that email cannot carry.")
    return written


@lru_cache(maxsize=1024)
def _ascii_domain(domain: str) -> str:
    return domain.encode("idna").decode()


@cache
def encoded_person(written: str) -> bytes:
    """Return «Name <address>» as a header carries it."""
    name, address = parseaddr(written)
    return formataddr((name, address)).encode("ascii")


def encoded_words(words: str, name: str) -> bytes:
    """Return words on one line, encoded for the header of this name where they are not ASCII.

    So is what looks as if it were encoded, or mailboxes would decode it.
    """
    one_line = " ".join(words.split())
    if one_line.isascii() and "=?" not in one_line:
        return one_line.encode("ascii")
    return Header(one_line, "utf-8", header_name=name).encode(linesep="\r\n").encode("ascii")


def encoded_part(subtype: str, text: str, gap: tuple[str, bytes] | None = None) -> bytes:
    """Return one part with its own headers; `gap` is what to leave out, and the bytes to put there.

    Before and after a gap the encoding breaks its line softly, so that whatever fills the gap makes
    no line too long and is never cut.
    """
    placeholder, filling = gap or ("", b"")
    lines = "\n".join(text.splitlines()) + "\n"
    pieces = lines.split(placeholder) if placeholder else [lines]
    body = (b"=\r\n" + filling + b"=\r\n").join(
        binascii.b2a_qp(piece.encode(), istext=True).replace(b"\n", b"\r\n") for piece in pieces
    )
    head = (
        f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    # The last line break belongs to the boundary that follows.
    return head.encode() + body + b"\r\n"
