"""Let Django empty the database between tests, although the database refuses to remove history.

Production has no way around the triggers. Here the one call by which Django's TransactionTestCase
empties the tables is wrapped: the triggers are taken off and put back in the same transaction.
"""

import pytest
from django.db import transaction
from django.db.backends.base.operations import BaseDatabaseOperations

SQLITE_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
POSTGRESQL_TABLES = """
SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal
"""


@pytest.fixture(autouse=True, scope="session")
def history_may_be_emptied():
    empty = BaseDatabaseOperations.execute_sql_flush

    def empty_history_too(self, sql_list):
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            off, on = _switches(self.connection.vendor, cursor)
            for statement in off:
                cursor.execute(statement)
            empty(self, sql_list)
            for statement in on:
                cursor.execute(statement)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", empty_history_too)
        yield


def _switches(vendor, cursor):
    """Return the statements that take the triggers off and put them back."""
    if vendor == "postgresql":
        cursor.execute(POSTGRESQL_TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        return [
            [f"ALTER TABLE {table} {switch} TRIGGER USER" for table in tables]
            for switch in ("DISABLE", "ENABLE")
        ]
    triggers = cursor.execute(SQLITE_TRIGGERS).fetchall()
    return [f"DROP TRIGGER {name}" for name, _ in triggers], [sql for _, sql in triggers]
