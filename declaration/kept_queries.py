"""Queries whose SQL Django writes once: writing it takes several times as long as asking the database.

For the few queries of a request that has to be cheap; every other is written where it is asked.
"""

from collections.abc import Callable
from copy import copy
from typing import Any, Generic, TypeVar, cast

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError
from django.db.utils import DEFAULT_DB_ALIAS

Row = TypeVar("Row")


class given(Expression):  # noqa: N801 - it reads as a word of the query: filter(pk=given("pk"))
    """Stands in a query for a value that is named each time it is asked, as the database takes it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        return "%s", [self]


class KeptQuery(Generic[Row]):
    """A query, written down at its first use and asked again with other values.

    ``write`` returns the queryset; it may select related rows or lock, but not prefetch. The rows
    are those that the queryset would return.
    """

    def __init__(self, write: Callable[[], QuerySet[Any, Row]]) -> None:
        self._write = write
        # One for each kind of database: tests use two.
        self._kept: dict[str, _Kept] = {}

    def __call__(self, **values: Any) -> list[Row]:
        """Ask it with these values. Raises TransactionManagementError for a lock outside a transaction."""
        connection = connections[DEFAULT_DB_ALIAS]
        kept = self._kept.get(connection.vendor)
        if kept is None:
            kept = self._kept[connection.vendor] = _Kept(self._write())
        if kept.locks and not connection.in_atomic_block:
            raise TransactionManagementError("Rows can be locked inside a transaction only.")
        rows: Any = kept.iterable(cast(Any, kept.asked(connection, values)))
        return list(rows)


class _Kept:
    """A query as it was written for one kind of database."""

    def __init__(self, queryset: QuerySet[Any, Any]) -> None:
        self.iterable = queryset._iterable_class
        self.locks = queryset.query.select_for_update
        self._compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, self._params = self._compiler.as_sql()
        columns = [column for column, *_ in self._compiler.select]
        self._converters = self._compiler.get_converters(columns)

    def asked(self, connection: BaseDatabaseWrapper, values: dict[str, Any]) -> "_Asked":
        """Return what rows are made from, with a compiler of this thread's that has nothing left to do."""
        params = tuple(values[param.name] if isinstance(param, given) else param for param in self._params)
        compiler = copy(self._compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *args, **kwargs: (self._sql, params)
        compiler.get_converters = lambda expressions: self._converters
        return _Asked(compiler)


class _Asked:
    """As much of a queryset, and of its query, as its rows are made from."""

    db = DEFAULT_DB_ALIAS
    _known_related_objects: dict[Any, Any] = {}
    _fields = ()

    def __init__(self, compiler: SQLCompiler) -> None:
        self.query = self
        self._compiler = compiler

    def get_compiler(self, using: str) -> SQLCompiler:
        return self._compiler
