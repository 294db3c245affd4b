"""Real PostgreSQL servers for tests, each with a copy of one data folder that is made once for a run."""

import atexit
import contextlib
import functools
import os
import signal
import subprocess
import uuid
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.made_once import made_once, migrate
from tests.programs import (
    LOOPBACK,
    PATIENCE,
    Program,
    find_program,
    free_port,
    temporary_folder,
    wait_until,
)

# It refuses root.
USER = "postgres" if os.geteuid() == 0 else None
MIGRATED = "migrated"


def program_of_postgres(name):
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda bin: int(bin.parent.name))
    return find_program(name, *(map(str, newest[-1:])))


class PostgreSQL:
    """A server on a data folder, on a disk that may forget; `folder` is where it writes its log."""

    def __init__(self, folder, data):
        self.port = free_port()
        self.command = [program_of_postgres("postgres"), "-D", data, "-p", self.port, "-c", "fsync=off"]
        self.command += ["-c", f"listen_addresses={LOOPBACK}", "-c", f"unix_socket_directories={folder}"]
        self.folder = folder
        self.start()

    def start(self):
        self.program = Program(self.command, self.folder / "log", user=USER, cwd=self.folder)
        self.program.wait_for_port(self.port)
        wait_until(self._answers, what="PostgreSQL to answer")

    def _answers(self):
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def url(self, name):
        return f"postgres://postgres@{LOOPBACK}:{self.port}/{name}"

    def database(self, template="template1"):
        """Return the address of a new, empty database."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def migrated_database(self):
        """Return the address of a new database, empty, with every migration applied."""
        return self.database(template=MIGRATED)

    def stop(self):
        self.program.stop(number=signal.SIGINT)


@contextlib.contextmanager
def postgres():
    """A running PostgreSQL of one's own; under another user when the tests run as root."""
    made = made_once("postgres", _make_data)
    with temporary_folder(owner=USER) as folder:
        subprocess.run(["cp", "-Rp", made, folder / "data"], check=True)
        server = PostgreSQL(folder, folder / "data")
        try:
            yield server
        finally:
            server.stop()


def _make_data(path):
    with temporary_folder(owner=USER) as folder:
        data = folder / "data"
        initdb = [program_of_postgres("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]
        made = Program(initdb, folder / "initdb.log", user=USER, cwd=folder)
        if made.process.wait(PATIENCE) != 0:
            pytest.fail((folder / "initdb.log").read_text())
        server = PostgreSQL(folder, data)
        try:
            with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {MIGRATED}")
            migrate(server.url(MIGRATED))
        finally:
            server.stop()
        data.rename(path)


@functools.cache
def shared_postgres():
    """Return one PostgreSQL for all tests of a process, each of which gets a database of its own."""
    return _at_exit.enter_context(postgres())


_at_exit = ExitStack()
atexit.register(_at_exit.close)
