import pytest
from django.test import Client

from tests.accounts.people import sign_in_as_staff
from tests.factories import UserFactory


@pytest.fixture
def person(db):
    return UserFactory(role="editor", full_name="Eddy Tor")


@pytest.fixture
def editor(person):
    """A browser in which an editor is signed in with a second factor."""
    return sign_in_as_staff(Client(), person)
