"""Who a session belongs to. Nobody signs in through Django's password machinery."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from declaration.accounts.models import User


class CodeBackend(BaseBackend):
    """Find the person of a session; refuse every password and every closed account."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        return None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
