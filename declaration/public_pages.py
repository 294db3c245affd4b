"""Pages that are the same for everybody: they read no session, set no cookie, and may be cached."""

from collections.abc import Callable

from django.http import HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

View = Callable[..., HttpResponse]

# A browser asks again each time; a cache in front may answer for half a minute, and a little
# longer while it fetches the page anew or the service is down (RFC 5861).
_CACHEABLE = cache_control(public=True, max_age=0, s_maxage=30, stale_while_revalidate=30, stale_if_error=300)


def public_page(view: View) -> View:
    """Serve a page to GET and HEAD alone, with leave to cache it. It must not read the session."""
    return require_safe(_CACHEABLE(view))
