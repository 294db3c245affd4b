"""What is answered where no view answers: pages, and below /api/ problem JSON (RFC 9457)."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults

from config import unavailable
from declaration.accounts import unsaved


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    page = defaults.bad_request(request, exception)
    return _problem(page) if _is_for_programs(request) else page


def server_error(request: HttpRequest) -> HttpResponse:
    page = unavailable.server_error(request)
    return _problem(page) if _is_for_programs(request) else page


def untrusted_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the token of a form is not the one of its browser, and offer what was typed once more.

    That happens to whoever signed in from another tab since the page was opened. What another site
    made a browser send is not repeated: a person might press the button without reading.
    """
    ours = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    typed = None
    if request.headers.get("Origin") in ours and not request.FILES:
        typed = unsaved.posted(request)
    page = render(request, "403_csrf.html", {"unsaved": typed}, status=403)
    page["Cache-Control"] = "no-store"
    return page


def _is_for_programs(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") and not request.path.endswith("/docs")


def _problem(page: HttpResponse) -> HttpResponse:
    """Return a problem with the status of a page, and what the page says to caches and about trying again."""
    title = HTTPStatus(page.status_code).phrase
    body = {"type": "about:blank", "title": title, "status": page.status_code, "detail": f"{title}."}
    headers = {
        name: value for name, value in page.headers.items() if name in {"Cache-Control", "Retry-After"}
    }
    headers["Access-Control-Allow-Origin"] = "*"
    kind = "application/problem+json"
    return JsonResponse(body, status=page.status_code, content_type=kind, headers=headers)
