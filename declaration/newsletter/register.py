"""What the newsletter asks of the register of signatories, which it does not know.

The settings name a class that answers; without one there are no regions, no kinds and no news.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class News:
    """Something that happened to one organisation, in words that stand by themselves."""

    # The number under which it became public (`declaration.freshness`).
    number: int
    organisation: str
    what: str
    url: str
    region: str
    kind: str
    areas: frozenset[int]


@dataclass(frozen=True)
class Block:
    """Markdown that an editor can take over into an issue, and then change."""

    name: str
    markdown: str


class Register(Protocol):
    def regions(self) -> Sequence[str]:
        """Return the names of the regions that organisations lie in."""

    def kinds(self) -> Sequence[tuple[str, str]]:
        """Return the kinds of organisation, each with its name."""

    def number_at(self, moment: datetime) -> int:
        """Return the number of the last change that was public at a moment."""

    def news(self, after: int) -> Sequence[News]:
        """Return who signed and what was promised under later numbers and is public now, oldest first."""

    def blocks(self, since: datetime) -> Sequence[Block]:
        """Return what an issue may say about the register, news since a moment included."""


@cache
def register() -> Register:
    found: Register = import_string(settings.NEWSLETTER_REGISTER)()
    return found
