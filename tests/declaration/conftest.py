import pytest
from django.test import Client

from tests.accounts.people import sign_in_as_staff
from tests.factories import UserFactory


@pytest.fixture
def person(db):
    return UserFactory(role="administrator", full_name="Ada Min")


@pytest.fixture
def administrator(person):
    """A browser in which an administrator is signed in with a second factor."""
    return sign_in_as_staff(Client(), person)
