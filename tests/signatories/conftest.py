"""People who are signed in, and the wording they sign."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.accounts.people import sign_in_as_staff
from tests.factories import SignatureFactory, UserFactory, current_version
from tests.signatories.databases import KINDS, own_database


@pytest.fixture
def version(db):
    return current_version()


@pytest.fixture(scope="module", params=KINDS)
def database(request, tmp_path_factory, django_db_setup, django_db_blocker):
    """The kind of database in use; rows stay until the module is over, so each test makes its own."""
    with own_database(request.param, tmp_path_factory.mktemp(request.param), django_db_blocker):
        yield request.param


@pytest.fixture
def signed_in():
    """Return a browser in which this person, or representative, is signed in."""

    def browser_of(person):
        browser = Client()
        browser.force_login(getattr(person, "user", person))
        return browser

    return browser_of


@pytest.fixture
def moderator(db):
    return UserFactory(moderator=True, full_name="Mo Derator")


@pytest.fixture
def staff(moderator):
    """A browser in which the moderator is signed in with a second factor."""
    return sign_in_as_staff(Client(), moderator)


@pytest.fixture
def waiting(version, time_machine):
    """A signature that waits for its approver, on a Monday at eleven."""
    time_machine.move_to(datetime(2026, 11, 23, 11, tzinfo=UTC), tick=False)
    return SignatureFactory(awaiting_approver=True)


@pytest.fixture
def stranger():
    return Client()


@pytest.fixture
def draft(version):
    """A shared draft with every question answered."""
    return SignatureFactory()


@pytest.fixture
def officer(draft, signed_in):
    """A browser in which the officer of the draft is signed in."""
    return signed_in(draft.started_by)
