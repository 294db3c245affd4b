"""Keep what somebody typed when their sign-in ran out before they pressed the button."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict

SESSION_KEY = "unsaved"
MAXIMUM_CHARACTERS = 20_000

View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """Send strangers to sign in and back again, keeping for them what they had posted.

    The text waits in the session of their browser until the page is shown again.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            posted = request.POST.copy()
            posted.pop("csrfmiddlewaretoken", None)
            text = posted.urlencode()
            if len(text) <= MAXIMUM_CHARACTERS:
                request.session[SESSION_KEY] = {"path": request.path, "posted": text}
        return redirect_to_login(request.get_full_path())

    return wrapper


def take_unsaved(request: HttpRequest) -> QueryDict | None:
    """Return, once, what was posted to this page before the person had to sign in again."""
    kept = request.session.get(SESSION_KEY)
    if request.method != "GET" or not kept or kept["path"] != request.path:
        return None
    del request.session[SESSION_KEY]
    return QueryDict(kept["posted"])
