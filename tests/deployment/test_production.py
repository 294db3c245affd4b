"""What compose.yaml starts, on a real PostgreSQL and a real Redis: migrated, served, mailed."""

import os
import sys

import pytest
from django.conf import settings

from tests.deployment import compose
from tests.deployment.asking import ask
from tests.deployment.test_compose import commands
from tests.made_once import collected_static
from tests.postgresql import postgres
from tests.programs import Program, free_port, redis_server, wait_until

HOST = "www.example.gov.uk"


@pytest.fixture(scope="module")
def environment():
    """Return compose.yaml's environment with the servers of this test in place of its own."""
    with postgres() as database, redis_server() as redis:
        given = {name: str(value) for name, value in compose.ours()["web"]["environment"].items()}
        yield given | {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database.database(),
            "REDIS_URL": redis.url,
            "STATIC_ROOT": str(collected_static()),
        }


def start(words, log, environment):
    """Start a command of compose.yaml, with this Python and in this tree."""
    return Program([sys.executable, *words[1:]], log, env=environment, cwd=settings.BASE_DIR)


@pytest.fixture(scope="module")
def migrated(environment, tmp_path_factory):
    for number, words in enumerate(commands(compose.ours()["migrate"])):
        program = start(words, tmp_path_factory.mktemp("migrate") / str(number), environment)
        assert program.process.wait(120) == 0, program.log.read_text()
    return environment


def test_answer_ready_when_database_and_cache_are_there(migrated, tmp_path):
    port = free_port()
    gunicorn = ["python", "-m", "gunicorn", "--config", "config/gunicorn.py", "--bind", f"127.0.0.1:{port}"]
    web = start([*gunicorn, "config.wsgi"], tmp_path / "web", migrated)
    try:
        wait_until(lambda: ask(port, host=HOST), what="the web server")
        ready = ask(port, "/health/ready", host=HOST)
        secure = {"X-Forwarded-Proto": "https"}
        home = ask(port, "/accessibility-statement/", host=HOST, headers=secure)
        assert (ready[0], home[0]) == (200, 200), web.log.read_text()
        assert (ask(port, "/", host=HOST)[0], ask(port, "/mailbox/", host=HOST, headers=secure)[0]) == (
            301,
            404,
        )
        assert ask(port, "/", host="evil.example", headers=secure)[0] == 400
        assert "Strict-Transport-Security" in home[1]
        # What nginx needs to keep one page for everybody.
        assert "s-maxage" in home[1]["Cache-Control"]
        assert "Cookie" not in home[1].get("Vary", "")
        assert home[1].get_all("Set-Cookie") is None
    finally:
        web.kill()


@pytest.mark.parametrize("name", ["worker-transactional", "worker-newsletter"])
def test_take_tasks_and_stop_when_told(migrated, tmp_path, name):
    [words] = commands(compose.ours()[name])
    worker = start(words, tmp_path / "log", migrated)
    try:
        wait_until(lambda: " ready." in worker.log.read_text(), what=name)
    finally:
        assert worker.stop(), worker.log.read_text()
    assert "Traceback" not in worker.log.read_text()


def test_tick(migrated, tmp_path):
    [words] = commands(compose.ours()["beat"])
    words = [word.replace("/tmp", str(tmp_path)) for word in words]
    beat = start(words, tmp_path / "log", migrated)
    try:
        wait_until(lambda: "Sending due task" in beat.log.read_text(), what="the clock")
    finally:
        assert beat.stop(), beat.log.read_text()
