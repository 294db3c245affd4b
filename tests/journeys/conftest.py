"""One running service for all journeys, and a browser with people in it."""

import functools
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.journeys.approvers import Approver
from tests.journeys.councils import councils
from tests.journeys.editors import Editor
from tests.journeys.hands import Keyboard
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
    # Whoever checked the officer leaves accepting to a colleague.
    "FOUR_EYES": "true",
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
def _services():
    """Every stack that was started, with its process inside; running until the last journey is over."""
    with ExitStack() as services:

        @functools.cache
        def service(kind):
            running = services.enter_context(Stack(kind, env=SETTINGS))
            running.manage("load_reference")
            inside = Inside(running)
            services.callback(inside.end)
            return running, inside

        yield service


@pytest.fixture(scope="session")
def stack(request, _services):
    return _services(request.param)[0]


@pytest.fixture(scope="session")
def inside(stack, _services):
    return _services(stack.kind)[1]


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
def _staff_of_each_stack():
    return {}


def _signed_in(world, kept, somebody=Moderator, **person):
    """Return a member of staff with a second factor, signed in; the first asking signs them in."""
    key = world.stack.kind, person["email"]
    if key not in kept:
        newcomer = somebody(world, **person)
        newcomer.enrols()
        kept[key] = newcomer.context.storage_state()
        newcomer.context.close()
    return lambda **options: somebody(world, **person, storage_state=dict(kept[key]), **options)


@pytest.fixture
def moderator(world, _staff_of_each_stack):
    return _signed_in(world, _staff_of_each_stack, email="mona@communities.gov.uk")()


@pytest.fixture
def colleague(world, _staff_of_each_stack):
    """A second moderator."""
    person = {"name": "Cory Colleague", "email": "cory@communities.gov.uk"}
    return _signed_in(world, _staff_of_each_stack, **person)()


EDITOR = {"name": "Edith Editor", "email": "edith@communities.gov.uk", "role": "editor"}


@pytest.fixture
def editor(world, _staff_of_each_stack):
    """A newsletter editor."""
    return _signed_in(world, _staff_of_each_stack, Editor, **EDITOR)()


@pytest.fixture
def editor_without_scripts(world, _staff_of_each_stack):
    return _signed_in(world, _staff_of_each_stack, Editor, **EDITOR)(scripts=False)


@pytest.fixture
def second_editor(world, _staff_of_each_stack):
    person = {"name": "Eddy Editor", "email": "eddy@communities.gov.uk", "role": "editor"}
    return _signed_in(world, _staff_of_each_stack, Editor, **person)()


@pytest.fixture
def moderator_with_a_keyboard(world, _staff_of_each_stack):
    """The first moderator, who uses no pointer."""
    return _signed_in(world, _staff_of_each_stack, email="mona@communities.gov.uk")(hands=Keyboard)
