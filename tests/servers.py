"""The whole service as real processes: pages, worker, clock, database, broker and mail server."""

import json
import os
import sqlite3
import subprocess
from contextlib import ExitStack

import psycopg
import pytest

from tests.made_once import collected_static, copy_migrated_sqlite
from tests.postgresql import shared_postgres
from tests.programs import (
    LOOPBACK,
    ROOT,
    Program,
    free_port,
    python,
    redis_server,
    smtp_sink,
    temporary_folder,
    wait_until,
)
from tests.recording_smtp import RecordingSMTP

__all__ = ["RecordingSMTP", "Stack", "redis_server", "smtp_sink"]

KINDS = ["sqlite", "postgres"]


class Stack:
    """`Stack("sqlite")` uses the file broker, `Stack("postgres")` PostgreSQL and Redis.

    A context manager; `web=False` or `worker=False` leaves that process out, `smtp` is the
    port of a mail server to use instead of a recording one, `server` a PostgreSQL to use instead of
    the shared one, `env` adds settings. A database named in there is migrated; others come so.
    """

    def __init__(self, kind="sqlite", *, web=True, worker=True, smtp=None, server=None, env=None):
        self.kind = kind
        self._server = server
        self._web, self._worker, self._smtp_port = web, worker, smtp
        self._env = env or {}
        self._exit = ExitStack()
        self.web = self.worker = self.smtp = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        self.stop()

    def start(self):
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def _start(self):
        self.folder = self._exit.enter_context(temporary_folder())
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        if self._smtp_port is None:
            self.smtp = self._exit.enter_context(RecordingSMTP())
            self._smtp_port = self.smtp.port
        self.env = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "CI") if name in os.environ},
            "DEBUG": "true",
            "VAR_DIR": str(self.folder),
            "PORT": str(self.port),
            "SITE_URL": self.url,
            "EMAIL_URL": f"smtp://{LOOPBACK}:{self._smtp_port}",
            "MAIL_TIMEOUT_SECONDS": "2",
            "MAIL_LEASE_SECONDS": "16",
            "STATIC_ROOT": str(collected_static()),
            "WEB_CONCURRENCY": "1",
            "PYTHONWARNINGS": "ignore",
        }
        if self.kind == "postgres":
            self.redis = self._exit.enter_context(redis_server())
            self.env["REDIS_URL"] = self.redis.url
        self.env |= self._env
        if "DATABASE_URL" in self._env:
            self.manage("migrate", "--verbosity", "0", "--skip-checks")
        else:
            self.env["DATABASE_URL"] = self._migrated_database()
        if self._web:
            self.start_web()
        if self._worker:
            self.start_worker()

    def _migrated_database(self):
        if self.kind == "postgres":
            return (self._server or shared_postgres()).migrated_database()
        path = self.folder / "db.sqlite3"
        copy_migrated_sqlite(path)
        return f"sqlite:///{path}"

    def stop(self):
        for program in (self.web, self.worker):
            if program:
                program.kill()
        self._exit.close()

    # The parts.

    def start_web(self):
        gunicorn = python("gunicorn", "--config", "config/gunicorn.py", "--bind", f"{LOOPBACK}:{self.port}")
        self.web = Program([*gunicorn, "config.wsgi"], self.folder / "web.log", env=self.env)
        self.web.wait_for_port(self.port)

    def stop_web(self):
        self.web.stop()

    def start_worker(self, concurrency=2, queues="transactional,newsletter"):
        """Start the worker with its clock, and wait until it takes tasks."""
        log = self.folder / "worker.log"
        ready = log.read_text(errors="replace").count(" ready.") if log.exists() else 0
        celery = python("celery", "--app=config", "worker", "--beat", "--loglevel=INFO", "--without-mingle")
        options = [f"--concurrency={concurrency}", f"--queues={queues}", "--without-gossip"]
        self.worker = Program([*celery, *options], log, env=self.env)
        wait_until(lambda: log.read_text(errors="replace").count(" ready.") > ready, what="the worker")

    def kill_worker(self):
        """Kill the worker, its children and its clock with SIGKILL."""
        self.worker.kill()

    def stop_worker(self, seconds=15):
        """Ask the worker to end with SIGTERM; return whether it did."""
        return self.worker.stop(seconds)

    def stop_broker(self):
        """Take the broker away: Redis is killed; the folder of the file broker becomes a file."""
        if self.kind == "postgres":
            self.redis.stop()
        else:
            (self.folder / "broker").rename(self.folder / "broker-away")
            (self.folder / "broker").touch()

    def start_broker(self):
        """Bring the broker back as empty as Redis comes back."""
        if self.kind == "postgres":
            self.redis.start()
        else:
            (self.folder / "broker").unlink()
            (self.folder / "broker-away").rename(self.folder / "broker")

    # What a test asks.

    def manage(self, *arguments, seconds=120):
        """Run manage.py with the stack's settings and return what it prints."""
        command = [*python("manage"), *arguments]
        ran = subprocess.run(
            command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=seconds, check=False
        )
        if ran.returncode != 0:
            pytest.fail(f"manage.py {' '.join(arguments)[:200]} failed:\n{ran.stdout}\n{ran.stderr}")
        return ran.stdout

    def python(self, code, *, seconds=120, **names):
        """Run code inside the service; `names` are passed as JSON and `answer` is returned as JSON."""
        given = f"import json; globals().update(json.loads({json.dumps(names)!r}))"
        script = f"{given}\n{code}\nprint('ANSWER' + json.dumps(globals().get('answer')))"
        shell = ["shell", "--verbosity", "0", "--no-imports", "--command"]
        printed = self.manage(*shell, script, seconds=seconds)
        return json.loads(printed.rpartition("ANSWER")[2])

    def rows(self, query, *values):
        """Return the rows of a query, asked of the database itself."""
        if self.kind == "postgres":
            with psycopg.connect(self.env["DATABASE_URL"], autocommit=True) as connection:
                cursor = connection.execute(query.replace("?", "%s"), values)
                return cursor.fetchall() if cursor.description else []
        connection = sqlite3.connect(self.folder / "db.sqlite3", timeout=20)
        try:
            with connection:
                return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def mails(self, *, to=None):
        """Return what the recording mail server got, oldest first."""
        return self.smtp.to(to) if to else list(self.smtp.mails)

    def wait_for_mail(self, *, to, count=1, seconds=30):
        """Return the newest mail to an address once there are `count` of them."""
        return self.smtp.wait_for(count, to=to, seconds=seconds)[-1]
