"""`manage.py start`, which ./run ends in: it starts everything, says so, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from declaration.management.commands import start
from tests.deployment.asking import ask
from tests.made_once import copy_migrated_sqlite
from tests.programs import free_port, wait_until


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Return one folder of static files, so that only the first start of this module collects them."""
    return str(tmp_path_factory.mktemp("static"))


@pytest.fixture(scope="module")
def start_in(collected):
    """Return a function that starts the service with a ``var`` folder; everything is ended afterwards."""
    started = []

    def begin(var, **environment):
        folder = {"VAR_DIR": str(var), "STATIC_ROOT": collected, "DEBUG": "true", "PORT": str(free_port())}
        said = var.parent / f"said-{len(started)}"
        with said.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "start"],
                cwd=settings.BASE_DIR,
                env={**os.environ, **folder, **environment},
                stdout=output,
                stderr=output,
            )
        process.port = int({**folder, **environment}["PORT"])
        process.said = said.read_text
        process.var = var
        started.append(process)
        return process

    yield begin
    for process in started:
        process.terminate()
        process.wait(20)
        for pid in processes_of(process.var):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def var(tmp_path):
    """A ``var`` folder that knows a database already; that of ``service`` is made from nothing."""
    folder = tmp_path / "var"
    folder.mkdir()
    copy_migrated_sqlite(folder / "db.sqlite3")
    return folder


@pytest.fixture(scope="module")
def service(start_in, tmp_path_factory):
    """Return the service, running."""
    process = start_in(tmp_path_factory.mktemp("service") / "var")
    wait_until_it_says(process, "Ctrl-C stops it.")
    return process


def processes_of(var):
    """Return the processes that were started with this ``VAR_DIR`` in their environment."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"VAR_DIR={var}\0".encode() in environ.read_bytes():
                found.append(int(environ.parent.name))
        except OSError:
            continue
    return found


def wait_until_it_says(process, words):
    wait_until(lambda: words in process.said() or process.poll() is not None, seconds=60, what=words)
    assert words in process.said(), process.said()


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stop_every_process_that_was_started(start_in, var, told):
    process = start_in(var)
    wait_until_it_says(process, "Ctrl-C stops it.")
    assert ask(process.port, "/")[0] == 200
    # The web server and its two, the two workers and their three, the clock, and the one that minds them.
    wait_until(lambda: len(processes_of(process.var)) >= 10, what="every process")
    process.send_signal(told)
    assert process.wait(20) == 0
    assert processes_of(process.var) == []


def test_say_where_everything_is(service):
    site = f"http://localhost:{service.port}"
    for words in [f"running at {site}", f"{site}/account/login/code/", f"{site}/admin/", f"{site}/mailbox/"]:
        assert words in service.said()


def test_listen_on_loopback_only(service):
    listening = [
        line.split()[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{service.port:04X}")
    ]
    assert listening == [f"0100007F:{service.port:04X}"]


def test_refuse_a_folder_that_is_in_use(service, start_in):
    second = start_in(service.var)
    assert second.wait(30) == 1
    assert f"CommandError: The service is already running from {service.var}." in second.said()
    assert ask(service.port)[0] == 200


def test_end_everything_when_a_worker_cannot_be_kept_running(start_in, var):
    process = start_in(var)
    wait_until_it_says(process, "Ctrl-C stops it.")
    newsletter = wait_until(
        lambda: [pid for pid in processes_of(process.var) if "queues=newsletter" in line_of(pid)]
    )
    os.kill(os.getsid(newsletter[0]), signal.SIGKILL)
    assert process.wait(20) == 1
    assert "worker-newsletter does not stay up" in process.said()
    assert processes_of(process.var) == []


def line_of(pid):
    return Path(f"/proc/{pid}/cmdline").read_text()


def test_refuse_a_taken_port_before_anything_starts(start_in, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start_in(tmp_path / "var", PORT=str(port))
        assert process.wait(30) == 1
    assert process.said() == (
        f"CommandError: Port {port} is taken by another program. Choose another: PORT=9000 ./run\n"
    )
    assert sorted(path.name for path in process.var.iterdir()) == ["running", "secret-key"]


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("PORT", "abc", 'Environment variable "PORT" invalid: Not a valid integer.\n'),
        (
            "SITE_URL",
            "example",
            "The environment variable SITE_URL must look like https://www.example.gov.uk\n",
        ),
    ],
)
def test_name_a_malformed_variable_and_nothing_else(variable, value, words):
    started = subprocess.run(
        [sys.executable, "manage.py", "start"],
        cwd=settings.BASE_DIR,
        env={**os.environ, variable: value},
        capture_output=True,
        text=True,
    )
    assert (started.returncode, started.stderr) == (1, words)


def test_refuse_to_stand_in_for_production(start_in, tmp_path):
    process = start_in(
        tmp_path / "var",
        DEBUG="false",
        SECRET_KEY="an-example-of-fifty-letters-and-more-0123456789",
        ALLOWED_HOSTS="localhost",
        SITE_URL="http://localhost",
        DATABASE_URL="postgres://nobody@localhost/nothing",
        REDIS_URL="redis://localhost/0",
        EMAIL_URL="smtp://localhost:25",
    )
    assert process.wait(30) == 1
    assert "needs DEBUG=true" in process.said()


def test_start_again_what_ended_after_a_while(monkeypatch, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(start, "SECONDS_WORTH_A_RESTART", 0)
    program = start.Program("sleeper", ["sleep", "60"])
    try:
        first = program.process.pid
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: not program.is_running())
        program.start_again()
        assert (program.is_running(), program.process.pid != first) == (True, True)
    finally:
        program.end()
    assert not program.is_running()
