"""A database of one's own, SQLite file or PostgreSQL, with the settings the service has there."""

import contextlib

import dj_database_url
from django.db import connection, connections

from tests.made_once import copy_migrated_sqlite
from tests.postgresql import shared_postgres

KINDS = ["sqlite", "postgres"]


@contextlib.contextmanager
def own_database(kind, folder, blocker):
    """Point the default connection, in every thread, at an empty migrated database of this kind."""
    ours = dict(connections.settings["default"])
    if kind == "sqlite":
        copy_migrated_sqlite(folder / "db.sqlite3")
        address = f"sqlite:///{folder / 'db.sqlite3'}"
    else:
        address = shared_postgres().migrated_database()
    theirs = {**ours, "OPTIONS": {}, **dj_database_url.parse(address)}
    theirs["OPTIONS"] = OPTIONS[kind]
    with blocker.unblock():
        _switch_to(theirs)
        try:
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
