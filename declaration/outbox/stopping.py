"""Learn between two emails that the worker is to stop.

A worker that gets SIGTERM tells its processes nothing and waits for their tasks; a process
that gets SIGTERM itself dies at once. Here the first sets a flag the processes share, and
the second is put off until the email in hand is finished.
"""

import mmap
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from celery.signals import worker_shutting_down

# Anonymous shared memory, made before the worker forks.
_worker_stops = mmap.mmap(-1, 1)


@worker_shutting_down.connect
def _tell_processes(**kwargs: Any) -> None:
    _worker_stops[0] = 1


class Stopping:
    """Whether to stop; true for good once it is true."""

    def __init__(self) -> None:
        self.told = False

    def __call__(self) -> bool:
        return self.told or _worker_stops[0] == 1


@contextmanager
def finishing_what_is_in_hand() -> Iterator[Stopping]:
    """Put SIGTERM off to the end of the block, and answer in it whether one has come."""
    stopping = Stopping()
    if threading.current_thread() is not threading.main_thread():
        yield stopping
        return

    def remember(number: int, frame: FrameType | None) -> None:
        stopping.told = True

    before = signal.signal(signal.SIGTERM, remember)
    try:
        yield stopping
    finally:
        signal.signal(signal.SIGTERM, before)
    if stopping.told:
        signal.raise_signal(signal.SIGTERM)
