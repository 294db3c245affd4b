"""Emails looked at before they go, rendered as the outbox renders them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from declaration.outbox.queue import written

# What an email is handed to: the outbox, unless somebody only wants to look at it.
Post = Callable[..., object]
# Stands in previews for the link that is the approver's alone.
HIDDEN_LINK = "https://the-link-is-for-the-approver-alone"


@dataclass(frozen=True)
class Preview:
    """An email as it would be sent."""

    to: str
    subject: str
    text: str
    html: str


def preview(owe: Callable[[Post], None]) -> list[Preview]:
    """Return the emails that ``owe`` hands to the post it is given. Writes nothing.

    The approver's link stays hidden, for whoever has it can sign.
    """
    previews: list[Preview] = []

    def look(*, to: str, message: str, context: dict[str, Any], **_: Any) -> None:
        if "sign_url" in context:
            context = {**context, "sign_url": HIDDEN_LINK}
        previews.append(Preview(to, **written(message, {**context, "to": to})))

    owe(look)
    return previews
