"""One running service for all journeys, and a browser with people in it."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.journeys.approvers import Approver
from tests.journeys.councils import councils
from tests.journeys.inside import Inside
from tests.journeys.moderators import Moderator
from tests.journeys.officers import Officer
from tests.journeys.page_checks import PageChecks
from tests.journeys.public import Public
from tests.servers import KINDS, Stack

SETTINGS = {
    # The pages of production: DEBUG would put Django's own in place of our «Page not found».
    "DEBUG": "false",
    "SECRET_KEY": "a key that only the journeys know, long enough for Django to take it",
    "ALLOWED_HOSTS": "localhost",
    "ALLOW_FILE_BROKER": "true",
    # All people of all journeys sit behind one network address.
    "SIGN_IN_CODES_PER_NETWORK": "10000",
}


@dataclass
class World:
    """A service, a browser, and what has been checked so far."""

    stack: Stack
    inside: Inside
    browser: Any
    checks: PageChecks


def pytest_generate_tests(metafunc):
    """Tell a journey on the embedded stack, and on PostgreSQL with Redis if it asks for both."""
    if "stack" in metafunc.fixturenames:
        kinds = KINDS if hasattr(metafunc.function, "on_both_stacks") else ["sqlite"]
        metafunc.parametrize("stack", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def stack(request):
    with Stack(request.param, env=SETTINGS) as running:
        running.manage("load_reference")
        yield running


@pytest.fixture(scope="session")
def inside(stack):
    process = Inside(stack)
    yield process
    process.end()


@pytest.fixture(scope="session")
def checks():
    return PageChecks()


@pytest.fixture(scope="session")
def _councils():
    return iter(councils())


@pytest.fixture
def council(_councils):
    """A council that no other journey uses."""
    return next(_councils)


@pytest.fixture
def world(stack, inside, browser, checks):
    """The browser windows that a journey opened are closed at its end."""
    yield World(stack, inside, browser, checks)
    for context in list(browser.contexts):
        context.close()


@pytest.fixture
def officer(world, council):
    return Officer(world, council)


@pytest.fixture
def approver(world, council):
    return Approver(world, council)


@pytest.fixture
def public(world):
    return Public(world)


@pytest.fixture(scope="session")
def _signed_in_staff(stack, inside, browser, checks):
    """Return how to get a moderator who has signed in; the first asking signs them in."""
    kept = {}

    def storage_state():
        if not kept:
            moderator = Moderator(World(stack, inside, browser, checks), email="mona@communities.gov.uk")
            moderator.enrols()
            kept.update(moderator.context.storage_state())
            moderator.context.close()
        return dict(kept)

    return storage_state


@pytest.fixture
def moderator(world, _signed_in_staff):
    """A moderator with a second factor, signed in."""
    return Moderator(world, email="mona@communities.gov.uk", storage_state=_signed_in_staff())
