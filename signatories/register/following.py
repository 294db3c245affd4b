"""What a process holds of the register under the public number, and how it follows what changes."""

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from declaration.freshness import Freshness, freshness
from signatories.models import RegisterChange

# After more changes than this it is cheaper to read everything.
MANY_CHANGES = 200


class Numbered(Protocol):
    """Something made under a number; it is never altered."""

    @property
    def fresh(self) -> Freshness: ...


T = TypeVar("T", bound=Numbered)


class Held(Generic[T]):
    """The newest state of one thing that this process holds.

    ``whole`` reads all of it; ``following`` makes the next state from the one before, reading again
    only the organisations that changed.
    """

    def __init__(
        self, whole: Callable[[Freshness], T], following: Callable[[T, Freshness, set[int]], T]
    ) -> None:
        self._whole = whole
        self._following = following
        self._state: T | None = None
        self._lock = threading.Lock()

    def current(self, fresh: Freshness | None = None) -> T:
        """Return the state at this number, or now. It may hold newer changes, never older ones."""
        if fresh is None:
            fresh = freshness()
        state = self._state
        if state is not None and state.fresh == fresh:
            return state
        with self._lock:
            # Others may have read on while this thread waited.
            fresh = freshness()
            state = self._state
            if state is None or state.fresh.number > fresh.number:
                # The first, or the number ran backwards: a database restored from a backup.
                state = self._whole(fresh)
            elif state.fresh.number < fresh.number:
                state = self._next(state, fresh)
            elif state.fresh != fresh:
                state = self._whole(fresh)
            self._state = state
            return state

    def _next(self, state: T, fresh: Freshness) -> T:
        then = state.fresh.number
        if fresh.number - then > MANY_CHANGES:
            return self._whole(fresh)
        since = dict(RegisterChange.objects.after(then).values_list("number", "organisation"))
        # A number without a change says that something else did: a banner, a service area, or what
        # somebody put right by hand. All is read again. There may be newer numbers by now.
        if not since.keys() >= set(range(then + 1, fresh.number + 1)):
            return self._whole(fresh)
        return self._following(state, fresh, set(since.values()))

    def forget(self) -> None:
        """Drop what is held; the next question reads everything again."""
        self._state = None
