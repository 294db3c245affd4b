"""Emails about who looks after what an organisation signed. A function's name is the sentence it says."""

from datetime import date, timedelta

from django.urls import reverse

from signatories.emails import send_about
from signatories.links import absolute
from signatories.models import Handover, Representative, Signature
from signatories.models.handover import HANDOVER_DAYS


def ask_colleague_to_take_over(handover: Handover) -> None:
    send_about(
        handover.signature,
        to=handover.email,
        message="ask_colleague_to_take_over",
        key=str(handover.pk),
        handover=handover,
        until=handover.asked_at + timedelta(days=HANDOVER_DAYS),
        take_over_url=absolute(reverse("take_over", args=[handover.key])),
    )


def ask_who_looks_after_it(signature: Signature, *, due: date, colleagues: list[Representative]) -> None:
    """To the officer and the team's mailbox, and to colleagues who act for the organisation too."""
    officer = signature.officer
    readers = {officer.email.lower(): "officer", officer.team_mailbox.lower(): "team"}
    for colleague in colleagues:
        readers.setdefault(colleague.email.lower(), str(colleague.pk))
    readers.pop("", None)
    for to, who in readers.items():
        send_about(
            signature,
            to=to,
            message="ask_who_looks_after_it",
            key=f"{due.isoformat()}:{who}",
            officer=officer,
            is_officer=who == "officer",
            contact_url=absolute(reverse("confirm_contact", args=[signature.reference])),
        )


def tell_officer_taken_over(
    signature: Signature, officer: Representative, colleague: Representative, *, occasion: str
) -> None:
    """To whoever looked after it before, and to whoever asked. ``occasion`` tells one time from the next."""
    send_about(
        signature,
        to=officer.email,
        message="tell_officer_taken_over",
        key=f"{occasion}:{officer.pk}",
        officer=officer,
        colleague=colleague,
        stop_url=absolute(reverse("stop_acting", args=[signature.reference])),
    )
