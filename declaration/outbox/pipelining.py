"""Transactions of one statement each that travel to PostgreSQL together while we do something else.

This is libpq's pipeline mode, spoken through `psycopg.pq`: each statement is parsed once for a connection
and committed by itself, and nobody waits for the answer to one before the next is said. The driver's own
cursors cost twice the CPU. Elsewhere, and within a transaction, the statements run at once, in order.
"""

import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection
from psycopg import pq

_GOOD = {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK}
# The names under which each connection keeps its statements parsed.
_names: WeakKeyDictionary[psycopg.Connection[Any], dict[str, bytes]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Transaction:
    """One statement, which returns keys; `on_disk` makes it wait for the disk within `quick_results`."""

    words: str
    values: Sequence[Any]
    on_disk: bool = False


Collect = Callable[[], list[set[int]]]


def post(transactions: Sequence[Transaction]) -> Collect:
    """Send transactions off; what is returned waits for them and tells the keys that each returned.

    It has to be called before anything else is asked of the database. Both raise what the database raises.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        found = [_run(transaction) for transaction in transactions]
        return lambda: found
    if not transactions:
        return list
    connection.ensure_connection()
    with _hanging_up_on_errors():
        pipeline = _Pipeline(connection.connection)
        for transaction in transactions:
            pipeline.say(transaction)
        pipeline.end()

    def collect() -> list[set[int]]:
        with _hanging_up_on_errors():
            return pipeline.collect()

    return collect


def _run(transaction: Transaction) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(transaction.words, transaction.values)
        return {key for (key,) in cursor.fetchall()}


@contextmanager
def _hanging_up_on_errors() -> Iterator[None]:
    """Let nobody use the connection after an error: they would hear the answers to what we asked."""
    with connection.wrap_database_errors:
        try:
            yield
        except BaseException:
            if connection.connection is not None:
                connection.connection.close()
            connection.close()
            raise


class _Pipeline:
    """What was said to one connection and has no answer yet."""

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self._pgconn = driver.pgconn
        self._names = _names.setdefault(driver, {})
        # How many answers to pass over before the keys of each transaction, and after them.
        self._expected: list[tuple[int, int]] = []
        self._pgconn.enter_pipeline_mode()

    def say(self, transaction: Transaction) -> None:
        before = self._say("BEGIN")
        if transaction.on_disk:
            before += self._say("SET LOCAL synchronous_commit = on")
        before += self._say(transaction.words, transaction.values) - 1
        self._expected.append((before, self._say("COMMIT")))

    def end(self) -> None:
        # Once, because PostgreSQL sends a packet of its own at each; an error skips what is left till here.
        self._pgconn.pipeline_sync()
        self._flush()

    def collect(self) -> list[set[int]]:
        self._flush()
        found = []
        for before, after in self._expected:
            for _ in range(before):
                self._answer()
            result = self._answer()
            found.append({int(result.get_value(row, 0) or 0) for row in range(result.ntuples)})
            for _ in range(after):
                self._answer()
        self._result()
        self._pgconn.exit_pipeline_mode()
        return found

    def _say(self, words: str, values: Sequence[Any] = ()) -> int:
        """Say one statement, which is parsed the first time; return how many answers that has."""
        name, answers = self._names.get(words), 1
        if name is None:
            name = self._names[words] = b"pipelined_%d" % len(self._names)
            self._pgconn.send_prepare(name, _numbered(words))
            answers = 2
        self._pgconn.send_query_prepared(name, [_written(value) for value in values])
        return answers

    def _answer(self) -> Any:
        """Return the answer to one statement. Raises psycopg.Error."""
        result = self._result()
        if result is None:
            raise psycopg.OperationalError("PostgreSQL hung up.")
        if result.status not in _GOOD:
            raise psycopg.errors.error_from_result(result)
        if self._result() is not None:
            raise psycopg.InterfaceError("PostgreSQL said more than was asked of it.")
        return result

    def _result(self) -> Any:
        while self._pgconn.is_busy():
            self._wait(select.POLLIN)
            self._pgconn.consume_input()
        return self._pgconn.get_result()

    def _flush(self) -> None:
        while self._pgconn.flush():
            # PostgreSQL may want to be heard before it listens on.
            self._wait(select.POLLIN | select.POLLOUT)
            self._pgconn.consume_input()

    def _wait(self, events: int) -> None:
        waiting = select.poll()
        waiting.register(self._pgconn.socket, events)
        waiting.poll()


def _numbered(words: str) -> bytes:
    """Return a statement with $1, $2 … where it has %s."""
    first, *rest = words.split("%s")
    return "".join([first, *(f"${number}{piece}" for number, piece in enumerate(rest, start=1))]).encode()


def _written(value: Any) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, list):
        return b"{%s}" % b",".join(_written(one) or b"" for one in value)
    # A text ends at its first NUL for PostgreSQL.
    return (value.isoformat() if isinstance(value, datetime) else str(value)).encode()
