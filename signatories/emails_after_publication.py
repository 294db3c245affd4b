"""Every email about what is public already. A function's name is the sentence the email says."""

from typing import Any

from django.urls import reverse

from declaration.outbox.queue import queue
from signatories.links import absolute
from signatories.models import Progress, Signature


def _send(signature: Signature, *, to: str, message: str, key: str, **context: Any) -> None:
    queue(
        to=to,
        message=message,
        key=f"{message}:{signature.reference}:{key}",
        about=signature,
        context={
            "signature": signature,
            "commitment": signature.commitment,
            "dashboard_url": absolute(reverse("dashboard")),
            **context,
        },
    )


def tell_officer_progress_taken_down(signature: Signature, progress: Progress, reason: str) -> None:
    """To whoever reported it."""
    _send(
        signature,
        to=progress.reported_by.email,
        message="tell_officer_progress_taken_down",
        key=str(progress.pk),
        progress=progress,
        reason=reason,
    )


def ask_for_update(signature: Signature, *, months: int) -> None:
    """To the officer, and to the team's mailbox, which outlives an officer who has moved on."""
    officer = signature.submitted_by
    assert officer is not None  # noqa: S101 - whatever is published was submitted
    for to in dict.fromkeys(filter(None, (officer.email, officer.team_mailbox.lower()))):
        _send(
            signature,
            to=to,
            message="ask_for_update",
            key=f"{months}:{'officer' if to == officer.email else 'team'}",
            months=months,
            update_url=absolute(reverse("report_progress", args=[signature.reference])),
        )
