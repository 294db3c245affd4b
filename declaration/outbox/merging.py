"""Write a mailing's message once, with gaps, and fill the gaps for each reader.

Filling joins bytes that are ready; composing a message anew for each reader costs fifty times that.
"""

import re
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from declaration.outbox.composing import (
    ascii_address,
    compose,
    encoded_part,
    encoded_person,
    encoded_words,
)
from declaration.outbox.leaving import PLACEHOLDER, leave_token
from declaration.outbox.models import Email, Mailing

# No other NUL is in a message: the words have none, and everything else is written here.
TO, REFERENCE, HEX, TOKEN, DATE = (b"\0%c\0" % letter for letter in b"TRHLD")
GAPS = re.compile(rb"\0([TRHLD])\0")
TEMPLATES_KEPT = 8
LINE_OPENING_DOT = re.compile(rb"(?m)^\.")


def template_of(mailing: Mailing) -> bytes:
    """Return the message of a mailing with gaps, lines ended by CR LF, ASCII only."""
    leave = mailing.leave_url.encode("ascii") + TOKEN + b"/"
    boundary = b"=_" + HEX
    headers = [
        (b"From", encoded_person(settings.DEFAULT_FROM_EMAIL)),
        (b"To", TO),
        (b"Reply-To", encoded_person(settings.MAIL_REPLY_TO)),
        (b"Subject", encoded_words(mailing.subject, "Subject")),
        (b"Date", DATE),
        (b"Message-ID", b"<" + REFERENCE + b"@" + _site() + b">"),
        (b"X-Delivery-ID", REFERENCE),
        (b"List-Id", encoded_person(f"{settings.SERVICE_NAME} <{mailing.list_id}>")),
        (b"List-Unsubscribe", b"<" + leave + b">"),
        (b"List-Unsubscribe-Post", b"List-Unsubscribe=One-Click"),
        (b"List-Archive", b"<" + mailing.archive_url.encode("ascii") + b">"),
        (b"Auto-Submitted", b"auto-generated"),
        (b"Precedence", b"bulk"),
        (b"MIME-Version", b"1.0"),
        (b"Content-Type", b'multipart/alternative; boundary="' + boundary + b'"'),
    ]
    opening = b"--" + boundary + b"\r\n"
    return b"".join(
        [
            *(name + b": " + value + b"\r\n" for name, value in headers),
            b"\r\n",
            opening,
            encoded_part("plain", mailing.text, gap=(PLACEHOLDER, TOKEN)),
            opening,
            encoded_part("html", mailing.html, gap=(PLACEHOLDER, TOKEN)),
            b"--" + boundary + b"--\r\n",
        ]
    )


class Template:
    """A message with gaps, cut into pieces once."""

    def __init__(self, raw: bytes) -> None:
        self._pieces = GAPS.split(raw)
        self._gaps = [(place, self._pieces[place]) for place in range(1, len(self._pieces), 2)]

    def filled(self, email: Email) -> bytes:
        """Return the message for one reader. Raises Unaddressable."""
        reference = str(email.reference)
        fill = {
            b"T": ascii_address(email.to).encode("ascii"),
            b"R": reference.encode("ascii"),
            b"H": reference.replace("-", "").encode("ascii"),
            b"L": leave_token(email.recipient or 0).encode("ascii"),
            b"D": _date(int(timezone.now().timestamp())),
        }
        pieces = self._pieces.copy()
        for place, gap in self._gaps:
            pieces[place] = fill[gap]
        return b"".join(pieces)


def message(email: Email) -> bytes:
    """Return an email as it goes out, whether of a mailing or alone. Raises Unaddressable."""
    if email.mailing is None:
        return compose(email)
    return _template(email.mailing, dots_doubled=False).filled(email)


def message_to_send(email: Email) -> bytes:
    """Return the message as SMTP carries it: a dot more wherever one opens a line. Raises Unaddressable."""
    if email.mailing is None:
        return LINE_OPENING_DOT.sub(b"..", compose(email))
    return _template(email.mailing, dots_doubled=True).filled(email)


def words(email: Email) -> tuple[str, str]:
    """Return the subject and the text of an email as its reader gets them."""
    if email.mailing is None:
        return email.subject, email.text
    token = leave_token(email.recipient or 0)
    return email.mailing.subject, email.mailing.text.replace(PLACEHOLDER, token)


def leave_address(email: Email) -> str:
    """Return where the reader of a mailing leaves; empty for an email that is of none."""
    if email.mailing is None:
        return ""
    return f"{email.mailing.leave_url}{leave_token(email.recipient or 0)}/"


# A frozen template never changes, so it may be kept under its mailing's reference.
_templates: dict[tuple[UUID, bool], Template] = {}


def _template(mailing: Mailing, *, dots_doubled: bool) -> Template:
    name = (mailing.reference, dots_doubled)
    found = _templates.get(name)
    if found is None:
        raw = bytes(mailing.template)
        # What fills a gap never opens with a dot: a date, an address after «To:», letters and digits.
        found = Template(LINE_OPENING_DOT.sub(b"..", raw) if dots_doubled else raw)
        if len(_templates) >= TEMPLATES_KEPT:
            _templates.clear()
        _templates[name] = found
    return found


@lru_cache(maxsize=4)
def _date(second: int) -> bytes:
    return format_datetime(timezone.localtime()).encode("ascii")


def _site() -> bytes:
    return (urlsplit(settings.SITE_URL).hostname or "localhost").encode("idna")
