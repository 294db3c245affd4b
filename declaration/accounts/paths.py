"""Where signing in leads on to: our own paths and nowhere else."""

from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST_PATH: Final = 2000


def own_path(target: str) -> str:
    """Return a path of this service, or nothing for an address anywhere else."""
    if len(target) > LONGEST_PATH:
        return ""
    if target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return ""


def sign_in_url(next_path: str = "") -> str:
    """Return the address of the sign-in page that leads on to a path of this service."""
    page = reverse("account_request_login_code")
    return f"{page}?{urlencode({'next': next_path})}" if next_path else page
