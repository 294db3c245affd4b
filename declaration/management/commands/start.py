"""Prepare and run the whole service on one machine: pages, workers and clock, until Ctrl-C."""

import fcntl
import hashlib
import http.client
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

LOOPBACK = "127.0.0.1"
SECONDS_TO_ANSWER = 30
SECONDS_TO_STOP = 10
# A program that ends sooner than this after its start would only end again.
SECONDS_WORTH_A_RESTART = 10

# Each queue has a worker of its own: a sign-in code never waits behind a newsletter.
WORKERS = {
    "transactional": ["--concurrency=2", "--beat"],
    "newsletter": ["--concurrency=1"],
}


def programs() -> dict[str, list[str]]:
    """Return the command line of every program the service is made of, by the name of its log."""
    gunicorn = ["gunicorn", "--config", "config/gunicorn.py", "--bind", f"{LOOPBACK}:{settings.PORT}"]
    web = [sys.executable, "-m", *gunicorn, "config.wsgi"]
    celery = [sys.executable, "-m", "celery", "--app=config", "worker", "--loglevel=INFO", "--without-mingle"]
    workers = {
        f"worker-{queue}": [*celery, f"--queues={queue}", f"--hostname={queue}@%h", *options]
        for queue, options in WORKERS.items()
    }
    return {"web": web, **workers}


class Command(BaseCommand):
    help = "Prepares the database and the static files, then runs the service on this machine until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the example signatories first")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop, leaving no process behind.

        Raises CommandError, before anything is started, when DEBUG is off, the port is
        taken or the folder is in use; and when a program of the service cannot be kept running.
        """
        if not settings.ON_OWN_MACHINE:
            raise CommandError(
                "This starts the service on a machine of your own and needs DEBUG=true."
                " In production each part is started by itself, as compose.yaml shows."
            )
        with _only_one(settings.VAR_DIR):
            _refuse_a_taken_port()
            self._prepare(demo=options["demo"])
            self._run()

    def _prepare(self, *, demo: bool) -> None:
        call_command("collect_frontend")
        _collect_static_when_changed()
        self.check(display_num_errors=False)
        call_command("migrate", verbosity=0, skip_checks=True)
        call_command("load_reference", stdout=io.StringIO())
        if demo:
            call_command("load_demo")

    def _run(self) -> None:
        told_to_stop: list[int] = []
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, lambda number, frame: told_to_stop.append(number))
        running: list[Program] = []
        try:
            web, *workers = programs().items()
            running.append(Program(*web))
            deadline = time.monotonic() + SECONDS_TO_ANSWER
            while not told_to_stop and not _page_answers():
                _keep_running(running)
                if time.monotonic() > deadline:
                    raise CommandError(f"No page after {SECONDS_TO_ANSWER} seconds: see {running[0].log}")
                time.sleep(0.1)
            if not told_to_stop:
                running.extend(Program(*worker) for worker in workers)
                self._say_how_to_begin()
            while not told_to_stop:
                _keep_running(running)
                time.sleep(0.2)
            self.stdout.write("\nStopping.")
        finally:
            for program in running:
                program.ask_to_stop()
            deadline = time.monotonic() + SECONDS_TO_STOP
            for program in running:
                # Asked a second time, stop at once.
                while program.is_running() and time.monotonic() < deadline and len(told_to_stop) < 2:
                    time.sleep(0.05)
                program.end()

    def _say_how_to_begin(self) -> None:
        site = settings.SITE_URL
        self.stdout.write(
            f"""
{settings.SERVICE_NAME} is running at {site}

  Sign in as an officer   {site}/account/login/code/ with any council's email address
  Sign in as staff        ./run staff EMAIL makes the account; then {site}/admin/
  Emails                  {self._where_emails_go()}
  Logs                    {settings.VAR_DIR / "log"}

Ctrl-C stops it.
"""
        )
        self.stdout.flush()

    def _where_emails_go(self) -> str:
        if settings.NOTIFY_API_KEY:
            return "go out by GOV.UK Notify"
        if settings.EMAIL_URL:
            return f"go out by {urlsplit(settings.EMAIL_URL).hostname}"
        return f"stay on this machine, at {settings.SITE_URL}/mailbox/"


class Program:
    """One program of the service, with everything it starts itself, writing to a log of its own."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self.command = command
        self.log = settings.VAR_DIR / "log" / f"{name}.log"
        self.log.parent.mkdir(exist_ok=True)
        self.log.write_bytes(b"")
        self.start()

    def start(self) -> None:
        self.started = time.monotonic()
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C reaches this command alone, which ends the others in order.
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def is_running(self) -> bool:
        return self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.is_running():
            self.process.terminate()

    def end(self) -> None:
        """Kill what is left of the program, its children too."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        finally:
            self.process.wait()

    def start_again(self) -> None:
        """Start a program that ended unasked; raise CommandError when it cannot keep running."""
        self.end()
        if time.monotonic() - self.started < SECONDS_WORTH_A_RESTART:
            last_lines = "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
            raise CommandError(f"{self.name} does not stay up. The end of {self.log}:\n{last_lines}")
        self.start()


def _keep_running(running: list[Program]) -> None:
    for program in running:
        if not program.is_running():
            program.start_again()


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    with (folder / "running").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"The service is already running from {folder}. Stop it first, or give this one"
                " a folder and a port of its own: VAR_DIR=/path/to/folder PORT=9000 ./run"
            ) from None
        yield


def _refuse_a_taken_port() -> None:
    port = settings.PORT
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError as error:
        why = (
            "needs administrator rights"
            if isinstance(error, PermissionError)
            else "is taken by another program"
        )
        raise CommandError(f"Port {port} {why}. Choose another: PORT=9000 ./run") from None


def _page_answers() -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, settings.PORT, timeout=5)
    try:
        connection.request("GET", "/health/live", headers={"Host": urlsplit(settings.SITE_URL).netloc})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _collect_static_when_changed() -> None:
    """Hashing and compressing takes seconds, so it is done only when a source file has changed."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(None):
            facts = os.stat(storage.path(path))
            seen.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    stamp = settings.STATIC_ROOT / ".collected"
    if not stamp.is_file() or stamp.read_text() != seen.hexdigest():
        call_command("collectstatic", interactive=False, verbosity=0, skip_checks=True)
        stamp.write_text(seen.hexdigest())
