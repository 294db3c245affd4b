"""Every package is needed, explained and locked."""

import json
import re
import tomllib
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.repository.tree import ROOMS, files, read

PROJECT = tomllib.loads(read("pyproject.toml"))
RUNTIME = PROJECT["project"]["dependencies"]
GROUPS = PROJECT["dependency-groups"]
LOCKS = {
    "requirements.lock": RUNTIME,
    "requirements-dev.lock": RUNTIME + GROUPS["dev"],
    "requirements-node.lock": GROUPS["node"],
    "requirements-uv.lock": GROUPS["uv"],
}
# Packages that work without being imported by us, and the words by which they are called.
CALLED = {
    "psycopg": '"pool"',
    "gunicorn": '"gunicorn"',
    "granian": '"granian"',
    "whitenoise": '"whitenoise.',
    "djlint": "djlint --lint",
    "import-linter": "lint-imports",
    "oidc-provider-mock": "oidc_provider_mock",
    "mypy": '"mypy"',
    "ruff": "ruff check",
    "django-stubs": "mypy_django_plugin",
    "pytest-django": "django_db",
    "pytest-playwright": "browser_type_launch_args",
    "govuk-frontend-jinja": "govuk_frontend_jinja",
    "django-csp": "csp.",
    "redis": "redis.RedisCache",
}


def locked(name):
    """Return the version and the number of hashes of every package in a lock file."""
    packages = {}
    for package in re.finditer(r"^([\w.-]+)==(\S+)(.*?)(?=^\S|\Z)", read(name), flags=re.M | re.S):
        packages[canonicalize_name(package[1])] = (package[2], package[3].count("--hash=sha256:"))
    return packages


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_what_the_project_asks_for(lock):
    packages = locked(lock)
    for requirement in map(Requirement, LOCKS[lock]):
        version, _ = packages[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_every_package_by_its_hash(lock):
    text = read(lock)
    assert [name for name, (_, hashes) in locked(lock).items() if hashes == 0] == []
    # Nothing in the file escaped the reading above.
    assert len(re.findall(r"^[\w.-]+==", text, flags=re.M)) == len(re.findall(r"^[^\s#]", text, flags=re.M))


def test_test_with_the_versions_that_run():
    runtime, tested = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {name: tested.get(name) for name in runtime} == runtime


def test_lock_the_front_end_that_the_macros_were_made_for():
    package = json.loads(read("package.json"))
    asked, tested = package["dependencies"], package["devDependencies"]
    held = json.loads(read("package-lock.json"))["packages"]
    assert {name: held[f"node_modules/{name}"]["version"] for name in asked | tested} == asked | tested
    # What only tests run is not fetched by who only wants to run the service.
    assert [name for name in asked if held[f"node_modules/{name}"].get("dev")] == []
    assert [name for name in tested if not held[f"node_modules/{name}"].get("dev")] == []
    assert (asked["govuk-frontend"], "govuk-frontend-jinja==4.1.0" in RUNTIME) == ("6.3.0", True)


def test_explain_every_dependency():
    lines = read("pyproject.toml").partition("dependencies = [")[2].partition("[tool.")[0].splitlines()
    packages = [line for line in lines if line.startswith('    "')]
    assert len(packages) == len(RUNTIME) + sum(len(group) for group in GROUPS.values())
    assert [line for line in packages if not re.search(r",\s+# \S+ \S+", line)] == []


@pytest.mark.parametrize("requirement", [Requirement(line) for line in RUNTIME + GROUPS["dev"]], ids=str)
def test_use_every_dependency(requirement):
    names = {
        module
        for module, packages in packages_distributions().items()
        if canonicalize_name(requirement.name) in map(canonicalize_name, packages)
    }
    rooms = ROOMS if str(requirement) in map(str, map(Requirement, RUNTIME)) else (*ROOMS, "tests")
    code = "\n".join(read(name) for name in files(*rooms, ending=".py") if "test_dependencies" not in name)
    imported = any(re.search(rf"^\s*(from|import) {re.escape(name)}\b", code, flags=re.M) for name in names)
    word = CALLED.get(canonicalize_name(requirement.name))
    called = word is not None and word in code + read("run") + read("pyproject.toml")
    assert imported or called, requirement
