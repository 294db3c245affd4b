"""Keep what somebody typed when their sign-in ran out before they pressed the button."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

SESSION_KEY = "unsaved"
# Whose texts they are, where the session was known that has ended.
WHOSE_KEY = "unsaved_of"
# The longest answers of one question are far below; several tabs may be waiting at once.
MAXIMUM_CHARACTERS = 20_000
MAXIMUM_PAGES = 5

View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """Send strangers to sign in and back again, keeping for them what they had posted.

    The texts wait in the session of their browser, one for each page, until the page is saved.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            response = view(request, *args, **kwargs)
            if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
                _forget(request)
            return response
        if request.method == "POST":
            _keep(request)
        return redirect_to_login(request.get_full_path())

    return wrapper


def signed_in_to_press(view: View) -> View:
    """Guard a page that is only a button: strangers come to their dashboard after they signed in."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return redirect_to_login(reverse("dashboard"))

    return wrapper


def _keep(request: HttpRequest) -> None:
    posted = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    if sum(len(value) for values in posted.values() for value in values) > MAXIMUM_CHARACTERS:
        return
    kept = request.session.get(SESSION_KEY, {})
    kept.pop(request.path, None)
    kept[request.path] = posted
    request.session[SESSION_KEY] = dict(list(kept.items())[-MAXIMUM_PAGES:])
    whose = getattr(request, "session_ended_of", None)
    if whose is not None:
        request.session[WHOSE_KEY] = whose


def _forget(request: HttpRequest) -> None:
    kept = request.session.get(SESSION_KEY, {})
    if kept.pop(request.path, None) is not None:
        request.session[SESSION_KEY] = kept


def take_unsaved(request: HttpRequest) -> QueryDict | None:
    """Return what ``unsaved`` returns, for a page that keeps it elsewhere from then on."""
    posted = unsaved(request)
    if posted is not None:
        _forget(request)
    return posted


def unsaved(request: HttpRequest) -> QueryDict | None:
    """Return what was posted to this page before the person had to sign in again, if anything.

    A page of a question then says so by itself.
    """
    kept = request.session.get(SESSION_KEY, {})
    if request.method != "GET" or request.path not in kept:
        return None
    if request.session.get(WHOSE_KEY) not in {None, request.user.pk}:
        return None  # somebody else sits at the same browser now
    posted = QueryDict(mutable=True)
    for name, values in kept[request.path].items():
        posted.setlist(name, values)
    request.was_restored = True  # type: ignore[attr-defined] # for layouts/question.html
    return posted
