"""How fresh public pages are: one number that moves with everything the public sees.

The number is read from the database for each request, so whatever is kept under it (a page, rows
in memory, an ETag) is right in every web process, with or without a cache between them.
"""

import atexit
import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import connection, transaction
from django.utils import timezone

from declaration.audit.recording import OutsideTransaction
from declaration.models import PublicState

_ROW = 1
_QUESTION = f"SELECT number, changed_at FROM {PublicState._meta.db_table} WHERE id = {_ROW}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Freshness:
    number: int
    changed_at: datetime


# Written out, because the ORM would need two statements, and hold the row for longer.
_MOVE = (
    f"UPDATE {PublicState._meta.db_table} SET number = number + %s,"  # noqa: S608
    " changed_at = CASE WHEN changed_at > %s THEN changed_at ELSE %s END"
    f" WHERE id = {_ROW} RETURNING number, changed_at"
)


# Before anything was ever published: the month in which the Declaration was.
_NOTHING_YET = Freshness(0, datetime(2018, 7, 1, tzinfo=UTC))


def freshness() -> Freshness:
    """Return the number and time of the newest change that is visible now. One query."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        row = _watch.read()
    else:
        row = PublicState.objects.filter(pk=_ROW).values_list("number", "changed_at").first()
    return Freshness(*row) if row else _NOTHING_YET


def move_on(by: int = 1) -> Freshness:
    """Take the next number, or the last of so many next ones, for a change made in this transaction.

    The row stays locked until the transaction ends: numbers become visible in the order in which
    they were taken, so whoever has seen one number has seen all smaller ones. Call this last, so
    that others wait for a moment only. Time never runs backwards from one number to the next.
    Raises OutsideTransaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction("Move on inside the transaction that makes the change.")
    moved = _moved(by)
    if moved is None:
        PublicState.objects.bulk_create([PublicState(pk=_ROW)], ignore_conflicts=True)
        moved = _moved(by)
    assert moved is not None  # noqa: S101 - nobody removes the row
    return moved


def _moved(by: int) -> Freshness | None:
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [by, now, now])
        row = cursor.fetchone()
    if row is None:
        return None
    number, changed_at = row
    # SQLite keeps moments as text, in UTC; from some releases on it says which text is a moment.
    if isinstance(changed_at, str):
        changed_at = datetime.fromisoformat(changed_at)
    return Freshness(number, changed_at if changed_at.tzinfo else changed_at.replace(tzinfo=UTC))


class _Watch:
    """A connection to PostgreSQL of each process's own, that only reads the number.

    Taking one from the pool and giving it back costs ten times what the question costs, and a
    page that is kept asks nothing else.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self._belongs_to: tuple[object, ...] = ()

    def read(self) -> tuple[int, datetime] | None:
        with self._lock:
            try:
                return self._ask()
            except psycopg.OperationalError:
                # The server was restarted, perhaps: once more, over a new connection.
                self.close()
        with connection.wrap_database_errors, self._lock:
            return self._ask()

    def _ask(self) -> tuple[int, datetime] | None:
        settings = connection.settings_dict
        # A child of this process needs a connection of its own; tests change databases.
        here = (os.getpid(), settings["HOST"], settings["PORT"], settings["NAME"])
        if self._connection is None or self._belongs_to != here:
            if self._belongs_to[:1] == here[:1]:
                self.close()
            parameters = {**connection.get_connection_params(), "autocommit": True}
            self._connection, self._belongs_to = psycopg.connect(**parameters), here
        return self._connection.execute(_QUESTION).fetchone()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


_watch = _Watch()
atexit.register(_watch.close)
