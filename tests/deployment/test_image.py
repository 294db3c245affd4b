"""The Dockerfile builds a service that starts by itself, and holds no more than it should."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.deployment import compose
from tests.deployment.asking import ask
from tests.deployment.dockerfile import build, context_of
from tests.programs import Program, free_port, wait_until


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    folder = tmp_path_factory.mktemp("an image")
    (folder / "context").mkdir()
    context = context_of(settings.BASE_DIR, folder / "context")
    # The base images bring Python and npm; nothing else of this run comes along.
    programs = folder / "programs"
    programs.mkdir()
    (programs / "python").write_text(f'#!/bin/sh\nexec "{sys._base_executable}" "$@"\n')
    (programs / "python").chmod(0o755)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in {"HOME", "LANG", "SSL_CERT_FILE"} or name.lower().startswith(("pip_", "npm_", "node_"))
    }
    environment = {**kept, "PATH": f"{programs}:{os.environ['PATH']}"}
    stages = build((settings.BASE_DIR / "Dockerfile").read_text(), context, folder, environment)
    # What the last stage needs it must have copied.
    for name in set(stages) - {"final"}:
        stages[name].root.rename(folder / f"gone-{name}")
    return stages["final"]


def environment_of(image, service="web"):
    """Return what a container of this service would find in its environment, folders as they are here."""
    said = image.environment | {
        name: str(value) for name, value in compose.ours()[service]["environment"].items()
    }
    here = {name: value.replace("/app/", f"{image.here().resolve()}/") for name, value in said.items()}
    return here | {"PATH": here["PATH"].replace("$PATH", os.environ["PATH"])}


@pytest.fixture(scope="module")
def web(image, tmp_path_factory):
    port = free_port()
    command = [part.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for part in image.command]  # noqa: S104
    log = tmp_path_factory.mktemp("web") / "log"
    server = Program(command, log, cwd=image.here(), env=environment_of(image))
    try:
        wait_until(lambda: ask(port, host="www.example.gov.uk"), what=f"the web server: {server.log}")
        yield port
    finally:
        server.kill()


def test_build_leaves_out_what_no_server_needs(image):
    assert sorted(path.name for path in image.here().iterdir()) == [
        ".venv",
        "collected",
        "config",
        "declaration",
        "manage.py",
        "signatories",
        "static",
        "templates",
    ]
    assert list(image.root.rglob("secret-key")) == []


def test_run_as_nobody_in_particular(image):
    assert (image.user, int(image.user.partition(":")[0]) > 0) == ("10001:10001", True)


def test_answer_in_production(image, web):
    status, _, body = ask(web, host="www.example.gov.uk")
    assert (status, json.loads(body)) == (200, {"live": True})


def test_serve_a_static_file_to_be_kept_for_ever(image, web):
    manifest = json.loads((image.here() / "collected/staticfiles.json").read_text())
    name = manifest["paths"]["govuk-frontend.min.css"]
    status, headers, _ = ask(
        web, f"/assets/{name}", host="www.example.gov.uk", headers={"X-Forwarded-Proto": "https"}
    )
    assert (status, headers["Cache-Control"]) == (200, "max-age=315360000, public, immutable")


def test_tell_a_living_server_from_a_dead_one(image, web):
    def health(port):
        command = [part.replace("8000", str(port)) for part in image.healthcheck]
        return subprocess.run(
            command, cwd=image.here(), env=environment_of(image), capture_output=True
        ).returncode

    assert (health(web), health(free_port())) == (0, 1)
