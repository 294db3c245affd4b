"""Statements whose SQL is written once: writing it takes several times as long as asking the database.

For the few of a request that has to be cheap; every other is written where it is asked.
"""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, Generic, TypeVar, cast

from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, Expression, Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError
from django.db.utils import DEFAULT_DB_ALIAS

Row = TypeVar("Row")
Written = TypeVar("Written", bound=Model)


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
        self._compiler = compiler

    @property
    def query(self) -> "_Asked":
        """Itself; kept nowhere, so that nothing is left for the garbage collector."""
        return self

    def get_compiler(self, using: str) -> SQLCompiler:
        return self._compiler


class KeptInsert(Generic[Written]):
    """Writes new rows of one model in one statement, which is written down at its first use.

    As with ``bulk_create``, no ``save`` and no signal. ``unless_taken`` leaves out a row whose unique
    key is taken, also by one of the same moment; rows then do not learn their primary key.
    """

    def __init__(self, model: type[Written], *, unless_taken: bool = False) -> None:
        meta = model._meta
        self._fields = [field for field in meta.concrete_fields if not isinstance(field, AutoField)]
        self._learns_key = not unless_taken and isinstance(meta.pk, AutoField)
        columns = ", ".join(f'"{field.column}"' for field in self._fields)
        self._begin = f'INSERT INTO "{meta.db_table}" ({columns}) VALUES '  # noqa: S608 - names of the model
        self._row = f"({', '.join(['%s'] * len(self._fields))})"
        self._end = " ON CONFLICT DO NOTHING" if unless_taken else ""
        if self._learns_key:
            self._end += f' RETURNING "{meta.pk.column}"'

    def __call__(self, rows: Sequence[Written]) -> None:
        """Write the rows, as one statement."""
        connection = connections[DEFAULT_DB_ALIAS]
        values = [
            field.get_db_prep_save(field.pre_save(row, True), connection)
            for row in rows
            for field in self._fields
        ]
        with connection.cursor() as cursor:
            cursor.execute(self._begin + ", ".join([self._row] * len(rows)) + self._end, values)
            if self._learns_key:
                for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
                    row.pk = key
        for row in rows:
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


class KeptUpdate(Generic[Written]):
    """Saves some fields of a row that is in the database, by one statement written down once.

    As with ``save(update_fields=…)`` the fields that set themselves do so; no signal.
    """

    def __init__(self, model: type[Written], fields: Sequence[str]) -> None:
        meta = model._meta
        self._key = meta.pk.attname
        known = {field.name: field for field in meta.concrete_fields}
        self._fields = [known[name] for name in fields]
        columns = ", ".join(f'"{field.column}" = %s' for field in self._fields)
        self._sql = f'UPDATE "{meta.db_table}" SET {columns} WHERE "{meta.pk.column}" = %s'  # noqa: S608

    def __call__(self, row: Written) -> None:
        """Save them. Raises DatabaseError if the row is not there."""
        connection = connections[DEFAULT_DB_ALIAS]
        values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in self._fields]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [*values, getattr(row, self._key)])
            if cursor.rowcount != 1:
                raise DatabaseError("The row to be saved is not in the database.")
