"""A database of one's own, SQLite file or PostgreSQL, with the settings the service has there."""

import contextlib

import dj_database_url
from django.core.management import call_command
from django.db import connection, connections

from tests.servers import shared_postgres

KINDS = ["sqlite", "postgres"]


@contextlib.contextmanager
def own_database(kind, folder, blocker):
    """Point the default connection, in every thread, at an empty migrated database of this kind."""
    ours = dict(connections.settings["default"])
    address = f"sqlite:///{folder / 'db.sqlite3'}" if kind == "sqlite" else shared_postgres().database()
    theirs = {**ours, "OPTIONS": {}, **dj_database_url.parse(address)}
    theirs["OPTIONS"] = OPTIONS[kind]
    with blocker.unblock():
        _switch_to(theirs)
        try:
            call_command("migrate", verbosity=0, skip_checks=True)
            yield
        finally:
            _switch_to(ours)


OPTIONS = {
    "sqlite": {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    },
    # As many connections as three web processes have together.
    "postgres": {"pool": {"min_size": 1, "max_size": 24, "timeout": 20}, "connect_timeout": 5},
}


def _switch_to(database):
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()
    del connections["default"]
    connections.settings["default"] = database
