"""Links in emails: signed, each for one purpose, dead after a week or once the reader's key has changed."""

from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from declaration.newsletter.models import Subscriber

LINK_DAYS = 7
_AGE = LINK_DAYS * 24 * 60 * 60


class DeadLink(Exception):
    """The link is wrong, too old, or its reader has moved on."""


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def confirm_url(subscriber: Subscriber) -> str:
    token = _signed("confirm", [subscriber.pk, subscriber.link_key])
    return absolute(reverse("newsletter_confirm", args=[token]))


def manage_url(subscriber: Subscriber) -> str:
    return absolute(reverse("newsletter_manage", args=[manage_token(subscriber)]))


def manage_token(subscriber: Subscriber) -> str:
    return _signed("manage", [subscriber.pk, subscriber.link_key])


def move_url(subscriber: Subscriber, address: str) -> str:
    token = _signed("move", [subscriber.pk, subscriber.link_key, address])
    return absolute(reverse("newsletter_move", args=[token]))


def subscriber_of(token: str, purpose: str) -> tuple[Subscriber, list[Any]]:
    """Return whose link it is and what else it says. Raises DeadLink."""
    try:
        pk, key, *rest = signing.loads(token, salt=f"newsletter.{purpose}", max_age=_AGE)
    except (signing.BadSignature, ValueError) as wrong:
        raise DeadLink from wrong
    subscriber = Subscriber.objects.filter(pk=pk, link_key=key).first()
    if subscriber is None:
        raise DeadLink
    return subscriber, rest


def _signed(purpose: str, what: list[Any]) -> str:
    return signing.dumps(what, salt=f"newsletter.{purpose}")
