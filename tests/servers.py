"""The whole service as real processes: pages, worker, clock, database, broker and mail server."""

import atexit
import functools
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from tests.programs import (
    LOOPBACK,
    ROOT,
    Program,
    free_port,
    postgres,
    python,
    redis_server,
    smtp_sink,
    temporary_folder,
    wait_until,
)
from tests.recording_smtp import RecordingSMTP

__all__ = ["RecordingSMTP", "Stack", "postgres", "redis_server", "smtp_sink"]

KINDS = ["sqlite", "postgres"]


class Stack:
    """`Stack("sqlite")` uses the file broker, `Stack("postgres")` PostgreSQL and Redis.

    A context manager; `web=False` or `worker=False` leaves that process out, `smtp` is the
    port of a mail server to use instead of a recording one, `env` adds settings.
    """

    def __init__(self, kind="sqlite", *, web=True, worker=True, smtp=None, env=None):
        self.kind = kind
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
        self.env["DATABASE_URL"] = f"sqlite:///{self.folder}/db.sqlite3"
        if self.kind == "postgres":
            self.redis = self._exit.enter_context(redis_server())
            self.env |= {"DATABASE_URL": shared_postgres().database(), "REDIS_URL": self.redis.url}
        self.env |= self._env
        self.manage("migrate", "--verbosity", "0", "--skip-checks")
        if self._web:
            self.start_web()
        if self._worker:
            self.start_worker()

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

    def start_worker(self, concurrency=2):
        """Start the worker with its clock, and wait until it takes tasks."""
        log = self.folder / "worker.log"
        ready = log.read_text(errors="replace").count(" ready.") if log.exists() else 0
        celery = python("celery", "--app=config", "worker", "--beat", "--loglevel=INFO", "--without-mingle")
        options = [f"--concurrency={concurrency}", "--queues=transactional,newsletter", "--without-gossip"]
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

    def python(self, code, **names):
        """Run code inside the service; `names` are passed as JSON and `answer` is returned as JSON."""
        given = f"import json; globals().update(json.loads({json.dumps(names)!r}))"
        script = f"{given}\n{code}\nprint('ANSWER' + json.dumps(globals().get('answer')))"
        printed = self.manage("shell", "--verbosity", "0", "--no-imports", "--command", script)
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


@functools.cache
def collected_static():
    """Collect the static files once for all stacks of a test run, and return the folder."""
    folder = Path(tempfile.mkdtemp(prefix="declaration-static-"))
    _at_exit.callback(shutil.rmtree, folder, ignore_errors=True)
    env = {**os.environ, "DEBUG": "true", "STATIC_ROOT": str(folder), "VAR_DIR": str(folder / "var")}
    for command in (["collect_frontend"], ["collectstatic", "--noinput", "--verbosity", "0"]):
        subprocess.run([*python("manage"), *command], cwd=ROOT, env=env, check=True, capture_output=True)
    return folder


@functools.cache
def shared_postgres():
    """Return one PostgreSQL for all stacks of a test run; each gets a database of its own."""
    return _at_exit.enter_context(postgres())


_at_exit = ExitStack()
atexit.register(_at_exit.close)
