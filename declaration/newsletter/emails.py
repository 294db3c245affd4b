"""The emails to readers that are not issues; each function is named after what it says."""

from typing import Any

from declaration.newsletter import links
from declaration.newsletter.models import Subscriber, new_key
from declaration.outbox.models import Email
from declaration.outbox.queue import queue

# Anybody can make these go to any address, so they are counted for each address.
ASKED_FOR = ("newsletter_confirm", "newsletter_already", "newsletter_manage", "newsletter_move")


def asked_for(address: str) -> Any:
    """Return the emails to an address that somebody asked for by typing it in."""
    return Email.objects.one_off().filter(to=address, message__in=ASKED_FOR)


def ask_to_confirm(subscriber: Subscriber) -> None:
    _send(subscriber, "newsletter_confirm", confirm_url=links.confirm_url(subscriber))


def tell_they_are_subscribed(subscriber: Subscriber) -> None:
    _send(subscriber, "newsletter_already", manage_url=links.manage_url(subscriber))


def send_manage_link(subscriber: Subscriber) -> None:
    _send(subscriber, "newsletter_manage", manage_url=links.manage_url(subscriber))


def ask_new_address_to_confirm(subscriber: Subscriber, address: str) -> None:
    _send(subscriber, "newsletter_move", to=address, move_url=links.move_url(subscriber, address))


def _send(subscriber: Subscriber, message: str, *, to: str = "", **context: Any) -> None:
    queue(
        to=to or subscriber.email,
        message=message,
        # Each asking is an email of its own; the caps are elsewhere.
        key=f"{message}:{subscriber.pk}:{new_key()}",
        about=subscriber,
        context={"link_days": links.LINK_DAYS, **context},
    )
