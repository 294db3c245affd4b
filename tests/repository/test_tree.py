"""What the folders and files may be called, how long they may be, and what they may not give away."""

import io
import re

import pytest
from django.core.management import call_command

from tests.repository.tree import ROOMS, files, read

DRAWERS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "core",
    "services",
    "service",
    "misc",
    "shared",
    "lib",
}
WRITTEN_BY_PEOPLE = (".py", ".html", ".txt", ".js", ".css", ".md", ".yaml", ".toml", ".conf", "run")
LINES_AT_MOST = 350
# Settings are one file by choice: who runs the service finds every variable in one place.
LONGER = {"config/settings.py": 450}
# The department's own; everybody else in code and templates is made up.
ADDRESSES = {"localdigital@communities.gov.uk"}


def test_find_no_drawers():
    named = {part.removesuffix(".py") for name in files() for part in name.split("/")}
    # Our own static files live in static/service, beside GOV.UK's.
    assert (named & DRAWERS) - {"service"} == set()
    assert [name for name in files() if "/service/" in name and not name.startswith("static/")] == []


def test_keep_files_short_enough_to_read():
    written = [
        name
        for name in files()
        if name.endswith(WRITTEN_BY_PEOPLE) and "/migrations/" not in name and name != "README.md"
    ]
    assert {
        name: lines for name in written if (lines := read(name).count("\n")) > LONGER.get(name, LINES_AT_MOST)
    } == {}


def test_name_no_place_on_anybodys_machine():
    # Split, so that this file does not find itself.
    place = re.compile("/" + "(work|root|home|Users)/")
    code = [
        name for name in files(*ROOMS, "tests", "templates", "run", ".ci") if name.endswith(WRITTEN_BY_PEOPLE)
    ]
    assert [name for name in code if place.search(read(name))] == []


def test_name_no_registry():
    locks = [*files(ending=".lock"), *files(ending="package-lock.json")]
    assert len(locks) >= 4
    assert [name for name in locks if "://" in read(name)] == []


def test_name_nobody_real():
    address = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}")
    found = {
        (name, found)
        for name in files(*ROOMS, "templates", "static")
        if name.endswith(WRITTEN_BY_PEOPLE + (".json",))
        for found in address.findall(read(name))
        if found not in ADDRESSES and not re.search(r"@((.+\.)?example(\.[a-z.]+)?|.+\.example)$", found)
    }
    assert found == set()


def test_mark_no_text_of_peoples_as_safe():
    # A literal of the template's own may be marked.
    said = re.compile(r"[^\"\s]\s*\|\s*safe\b|\bautoescape\s+(off|false)|\bmark_safe\(")
    assert [name for name in files(*ROOMS, "templates") if said.search(read(name))] == []


def test_ask_every_form_for_its_token():
    # A mail program has none when it leaves for its reader (RFC 8058); a provider shows a bearer token.
    found = [name for name in files(*ROOMS) if re.search(r"\bcsrf_exempt\b", read(name))]
    assert sorted(found) == ["declaration/newsletter/one_click.py", "declaration/outbox/callbacks.py"]


@pytest.mark.django_db
def test_leave_no_model_without_its_migration():
    said = io.StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=said)
    assert said.getvalue() == "No changes detected\n"
