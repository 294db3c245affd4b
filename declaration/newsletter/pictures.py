"""Serve the pictures of issues: each under the hash of its bytes, so that it never changes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from declaration.newsletter.models import Picture


@require_safe
@cache_control(public=True, max_age=365 * 24 * 60 * 60, immutable=True)
def picture(request: HttpRequest, digest: str, kind: str) -> HttpResponse:
    """Return the bytes of a picture, as a picture and nothing else. Any mailbox may show it."""
    found = get_object_or_404(Picture, digest=digest, kind=kind)
    response = HttpResponse(bytes(found.content), content_type=f"image/{found.kind}")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    # Opened by itself it can load nothing and run nothing.
    response._csp_config = {"default-src": ["'none'"], "sandbox": True}  # type: ignore[attr-defined]
    return response
