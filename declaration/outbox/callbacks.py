"""Where other machines tell what became of our emails. Each shows a bearer token; without, nothing is read.

They have no cookie, so these pages take no CSRF token; a browser sends no bearer token by itself.
"""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from declaration.outbox import bounces, receipts
from declaration.outbox.models import Email, Receipt

log = logging.getLogger(__name__)

RECEIPT_BYTES_AT_MOST = 16 * 1024
Outcome = Receipt.Outcome
# What Notify says of an email (https://docs.notifications.service.gov.uk, email status descriptions),
# what it means, and how it reads.
NOTIFY = {
    "delivered": (Outcome.DELIVERED, ""),
    "permanent-failure": (Outcome.GONE, "GOV.UK Notify says that there is no such mailbox."),
    "temporary-failure": (
        Outcome.RETURNED,
        "GOV.UK Notify could not deliver it for days: the mailbox may be full.",
    ),
    "technical-failure": (
        Outcome.NOT_SENT,
        "GOV.UK Notify had a fault and did not send it. It can be sent again.",
    ),
}
Answering = Callable[[HttpRequest], HttpResponse]


def _told_with(setting: str, bytes_at_most: int) -> Callable[[Answering], Answering]:
    """Let in who shows the token of a setting; without one there is no such page."""

    def for_view(view: Answering) -> Answering:
        @csrf_exempt
        @never_cache
        @require_POST
        def checked(request: HttpRequest) -> HttpResponse:
            token: str = getattr(settings, setting)
            if not token:
                return _answer(404, "There is nothing here.")
            shown = request.headers.get("Authorization", "")
            if not constant_time_compare(shown.encode(), f"Bearer {token}".encode()):
                response = _answer(401, "Show the token.")
                response["WWW-Authenticate"] = "Bearer"
                return response
            if request.content_type == "multipart/form-data":
                return _answer(415, "Send the content itself, not a form.")
            length = request.headers.get("Content-Length", "") or "0"
            if not length.isdecimal() or int(length) > bytes_at_most:
                return _answer(413, f"{bytes_at_most} bytes at most.")
            return view(request)

        return checked

    return for_view


@_told_with("NOTIFY_CALLBACK_TOKEN", RECEIPT_BYTES_AT_MOST)
def take_notify_receipt(request: HttpRequest) -> HttpResponse:
    """Write down what Notify tells of one email.

    Notify repeats what is answered by 429 or 5xx and nothing else. What is not ours, or has been
    deleted since, is taken with thanks: another answer would change nothing and count as our fault.
    """
    try:
        told = json.loads(request.body)
        email, status, at, sending = _read(told)
    except (ValueError, TypeError, KeyError, UnicodeDecodeError, RecursionError):
        return _answer(400, "This is no delivery receipt.")
    if email is None or status not in NOTIFY:
        log.info("A receipt of Notify tells of nothing we know.")
        return HttpResponse(status=204)
    outcome, words = NOTIFY[status]
    receipts.keep(email=email, outcome=outcome, at=at, sending=sending, code=status, words=words)
    return HttpResponse(status=204)


@_told_with("BOUNCES_TOKEN", bounces.BYTES_AT_MOST)
def take_bounce(request: HttpRequest) -> HttpResponse:
    """Read a message that came back, as the mail server that got it has it, headers and all.

    The same answer for every message: what is not ours would not become ours if it were repeated.
    """
    bounces.take(request.body)
    return HttpResponse(status=204)


def _read(told: dict[str, Any]) -> tuple[Email | None, str, datetime, str]:
    """Return what a receipt says. Raises ValueError, TypeError or KeyError for what is none."""
    sending, status, reference = str(UUID(str(told["id"]))), told["status"], told["reference"]
    if not isinstance(status, str) or not isinstance(reference, str | None):
        raise TypeError("A status is a word, and so is a reference.")
    moment = told.get("completed_at") or told.get("sent_at")
    at = parse_datetime(moment) if moment else timezone.now()
    if at is None:
        raise ValueError("This is no moment.")
    if timezone.is_naive(at):
        at = at.replace(tzinfo=UTC)
    if reference is None or told.get("notification_type", "email") != "email":
        return None, status, at, sending
    try:
        email = Email.objects.filter(reference=UUID(reference)).first()
    except ValueError:
        # Another service of the same account has references of its own.
        email = None
    return email, status, at, sending


def _answer(status: int, words: str) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")
