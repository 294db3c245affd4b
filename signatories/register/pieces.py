"""Pieces of pages and files, written once for each state of the register."""

import threading
from collections.abc import Hashable

# Characters that one process keeps: about 4,000 rows of the list, or of a file.
_MOST = 8_000_000


class Pieces:
    """Text that was written once. The oldest goes when there is no more room."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, Hashable], str] = {}
        self._room = _MOST
        self._lock = threading.Lock()

    def get(self, kind: str, what: Hashable) -> str | None:
        return self._texts.get((kind, what))

    def keep(self, kind: str, what: Hashable, text: str) -> str:
        """Keep a piece, and return it."""
        with self._lock:
            if (kind, what) not in self._texts:
                self._texts[kind, what] = text
                self._room -= len(text)
                while self._room < 0:
                    self._room += len(self._texts.pop(next(iter(self._texts))))
        return text

    def only(self, kind: str) -> "Pieces":
        """Return the pieces of one kind, for the state that follows."""
        following = Pieces()
        with self._lock:
            following._texts = {key: text for key, text in self._texts.items() if key[0] == kind}
        following._room -= sum(map(len, following._texts.values()))
        return following
