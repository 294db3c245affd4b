"""Who is behind a request."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from declaration.accounts.models import User


class SignedInRequest(HttpRequest):
    """What a view gets after a guard has made sure that somebody is signed in."""

    user: User


def person_of(request: HttpRequest) -> User:
    """Return the signed-in person. Raises PermissionDenied for a stranger."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
