"""The bytes of a message say what Django's own message would say."""

import email
from datetime import UTC, datetime
from email import policy

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives  # noqa: TID251 (ours is held against it)
from hypothesis import example, given, settings
from hypothesis import strategies as some

from declaration.outbox.composing import Unaddressable, ascii_address, compose
from declaration.outbox.models import Email

WORDS = some.text(some.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=300)
LINES = some.lists(WORDS, max_size=8).map("\n".join)


def composed(**circumstances):
    plain = {"to": "jo@camden.gov.uk", "subject": "Hello", "text": "Hello\n", "html": "<p>Hello</p>\n"}
    return compose(Email(**{**plain, **circumstances}))


def parsed(message):
    return email.message_from_bytes(message, policy=policy.default)


def part(message, subtype):
    return message.get_body((subtype,)).get_content()


@time_machine.travel("2026-11-21T12:00:00Z", tick=False)
def test_says_what_djangos_own_message_says(settings):
    row = Email(
        to="jo@camden.gov.uk",
        subject="Your commitment – accepted",
        text="Dear Zoë,\n\n.a line that opens with a dot\n" + "long " * 300 + "\n",
        html="<p style='color: #0b0c0c'>Dear Zoë</p>\n",
    )
    django = EmailMultiAlternatives(
        row.subject,
        row.text,
        settings.DEFAULT_FROM_EMAIL,
        [row.to],
        reply_to=[settings.MAIL_REPLY_TO],
        headers={
            "Message-ID": f"<{row.reference}@localhost>",
            "X-Delivery-ID": str(row.reference),
            "Auto-Submitted": "auto-generated",
        },
    )
    django.attach_alternative(row.html, "text/html")
    theirs, ours = parsed(django.message().as_bytes(linesep="\r\n")), parsed(compose(row))
    same = {name for name in theirs if name not in {"Content-Type", "Date"}}
    assert {name: theirs[name] for name in same} == {name: ours[name] for name in same}
    assert ours["Date"].datetime == datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert ours.get_content_type() == theirs.get_content_type() == "multipart/alternative"
    for subtype in ("plain", "html"):
        assert part(ours, subtype) == part(theirs, subtype)


@settings(deadline=None)
@given(subject=WORDS, text=LINES, html=LINES)
@example(subject="=?utf-8?q?looks_encoded?=", text="", html="")
def test_carries_any_words_unchanged(subject, text, html):
    message = composed(subject=subject, text=text + "\n", html=html + "\n")
    assert message.isascii()
    assert max(len(line) for line in message.split(b"\r\n")) <= 998
    assert message.count(b"\n") == message.count(b"\r\n") == message.count(b"\r")
    read = parsed(message)
    assert read["Subject"].split() == subject.split()
    assert [read[name] for name in ("To", "Bcc", "Cc")] == ["jo@camden.gov.uk", None, None]
    assert not read.defects
    assert part(read, "plain").splitlines() == text.split("\n")


@pytest.mark.parametrize("breaks", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85"])
def test_adds_no_header_by_a_line_break_in_the_subject(breaks):
    read = parsed(composed(subject=f"Hello{breaks}Bcc: all@example.com"))
    assert read["Bcc"] is None
    assert read["Subject"] == "Hello Bcc: all@example.com"


def test_is_the_same_message_at_every_attempt():
    row = Email(to="jo@camden.gov.uk", subject="Hello", text="Hello", html="Hello")
    with time_machine.travel("2026-11-21T12:00:00Z", tick=False):
        assert compose(row) == compose(row)


def test_writes_a_domain_outside_ascii_in_ascii():
    assert ascii_address("jo@bücher.example") == "jo@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "address",
    [
        "zoë@camden.gov.uk",
        "jo@camden.gov.uk\r\nBcc: x@example.com",
        "jo>@camden.gov.uk",
        "@camden.gov.uk",
        "jo @x.uk",
    ],
)
def test_refuses_an_address_that_would_break_the_message(address):
    with pytest.raises(Unaddressable):
        ascii_address(address)
