"""compose.yaml and the settings agree, and what it starts exists."""

import os
import re
import subprocess
import sys

import celery.bin.celery
import pytest
from django.conf import settings
from django.core.management import get_commands

from declaration.management.commands.start import WORKERS
from tests.deployment import compose

REQUIRED = ["SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"]


def commands(service):
    """Return the programs a service starts, each as a list of words."""
    command = service.get("command", "")
    shell = re.fullmatch(r'sh -c "(.*)"', command)
    return [part.split() for part in (shell[1] if shell else command).split("&&") if part.strip()]


def queues_of(words):
    return {queue for word in words if word.startswith("--queues=") for queue in word[9:].split(",")}


def load_settings(environment):
    return subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def environment_of_web():
    return {name: str(value) for name, value in compose.ours()["web"]["environment"].items()}


def test_give_only_what_the_settings_read():
    read = set(re.findall(r'"([A-Z][A-Z_]+)"', (settings.BASE_DIR / "config/settings.py").read_text()))
    given = {name for service in compose.ours().values() for name in service["environment"]}
    assert given - read == set()


def test_start_production_with_what_is_given():
    result = load_settings(environment_of_web())
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("name", REQUIRED)
def test_refuse_to_start_without_a_required_variable(name):
    environment = environment_of_web()
    del environment[name]
    result = load_settings(environment)
    assert (result.returncode, name in result.stderr.splitlines()[-1]) == (1, True), result.stderr


def test_every_command_exists():
    for name, service in compose.ours().items():
        for words in commands(service):
            match words:
                case ["python", "manage.py", command, *_]:
                    assert command in get_commands(), name
                case ["python", "-m", "celery", "--app=config", command, *options]:
                    # Raises NoSuchOption for an option that Celery does not have.
                    celery.bin.celery.celery.commands[command].make_context(
                        command, options, resilient_parsing=True
                    )
                case _:
                    pytest.fail(f"{name} starts {words}, which nothing here checks.")


def test_consume_the_queues_that_are_consumed_on_one_machine():
    consumed = [
        queues_of(words)
        for service in compose.ours().values()
        for words in commands(service)
        if queues_of(words)
    ]
    assert sorted(consumed, key=sorted) == [{queue} for queue in sorted(WORKERS)]


def test_tick_with_one_clock():
    beats = [
        service
        for service in compose.ours().values()
        for words in commands(service)
        if "beat" in words or "--beat" in words
    ]
    assert [service.get("deploy") for service in beats] == [None]


def test_name_only_services_and_volumes_that_are_there():
    project = compose.read()
    services = project["services"]
    awaited = {name for service in services.values() for name in service.get("depends_on", {})}
    volumes = {
        volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", [])
    }
    folders = {volume for volume in volumes if volume.startswith(".")}
    assert (awaited - set(services), volumes - folders) == (set(), set(project["volumes"]))
    assert [folder for folder in folders if not (settings.BASE_DIR / folder).exists()] == []


def test_wait_for_migrations_before_anything_of_ours_starts():
    for name, service in compose.ours().items():
        condition = service["depends_on"].get("migrate", {}).get("condition")
        assert (name, condition) == (name, None if name == "migrate" else "service_completed_successfully")
