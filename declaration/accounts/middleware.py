"""How long a session lasts, who may keep its pages, and the second factor of staff."""

import time
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Final, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user, logout
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from declaration.accounts import unsaved
from declaration.accounts.models import User
from declaration.accounts.paths import sign_in_url
from declaration.accounts.second_factor import came_by_the_right_door, has_factor, used_in_this_session
from declaration.accounts.views import not_staff

NOTHING_DONE: Final = (
    "Nothing was done yet: your session had ended. Press the button again if you still want to."
)
Handler = Callable[[HttpRequest], HttpResponseBase]

LONGEST_SESSION: Final = timedelta(hours=12)
OFFICER_IDLE: Final = timedelta(hours=4)
STAFF_IDLE: Final = timedelta(minutes=45)
# Writing the time at every request would cost each one a write.
SEEN_EVERY: Final = timedelta(minutes=1)
# Without a factor yet, only a fresh sign-in may add the first one.
FRESH_SIGN_IN: Final = timedelta(minutes=15)


def _person_within_limits(request: HttpRequest) -> User | AnonymousUser:
    """Return whose session it is, ending it when it lasted or lay idle too long."""
    person = get_user(request)
    if not isinstance(person, User):
        return AnonymousUser()
    now = int(time.time())
    started = request.session.setdefault("signed_in_at", now)
    seen = request.session.setdefault("seen_at", now)
    idle = STAFF_IDLE if person.is_staff else OFFICER_IDLE
    if now - started >= LONGEST_SESSION.total_seconds() or now - seen >= idle.total_seconds():
        request.session_ended_of = person.pk  # type: ignore[attr-defined] # for what they had typed
        request.user = person  # signing out looks at who it is, and that is being found out here
        logout(request)
        return AnonymousUser()
    if now - seen >= SEEN_EVERY.total_seconds():
        request.session["seen_at"] = now
    return person


class SessionLimits:
    """End sessions in time, and keep every page that read a session out of all caches.

    The session is looked at only when somebody asks who the person is: public pages that do not
    ask read no session, set no cookie and stay cacheable, also for people who are signed in.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.user = cast(User, SimpleLazyObject(lambda: _person_within_limits(request)))
        response = self.get_response(request)
        if request.session.accessed:
            response["Cache-Control"] = "no-store"
        return response


class SecondFactorForStaff:
    """Let nobody into the admin without a role and a second factor used in this session.

    What staff post after their session has ended is kept until they have signed in again.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(reverse("admin:index")):
            if request.method == "POST" and not isinstance(request.user, User):
                return self.get_response(request)  # as far as process_view, behind the check of the token
            return self._before_admin(request) or self._admin_page(request)
        if request.path.startswith(reverse("mfa_index")):
            return self._before_second_factor(request) or self.get_response(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: object) -> HttpResponse | None:
        """Keep what a stranger posted to the admin, once it is known to come from one of our pages."""
        if not request.path.startswith(reverse("admin:index")) or isinstance(request.user, User):
            return None
        doors = {reverse(f"admin:{name}") for name in ("index", "login", "logout")}
        back = reverse("admin:index") if request.path in doors else request.get_full_path()
        if request.method == "POST" and request.path not in doors:
            _ = request.user.is_authenticated  # finds out whose session has ended
            unsaved.keep(request, getattr(request, "session_ended_of", None))
        if settings.OIDC_ISSUER:
            return render(request, "account/provider.html", {"next": back}, status=403)
        return redirect(sign_in_url(back))

    def _admin_page(self, request: HttpRequest) -> HttpResponseBase:
        kept = unsaved.of_page(request, request.path)
        if kept and kept.words and request.method == "GET":
            return render(request, "account/unsaved.html", {"signed_in": True, "unsaved": kept})
        comes_back = request.method == "GET" and unsaved.was_pressed(request)
        if comes_back:
            messages.warning(request, NOTHING_DONE)
        response = self.get_response(request)
        if comes_back or (kept and request.method == "POST"):
            unsaved.forget(request, request.path)
        if comes_back and response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return redirect(unsaved.page_of_button(request))
        return response

    def _before_admin(self, request: HttpRequest) -> HttpResponse | None:
        person = request.user
        back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
        if settings.OIDC_ISSUER and not (
            isinstance(person, User) and came_by_the_right_door(request, person)
        ):
            return render(request, "account/provider.html", {"next": back}, status=403)
        if not isinstance(person, User):
            return redirect(sign_in_url(back))
        if not person.is_staff:
            return not_staff(request)
        if used_in_this_session(request, person):
            return None
        if has_factor(person):
            again = get_adapter().get_reauthentication_methods(person)[0]["url"]
            return redirect(f"{again}?{urlencode({'next': back})}")
        return redirect("mfa_index")

    def _before_second_factor(self, request: HttpRequest) -> HttpResponse | None:
        if request.path == reverse("mfa_authenticate"):
            return None
        person = request.user
        if not isinstance(person, User):
            return redirect(sign_in_url(request.get_full_path() if request.method == "GET" else ""))
        if not person.is_staff:
            raise Http404("Only staff have a second factor.")
        if has_factor(person) or request.path == reverse("mfa_index"):
            return None
        records = get_authentication_records(request, person)
        newest = max((record["at"] for record in records), default=0)
        if time.time() - newest < FRESH_SIGN_IN.total_seconds():
            return None
        logout(request)
        return redirect(sign_in_url(reverse("mfa_index")))
