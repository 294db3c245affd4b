"""What goes of a reader who asks to be erased."""

from typing import Any

from django.db.models import QuerySet

from declaration.newsletter.models import Subscriber
from declaration.newsletter.subscribing import forget
from declaration.personal_data.erasing import EVERYTHING, Eraser, Fate, erase_by


def _readers(address: str) -> QuerySet[Subscriber]:
    return Subscriber.objects.filter(email=address)


def _fate(reader: Subscriber) -> Fate:
    return Fate(goes=(EVERYTHING,))


def _erase(reader: Subscriber, *, by: Any) -> None:
    forget(subscriber=reader)


def _named(reader: Subscriber) -> str:
    return ""


erase_by(Eraser("Newsletter", _readers, _fate, _erase, _named))
