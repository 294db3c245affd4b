"""What a transport may answer: a provider's reference, or one of two errors; all else crashes loudly."""

from datetime import datetime
from typing import Protocol

from declaration.outbox.models import Email


class TryLater(Exception):
    """Not now. `code` is short, `words` are for staff.

    `for_all` means the trouble is with the server and not with this one email, so that others
    need not be tried. `maybe_accepted` means the connection broke after the whole message was
    handed over and before the answer came. `not_before` is the earliest time to try again.
    """

    def __init__(
        self,
        code: str,
        words: str,
        *,
        for_all: bool = False,
        maybe_accepted: bool = False,
        not_before: datetime | None = None,
    ) -> None:
        super().__init__(f"{code}: {words}")
        self.code = code
        self.words = words
        self.for_all = for_all
        self.maybe_accepted = maybe_accepted
        self.not_before = not_before


class Never(Exception):
    """This email will not be taken, however often it is tried."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.code = code
        self.words = words


class Transport(Protocol):
    # Whether `find` can tell what became of an email whose answer was lost.
    remembers: bool

    def send(self, email: Email) -> str:
        """Hand over one email and return the provider's reference. Raises TryLater or Never."""

    def find(self, email: Email) -> str | None:
        """Return the provider's reference of an email it took, or None. Raises TryLater."""

    def close(self) -> None:
        """Let go of any connection. Never raises."""
