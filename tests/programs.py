"""Real servers for tests: each on a free port, in a folder of its own, and killed in the end."""

import atexit
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"
# Seconds; several processes of tests may share a small machine.
PATIENCE = 60.0


def missing(what):
    """Fail in CI and skip elsewhere, because a machine of one's own may lack a server."""
    say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    say(f"{what} is not installed.")


def find_program(name, *folders):
    """Return the path of a server's program, looking in its usual folders too."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *folders, "/usr/sbin", "/usr/local/sbin"])
    return shutil.which(name, path=path) or missing(name)


def free_port():
    with socket.create_server((LOOPBACK, 0)) as server:
        return server.getsockname()[1]


def wait_until(true, seconds=PATIENCE, every=0.05, what="it"):
    """Return the first true answer; fail the test when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = true()
        if answer:
            return answer
        if time.monotonic() > deadline:
            pytest.fail(f"Waited {seconds} seconds for {what}.")
        time.sleep(every)


def accepts_connections(port):
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


class Program:
    """One server with everything it starts, in a process group of its own, writing to a log."""

    def __init__(self, command, log, *, env=None, user=None, cwd=ROOT):
        self.log = Path(log)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **({"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}),
            )
        atexit.register(self.kill)

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process.poll() is None

    def wait_for_port(self, port):
        """Wait until the server accepts connections; fail with the end of its log when it ends."""

        def answers():
            if not self.is_running():
                pytest.fail(f"{self.process.args[0]} ended:\n{self.log.read_text(errors='replace')[-2000:]}")
            return accepts_connections(port)

        wait_until(answers, what=f"{self.process.args[0]} on port {port}")
        return self

    def kill(self):
        """Kill the whole tree as the kernel would when memory runs out."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        atexit.unregister(self.kill)

    def stop(self, seconds=15, number=signal.SIGTERM):
        """Ask the first process to end, and kill what is left; return whether it ended by itself."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        finally:
            self.kill()
        return True


@contextlib.contextmanager
def temporary_folder(owner=None):
    folder = Path(tempfile.mkdtemp(prefix="declaration-server-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if owner:
        shutil.chown(folder, owner)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Redis:
    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://{LOOPBACK}:{self.port}/0"
        self.start()

    def start(self):
        command = [find_program("redis-server"), "--port", self.port, "--bind", LOOPBACK, "--save", ""]
        self.program = Program([*command, "--dir", self.folder], self.folder / "redis.log")
        self.program.wait_for_port(self.port)

    def stop(self):
        self.program.kill()


@contextlib.contextmanager
def redis_server():
    """A running Redis that keeps nothing on disk."""
    with temporary_folder() as folder:
        server = Redis(folder)
        try:
            yield server
        finally:
            server.stop()


class Sink:
    """Postfix's smtp-sink: as fast as a mail server gets; writes down what it accepted."""

    def __init__(self, folder, *options, keep=True):
        self.port = free_port()
        self.folder = folder
        command = [find_program("smtp-sink"), *(["-d", folder / "%Y."] if keep else []), *options]
        # Started by root it drops its rights, and could not write down a thing.
        command += ["-u", "root"] if os.geteuid() == 0 else []
        self.command = [*command, f"{LOOPBACK}:{self.port}", 1000]
        self.start()

    def start(self):
        """Begin to listen, again on the same port."""
        self.program = Program(self.command, self.folder / "log", cwd=self.folder)
        self.program.wait_for_port(self.port)

    def begun(self):
        """Return how many messages came in, those cut off in the middle included."""
        return sum(1 for _ in os.scandir(self.folder)) - 1

    def _messages(self):
        return [path for path in self.folder.iterdir() if path.name != "log"]

    def accepted(self):
        """Return the X-Delivery-ID of every message that came to its end, repeats included."""
        return [delivery_id for delivery_id, _ in self.accepted_at()]

    def accepted_at(self):
        """Return the X-Delivery-ID of every such message, and when its last byte was written."""
        found = []
        for path in self._messages():
            message = path.read_bytes()
            head, _, body = message.partition(b"X-Delivery-ID: ")
            delivery_id = body.splitlines()[0].strip().decode() if body else ""
            if message.rstrip().endswith(f"--=_{delivery_id.replace('-', '')}--".encode()):
                found.append((delivery_id, path.stat().st_mtime))
        return found


@contextlib.contextmanager
def smtp_sink(*options, keep=True):
    """A running sink with further options of smtp-sink; `keep=False` writes no message down."""
    with temporary_folder() as folder:
        sink = Sink(folder, *options, keep=keep)
        try:
            yield sink
        finally:
            sink.program.kill()


def python(*arguments):
    """Return the command line of a Python module, run by the interpreter of the tests."""
    return [sys.executable, "-m", *arguments]
