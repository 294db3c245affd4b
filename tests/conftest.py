"""What every test may count on: loopback only, an empty cache, plain static files, a database in a file."""

import ipaddress
import os
import socket
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from declaration import switches, wording
from declaration.fresh_pages import forget_pages
from signatories.register import matching, snapshot
from tests.made_once import copy_migrated_sqlite

pytest_plugins = ["tests.browser", "tests.emptying_history", "tests.sharing_out"]

CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM_PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]


def pytest_configure(config):
    # A machine that is busy with something else must not look like code that is slow.
    slow = [HealthCheck.too_slow]
    parent = hypothesis_settings.default
    hypothesis_settings.register_profile(
        "unhurried", parent=parent, deadline=None, suppress_health_check=slow
    )
    hypothesis_settings.load_profile("unhurried")
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}


def is_on_sqlite():
    return settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Keep the SQLite test database in a file, so that threads and worker processes can share it."""
    if is_on_sqlite():
        path = settings.VAR_DIR / "test.sqlite3"
        copy_migrated_sqlite(path)
        settings.DATABASES["default"]["TEST"]["NAME"] = str(path)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb):
    """Keep the copy of a migrated database, which begins the run, and goes with its folder."""
    return django_db_keepdb or is_on_sqlite()


@pytest.fixture(autouse=True)
def empty_cache():
    """Begin with nothing kept: a test that is rolled back takes the public number back with it."""
    cache.clear()
    forget_pages()
    snapshot.forget()
    matching.held.forget()
    switches.forget()
    wording.forget()


@pytest.fixture(autouse=True, scope="session")
def no_network_but_loopback():
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def connect_on_loopback(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = address[0]
            if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
                raise ConnectionRefusedError(f"A test tried to reach {host}; only loopback is allowed.")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_on_loopback)
        yield


@pytest.fixture(scope="session")
def base_url():
    """Every test names its own server. (The fixture of pytest-playwright is of a deprecated kind.)"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Drive the machine's own Chromium; without one, fail in CI and skip elsewhere."""
    found = next((path for path in CHROMIUM_PATHS if Path(path).exists()), None)
    if found is None:
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say("Chromium is not installed.")
    return {**browser_type_launch_args, "executable_path": found, "args": CHROMIUM_ARGUMENTS}
