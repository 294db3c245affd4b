"""Turn one Email into the bytes of a message: the same row always makes the same message but for its date."""

import binascii
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from declaration.outbox.models import Email


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
        ("From", _person(settings.DEFAULT_FROM_EMAIL)),
        ("To", ascii_address(email.to)),
        ("Reply-To", _person(settings.MAIL_REPLY_TO)),
        ("Subject", _words(email.subject, "Subject")),
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
            _part("plain", email.text),
            opening,
            _part("html", email.html),
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
        written = f"{name.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    except UnicodeError as refused:
        raise Unaddressable("The address has letters that email cannot carry.") from refused
    if not name or any(character <= " " or character in "<>\x7f" for character in written):
        raise Unaddressable("The address has characters that email cannot carry.")
    return written


@cache
def _person(written: str) -> str:
    name, address = parseaddr(written)
    return formataddr((name, address))


def _words(words: str, name: str) -> str:
    one_line = " ".join(words.split())
    if one_line.isascii():
        return one_line
    return Header(one_line, "utf-8", header_name=name).encode(linesep="\r\n")


def _part(subtype: str, text: str) -> bytes:
    lines = "\n".join(text.splitlines()) + "\n"
    body = binascii.b2a_qp(lines.encode(), istext=True).replace(b"\n", b"\r\n")
    head = (
        f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    # The last line break belongs to the boundary that follows.
    return head.encode() + body + b"\r\n"
