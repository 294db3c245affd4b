"""Transactions of one statement each that travel to PostgreSQL together while we do something else.

This is libpq's pipeline mode, spoken through `psycopg.pq`: each statement is parsed once for a connection
and committed by itself, and nobody waits for the answer to one before the next is said. The driver's own
pipeline commits all of it at once. Elsewhere, and within a transaction, the statements run at once, in order.
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

_ALOUD = b"SET LOCAL synchronous_commit = on"
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
        expected = [_send(connection.connection, transaction) for transaction in transactions]
        _flush(connection.connection.pgconn)
    return lambda: _collect(expected)


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


def _send(driver: psycopg.Connection[Any], transaction: Transaction) -> int:
    """Say one transaction; return how many answers it has before its end."""
    pgconn, answers = driver.pgconn, 1
    if pgconn.pipeline_status == pq.PipelineStatus.OFF:
        pgconn.enter_pipeline_mode()
    names = _names.setdefault(driver, {})
    name = names.get(transaction.words)
    if name is None:
        name = names[transaction.words] = b"pipelined_%d" % len(names)
        pgconn.send_prepare(name, _numbered(transaction.words))
        answers += 1
    if transaction.on_disk:
        pgconn.send_query_params(b"BEGIN", None)
        pgconn.send_query_params(_ALOUD, None)
        answers += 2
    pgconn.send_query_prepared(name, [_written(value) for value in transaction.values])
    if transaction.on_disk:
        pgconn.send_query_params(b"COMMIT", None)
        answers += 1
    pgconn.pipeline_sync()
    return answers


def _collect(expected: list[int]) -> list[set[int]]:
    with _hanging_up_on_errors():
        pgconn = connection.connection.pgconn
        _flush(pgconn)
        found = []
        for answers in expected:
            keys: set[int] = set()
            for _ in range(answers):
                result = _next(pgconn)
                keys.update(int(result.get_value(row, 0) or 0) for row in range(result.ntuples))
                if _result(pgconn) is not None:
                    raise psycopg.InterfaceError("PostgreSQL said more than was asked of it.")
            _result(pgconn)  # the end of this transaction
            found.append(keys)
        pgconn.exit_pipeline_mode()
    return found


def _next(pgconn: Any) -> Any:
    """Return the answer to one statement. Raises psycopg.Error."""
    result = _result(pgconn)
    if result is None:
        raise psycopg.OperationalError("PostgreSQL hung up.")
    if result.status not in _GOOD:
        raise psycopg.errors.error_from_result(result)
    return result


def _result(pgconn: Any) -> Any:
    while pgconn.is_busy():
        _wait(pgconn, select.POLLIN)
        pgconn.consume_input()
    return pgconn.get_result()


def _flush(pgconn: Any) -> None:
    while pgconn.flush():
        # PostgreSQL may want to be heard before it listens on.
        _wait(pgconn, select.POLLIN | select.POLLOUT)
        pgconn.consume_input()


def _wait(pgconn: Any, events: int) -> None:
    waiting = select.poll()
    waiting.register(pgconn.socket, events)
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
