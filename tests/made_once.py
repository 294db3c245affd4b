"""What is dear to make and the same for everybody: made once for a run by whoever asks first.

The processes that share a run out share its folder too: they inherit the variable that names it.
"""

import atexit
import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.programs import ROOT, python, temporary_folder


def shared_folder():
    """Return the folder; who was first to ask removes it in the end."""
    if "TESTS_SHARED_DIR" not in os.environ:
        os.environ["TESTS_SHARED_DIR"] = tempfile.mkdtemp(prefix="declaration-tests-shared-")
        atexit.register(shutil.rmtree, os.environ["TESTS_SHARED_DIR"], ignore_errors=True)
    return Path(os.environ["TESTS_SHARED_DIR"])


def made_once(name, make):
    """Return the path of that name; `make` gets a path to fill when nobody has been here before."""
    shared = shared_folder()
    path = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            unfinished = shared / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(path)
    return path


def is_first(name):
    """Return whether nobody in this run has asked with this name before."""
    try:
        (shared_folder() / name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def manage(*arguments, **env):
    """Run manage.py for no stack in particular."""
    with temporary_folder() as folder:
        env = {**os.environ, "DEBUG": "true", "VAR_DIR": str(folder), **env}
        subprocess.run([*python("manage"), *arguments], cwd=ROOT, env=env, check=True, capture_output=True)


def migrate(address):
    manage("migrate", "--verbosity", "0", "--skip-checks", DATABASE_URL=address)


def copy_migrated_sqlite(path):
    """Put a database at this path that is empty, with every migration applied."""
    shutil.copyfile(made_once("sqlite", _make_sqlite) / "db.sqlite3", path)


def _make_sqlite(folder):
    folder.mkdir()
    migrate(f"sqlite:///{folder}/db.sqlite3")
    # The last to leave a database has moved everything into the one file.
    assert [path.name for path in folder.iterdir()] == ["db.sqlite3"]


def collected_static():
    """Return the folder of collected static files."""
    return made_once("static", _collect_static)


def _collect_static(folder):
    folder.mkdir()
    for command in (["collect_frontend"], ["collectstatic", "--noinput", "--verbosity", "0"]):
        manage(*command, STATIC_ROOT=str(folder))
