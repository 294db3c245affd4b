"""A mailing's message with its gaps filled says what Django would say, and its link names its reader."""

import email as stdlib_email
from email import policy

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives  # noqa: TID251 (ours is held against it)

from declaration.outbox import mailings
from declaration.outbox.leaving import PLACEHOLDER, leave_token, recipient_of
from declaration.outbox.merging import message, message_to_send
from declaration.outbox.models import Email
from tests.outbox.test_mailings import LEAVE, opened

pytestmark = pytest.mark.django_db


@time_machine.travel("2026-11-21T12:00:00Z", tick=False)
def test_says_what_djangos_own_message_would_say(settings):
    text = "Dear Zoë,\n\n.a dot\n" + "long " * 100 + f"\n{'x' * 70}{LEAVE}{PLACEHOLDER}/ after\n"
    html = f"<p>{'é' * 90}</p><a href='{LEAVE}{PLACEHOLDER}/'>Leave</a>\n"
    mailing = opened(text=text, html=html)
    mailings.add_addresses(mailing=mailing, addresses=["jo@camden.gov.uk"])
    email = Email.objects.select_related("mailing").get()
    token = leave_token(email.recipient)
    django = EmailMultiAlternatives(
        mailing.subject,
        text.replace(PLACEHOLDER, token),
        settings.DEFAULT_FROM_EMAIL,
        [email.to],
        reply_to=[settings.MAIL_REPLY_TO],
        headers={
            "Message-ID": f"<{email.reference}@localhost>",
            "X-Delivery-ID": str(email.reference),
            "List-Id": f"{settings.SERVICE_NAME} <newsletter.localhost>",
            "List-Unsubscribe": f"<{LEAVE}{token}/>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Archive": "<http://localhost/newsletter/issues/may/>",
            "Auto-Submitted": "auto-generated",
            "Precedence": "bulk",
        },
    )
    django.attach_alternative(html.replace(PLACEHOLDER, token), "text/html")
    theirs, ours = (
        stdlib_email.message_from_bytes(raw, policy=policy.default)
        for raw in (django.message().as_bytes(linesep="\r\n"), message(email))
    )
    same = {name for name in theirs if name not in {"Content-Type", "Date"}}
    # A long value may begin on a line of its own.
    assert {name: str(theirs[name]).strip() for name in same} == {name: str(ours[name]) for name in same}
    assert set(ours.keys()) == set(theirs.keys())
    for subtype in ("plain", "html"):
        assert ours.get_body((subtype,)).get_content() == theirs.get_body((subtype,)).get_content()
    assert max(len(line) for line in message(email).split(b"\r\n") if b": " not in line) <= 76
    assert b"\r\n..a dot" in message_to_send(email)
    assert b"\0" not in message(email)


def test_a_token_names_its_reader_and_nothing_else_does():
    token = leave_token(12_345)
    assert (len(token), recipient_of(token)) == (len(PLACEHOLDER), 12_345)
    forged = [token[:-1] + ("A" if token[-1] != "A" else "B"), token[1:], "", "é" * 32, "*" * 32]
    assert [recipient_of(one) for one in forged] == [None] * len(forged)
