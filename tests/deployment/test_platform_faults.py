"""The disk is full, the database takes no more connections: clear pages, nothing by halves, soon back."""

import contextlib
import os
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
import requests
from bs4 import BeautifulSoup

from tests.made_once import collected_static
from tests.postgresql import postgres
from tests.programs import missing, temporary_folder, wait_until
from tests.servers import Stack

# What a person waits at most for a page that says no, and until all is well again.
SECONDS_TO_SAY_NO = 8
SECONDS_TO_RECOVER = 10
SOMETHING_TO_SIGN = """
from signatories.links import approver_token
from tests.factories import SignatureFactory, current_version
signature = SignatureFactory(awaiting_approver=True)
SignatureFactory(published=True)
answer = f"/approve/{approver_token(signature)}/"
"""
THEIRS_ENDED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'service'"
WRITTEN = [
    "SELECT status, signed_at, signed_by_id FROM signatories_signature ORDER BY id",
    "SELECT count(*) FROM audit_auditevent",
    "SELECT count(*) FROM outbox_email",
    "SELECT count(*) FROM signatories_representative",
]


@contextlib.contextmanager
def small_disk(megabytes):
    """Mount a disk of its own, which only root may; yield its folder."""
    with temporary_folder() as folder:
        if os.geteuid() != 0 or subprocess.run(mount(folder, megabytes), capture_output=True).returncode:
            missing("The right to mount a small disk")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def mount(folder, megabytes):
    return ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder]


def fill(folder):
    """Write until there is no room left; return the file to remove."""
    path = Path(folder) / "filler"
    with path.open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(b"\0" * 4096)
    return path


def written(stack):
    return [stack.rows(query) for query in WRITTEN]


def heading(answer):
    return BeautifulSoup(answer.text, "html5lib").h1.get_text(" ", strip=True)


def assert_says_no(answer):
    assert (answer.status_code, heading(answer)) == (503, "Sorry, the service is unavailable")
    assert answer.headers["Retry-After"]
    assert answer.elapsed.total_seconds() < SECONDS_TO_SAY_NO


@pytest.fixture
def on_small_disk(monkeypatch):
    collected_static()
    with small_disk(40) as disk:
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
        with Stack("sqlite", worker=False) as stack:
            monkeypatch.setattr(tempfile, "tempdir", None)
            yield stack, disk


def test_sign_nothing_by_halves_when_the_disk_is_full(on_small_disk):
    stack, disk = on_small_disk
    address = stack.url + stack.python(SOMETHING_TO_SIGN)
    browser = requests.Session()
    page = BeautifulSoup(browser.get(address, timeout=20).text, "html5lib")
    answers = {field["name"]: field.get("value", "") for field in page.select("form input[name]")}
    answers |= {"capacity": "chief-executive", "confirmed": "on"}
    before = written(stack)

    filler = fill(disk)
    refused = browser.post(address, data=answers, timeout=20, allow_redirects=False)
    public = requests.get(stack.url + "/signatories/", timeout=20)
    assert_says_no(refused)
    # SQLite reads on a full disk only while somebody else has the database open.
    assert public.status_code == 200 or assert_says_no(public) is None

    filler.unlink()
    assert written(stack) == before
    assert browser.post(address, data=answers, timeout=20, allow_redirects=False).status_code in {200, 302}
    assert written(stack)[0][0][0] == "published"


@pytest.fixture
def few_connections():
    """The service on a PostgreSQL that is not its own alone, as a role without privileges."""
    with postgres() as server:
        address = server.database()
        name = address.rpartition("/")[2]
        with psycopg.connect(server.url("postgres"), autocommit=True) as owner:
            owner.execute("CREATE ROLE service LOGIN")
            owner.execute(f"ALTER DATABASE {name} OWNER TO service")
        env = {"DATABASE_URL": address.replace("postgres@", "service@")}
        with psycopg.connect(address, autocommit=True) as owner:
            owner.execute("ALTER SCHEMA public OWNER TO service")
        with Stack("postgres", worker=False, env=env) as stack:
            yield stack, server


@contextlib.contextmanager
def all_connections_taken(server):
    """Take every connection there is, those of the service first."""
    with contextlib.ExitStack() as taken, psycopg.connect(server.url("postgres"), autocommit=True) as owner:
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                owner.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename='service'"
                )
                taken.enter_context(psycopg.connect(server.url("postgres")))
        yield


def test_say_so_and_come_back_when_the_database_takes_no_more_connections(few_connections):
    stack, server = few_connections
    stack.python(SOMETHING_TO_SIGN)
    assert requests.get(stack.url + "/health/ready", timeout=20).json()["ready"] is True
    with all_connections_taken(server):
        for path in ["/account/login/code/", "/sign/organisation/", "/declaration/"]:
            answer = requests.get(stack.url + path, timeout=20, allow_redirects=False)
            # Pages that ask nothing of the database go on.
            assert answer.status_code in {200, 302} or assert_says_no(answer) is None
        assert_says_no(requests.get(stack.url + "/declaration/", timeout=20))
        assert requests.get(stack.url + "/health/ready", timeout=20).status_code == 503
        assert requests.get(stack.url + "/health/live", timeout=20).status_code == 200
    freed = time.monotonic()
    wait_until(
        lambda: requests.get(stack.url + "/declaration/", timeout=20).status_code == 200, what="the page"
    )
    assert time.monotonic() - freed < SECONDS_TO_RECOVER
