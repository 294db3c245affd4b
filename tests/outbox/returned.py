"""Messages as mail servers return them, written out as they travel."""

from email.utils import format_datetime

from django.utils import timezone

BOUNCE = """\
Return-Path: <>
Date: {date}
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: {envelope}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind};
 boundary="CUT/mx.example.net"

This is a message in several parts.

--CUT/mx.example.net
Content-Type: text/plain; charset=us-ascii

I am sorry, there is a problem.

--CUT/mx.example.net
Content-Type: message/{kind}

{report}

--CUT/mx.example.net
Content-Type: {returned_as}

Return-Path: <no-reply@localhost>
From: Local Digital Declaration <no-reply@localhost>
To: {to}
Subject: Hello
Message-ID: <{reference}@localhost>
X-Delivery-ID: {reference}
MIME-Version: 1.0

--CUT/mx.example.net--
"""
DELIVERY = """\
Reporting-MTA: dns; mx.example.net
Arrival-Date: {date}

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}"""
FEEDBACK = """\
Feedback-Type: {action}
User-Agent: Somebody's-Feedback/1.0
Version: 1
Reported-Domain: localhost
{recipient}"""


def bounce(
    email,
    status="5.1.1",
    words="550 5.1.1 No such person here",
    *,
    action="failed",
    recipient=None,
    reference=None,
    envelope="no-reply@localhost",
    returned_as="text/rfc822-headers",
    date=None,
):
    """Return a delivery status notification (RFC 3464) about an email of ours."""
    said = {"action": action, "status": status, "words": words, "date": _date(date)}
    return (
        _written(email, "delivery-status", DELIVERY, {"recipient": recipient or email.to, **said}, reference)
        .format_map({"envelope": envelope, "returned_as": returned_as, "date": _date(date)})
        .encode()
    )


def complaint(email, kind="abuse", *, recipient=None, reference=None, returned_as="message/rfc822"):
    """Return a feedback report (RFC 5965) about an email of ours."""
    said = {"action": kind, "recipient": f"Original-Rcpt-To: <{recipient}>" if recipient else "Version: 1"}
    envelope = {"envelope": "abuse@localhost", "returned_as": returned_as, "date": _date(None)}
    return _written(email, "feedback-report", FEEDBACK, said, reference).format_map(envelope).encode()


def _written(email, kind, report, said, reference):
    named = {"kind": kind, "report": report.format_map(said), "to": email.to}
    named["reference"] = str(email.reference) if reference is None else reference

    class Rest(dict):
        def __missing__(self, key):
            return "{" + key + "}"

    return BOUNCE.format_map(Rest(named))


def _date(moment):
    return format_datetime(moment or timezone.now())
