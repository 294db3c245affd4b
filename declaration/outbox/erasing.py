"""What goes of the emails to somebody who asks to be erased."""

from typing import Any

from django.db.models import QuerySet

from declaration.outbox import forgetting
from declaration.outbox.models import Email
from declaration.personal_data.erasing import Eraser, Fate, erase_by
from declaration.personal_data.holds import about_held

WORDS = ("to", "subject", "text")


def _emails(address: str) -> QuerySet[Email]:
    return Email.objects.one_off().filter(to=address)


def _fate(email: Email) -> Fate:
    if email.state not in forgetting.FINISHED:
        return Fate(stays=WORDS, why="sending")
    if email.about_type and Email.objects.filter(about_held(), pk=email.pk).exists():
        return Fate(stays=WORDS, why="held")
    return Fate(goes=WORDS)


def _erase(email: Email, *, by: Any) -> None:
    forgetting.forget_email(email)


def _named(email: Email) -> str:
    return "" if email.secret else email.subject


erase_by(Eraser("Emails", _emails, _fate, _erase, _named))
