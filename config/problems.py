"""Errors below /api/ that no view answers, as problem JSON (RFC 9457); elsewhere they are pages."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from config import unavailable


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    page = defaults.bad_request(request, exception)
    return _problem(page) if _is_for_programs(request) else page


def server_error(request: HttpRequest) -> HttpResponse:
    page = unavailable.server_error(request)
    return _problem(page) if _is_for_programs(request) else page


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
