"""Ringing never keeps the web waiting, whatever the broker does."""

import contextlib
import json
import logging
import os
import socket
import subprocess
import time

import pytest

from declaration.outbox import doorbell
from tests.programs import LOOPBACK, ROOT, free_port, python, redis_server

RING = """
import json, time
from declaration.outbox import doorbell
seconds = []
for _ in range(3):
    started = time.monotonic()
    doorbell.ring()
    seconds.append(time.monotonic() - started)
    doorbell._Silence.until = 0
started = time.monotonic()
doorbell._Silence.until = time.monotonic() + silence
doorbell.ring()
print("ANSWER" + json.dumps([seconds, time.monotonic() - started]))
"""


@contextlib.contextmanager
def refusing():
    yield free_port()


@contextlib.contextmanager
def accepting_and_silent():
    with socket.create_server((LOOPBACK, 0), backlog=100) as server:
        yield server.getsockname()[1]


@contextlib.contextmanager
def black_hole():
    """A port whose queue of connections is full: a further one is neither taken nor refused."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.create_server((LOOPBACK, 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield server.getsockname()[1]


@pytest.mark.parametrize("broker", [refusing, accepting_and_silent, black_hole])
def test_returns_within_a_second_when_the_broker_is_down(broker, tmp_path):
    with broker() as port:
        env = {**os.environ, "DEBUG": "true", "VAR_DIR": str(tmp_path)}
        env["REDIS_URL"] = f"redis://{LOOPBACK}:{port}/0"
        # The first ring also loads the broker's library, once in the life of a process.
        script = f"import kombu.transport.redis\nsilence = 60\n{RING}"
        ran = subprocess.run(
            [*python("manage"), "shell", "--verbosity", "0", "--no-imports", "--command", script],
            env=env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    seconds, seconds_when_silent = json.loads(ran.stdout.rpartition("ANSWER")[2])
    assert max(seconds) < 1.0
    assert seconds_when_silent < 0.01
    assert "The doorbell does not ring" in ran.stderr
    assert "@" not in ran.stderr


def test_swallows_and_names_whatever_the_broker_raises(monkeypatch, caplog):
    def break_unforeseen():
        raise ZeroDivisionError("jo@camden.gov.uk")

    monkeypatch.setattr(doorbell, "_connected", break_unforeseen)
    monkeypatch.setattr(doorbell._Silence, "until", 0.0)
    doorbell._hang_up()
    with caplog.at_level(logging.WARNING):
        doorbell.ring()
    assert [record.getMessage() for record in caplog.records] == [
        "The doorbell does not ring (ZeroDivisionError); mail waits for the sweeper."
    ]
    assert doorbell._Silence.until > time.monotonic()


def test_rings_again_after_the_broker_was_restarted(tmp_path):
    with redis_server() as redis:
        env = {**os.environ, "DEBUG": "true", "VAR_DIR": str(tmp_path), "REDIS_URL": redis.url}
        script = (
            "from declaration.outbox import doorbell; doorbell.ring(); print('rung', flush=True); input();"
            " doorbell.ring(); print(doorbell._Silence.until)"
        )
        command = [*python("manage"), "shell", "--verbosity", "0", "--no-imports", "--command", script]
        with subprocess.Popen(
            command, env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout.readline() == "rung\n"
            redis.stop()
            redis.start()
            printed, _ = process.communicate("\n", timeout=30)
    assert printed == "0.0\n"
