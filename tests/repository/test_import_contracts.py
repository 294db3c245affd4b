"""Each import contract of pyproject.toml refuses the import it was written against."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"
ROOMS = ["config", "declaration", "signatories"]

# Contract, the module that breaks it, and what that module says.
BREAKING = [
    ("wiring", "declaration/working_days.py", "import config.urls"),
    ("wiring", "signatories/signing.py", "import config.settings"),
    ("declaration-stands-alone", "declaration/publishing.py", "import signatories.models"),
    ("declaration-stands-alone", "declaration/outbox/queue.py", "import signatories.links"),
    ("declaration-floors", "declaration/accounts/roles.py", "import declaration.models"),
    ("declaration-floors", "declaration/outbox/queue.py", "import declaration.accounts.models"),
    ("declaration-floors", "declaration/audit/recording.py", "import declaration.outbox.queue"),
    ("declaration-floors", "declaration/drawer.py", ""),
    ("signatories-floors", "signatories/signing.py", "import signatories.views"),
    ("signatories-floors", "signatories/models/signature.py", "import signatories.signing"),
    ("signatories-floors", "signatories/emails.py", "import signatories.moderation"),
    ("signatories-floors", "signatories/drawer.py", ""),
    ("register-floors", "signatories/register/searching.py", "import signatories.register.facets"),
    ("register-floors", "signatories/register/drawer.py", ""),
    ("models-are-quiet", "signatories/models/signature.py", "import declaration.outbox.queue"),
    ("models-are-quiet", "declaration/models.py", "import celery"),
    ("models-are-quiet", "declaration/accounts/models.py", "import smtplib"),
    ("one-postman", "signatories/emails.py", "import smtplib"),
    ("one-postman", "declaration/newsletter/sending.py", "import imaplib"),
    ("one-postman", "declaration/publishing.py", "import notifications_python_client"),
    ("celery-at-the-edge", "signatories/signing.py", "import celery"),
    ("celery-at-the-edge", "declaration/publishing.py", "import kombu"),
]


def contracts():
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return project["tool"]["importlinter"]["contracts"]


def name_of(wanted):
    return next(contract["name"] for contract in contracts() if contract["id"] == wanted)


def check(folder, contract):
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--no-logo", "--contract", contract],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def copy(tmp_path):
    """Return a copy of the rooms and their contracts, free to be broken."""
    for room in ROOMS:
        shutil.copytree(
            settings.BASE_DIR / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "*.csv")
        )
    shutil.copy(settings.BASE_DIR / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize("contract", [contract["id"] for contract in contracts()])
def test_keep_every_contract(contract):
    result = check(settings.BASE_DIR, contract)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("contract", "module", "line"), BREAKING)
def test_refuse_a_module_that_breaks_the_contract(copy, contract, module, line):
    with (copy / module).open("a") as broken:
        broken.write(f"\n{line}\n")
    result = check(copy, contract)
    said = " ".join(result.stdout.split())
    assert (result.returncode, f"{name_of(contract)} BROKEN" in said) == (1, True), result.stdout


def test_every_contract_has_a_module_that_breaks_it():
    assert {contract for contract, _, _ in BREAKING} == {contract["id"] for contract in contracts()}
