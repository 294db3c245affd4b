"""The admin: its door is the sign-in by code, and the role and second factor are its key."""

import functools
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from declaration.accounts.models import User
from declaration.accounts.paths import own_path, sign_in_url
from declaration.accounts.second_factor import came_by_the_right_door, used_in_this_session
from declaration.accounts.views import sign_out

# What lists of the admin take for numbers, by the end of the name: of a page, of ticked rows, of days.
NUMBERS = {
    "p": range(10**9),
    ACTION_CHECKBOX_NAME: range(2**63),
    "__year": range(1900, 3000),
    "__month": range(100),
    "__day": range(100),
}


def _is_sane(name: str, value: str) -> bool:
    _, mark, end = name.rpartition("__")
    allowed = NUMBERS.get(mark + end)
    if allowed is None:
        return True
    return value.isascii() and value.isdecimal() and len(value) < 20 and int(value) in allowed


class StaffSite(AdminSite):
    site_header = f"{settings.SERVICE_NAME}: staff"
    site_title = settings.SERVICE_NAME
    index_title = "Staff"
    # Lists and records need the room, and the desk is one step away on every page.
    enable_nav_sidebar = False

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "demo": settings.DEMO}

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Answer 400 where Django's own lists would stumble over a number that is none or cannot be."""

        @functools.wraps(view)
        def careful(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            sent = [*request.GET.lists(), *request.POST.lists()]
            if not all(_is_sane(name, value) for name, values in sent for value in values):
                raise BadRequest("A number in the request is none.")
            return view(request, *args, **kwargs)

        return super().admin_view(careful, cacheable)

    def has_permission(self, request: HttpRequest) -> bool:
        person = request.user
        return (
            isinstance(person, User)
            and person.is_active
            and person.is_staff
            and came_by_the_right_door(request, person)
            and used_in_this_session(request, person)
        )

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Nobody has a password: send them to the one way in."""
        if self.has_permission(request):
            return redirect("admin:index")
        return redirect(sign_in_url(own_path(request.GET.get("next", "")) or reverse("admin:index")))

    def logout(  # type: ignore[override] # Django's own redirects here too
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return sign_out(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> NoReturn:
        raise Http404("Nobody has a password.")

    def password_change_done(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> NoReturn:
        raise Http404("Nobody has a password.")
