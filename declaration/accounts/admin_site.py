"""The admin: its door is the sign-in by code, and the role and second factor are its key."""

from typing import Any, NoReturn

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from declaration.accounts.models import User
from declaration.accounts.paths import own_path, sign_in_url
from declaration.accounts.second_factor import came_by_the_right_door, used_in_this_session
from declaration.accounts.views import sign_out


class StaffSite(AdminSite):
    site_header = f"{settings.SERVICE_NAME}: staff"
    site_title = settings.SERVICE_NAME
    index_title = "Staff"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "demo": settings.DEMO}

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
