"""The addresses of the API: cacheable, kept, readable from other sites, GET and HEAD alone."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path

from declaration.fresh_pages import fresh_page
from declaration.public_pages import public_page
from signatories.api.docs import docs
from signatories.api.problems import problem
from signatories.api.routes import api
from signatories.register.standing import in_process_now

View = Callable[..., Any]

# Lists of names that others made up, which nobody asks about again; and what no change changes.
NOT_KEPT = {"check", "openapi-json"}
# Answers that also tell who is in process.
OF_STATES = {"organisations", "organisation", "coverage"}


def open_to_all(view: View, name: str = "") -> View:
    """Serve to GET and to HEAD, with leave to cache and to read from pages of other sites."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        method, request.method = request.method, "GET"
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        finally:
            request.method = method
        return response

    is_kept = name and name not in NOT_KEPT
    besides = in_process_now if name in OF_STATES else None
    cacheable: View = fresh_page(besides=besides)(answer) if is_kept else public_page(answer)

    @wraps(view)
    def served(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = cacheable(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            refused = problem(405, "The API is only read: use GET or HEAD.")
            refused.headers["Allow"] = "GET, HEAD"
            return refused
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Last-Modified"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return served


def _nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    return problem(404, "There is nothing at this address.")


def _opened() -> list[URLPattern]:
    patterns, _, _ = api.urls
    # The last is the package's own root, which sends on to pages we do not have; ours has its name.
    found = [pattern for pattern in patterns[:-1] if isinstance(pattern, URLPattern)]
    for pattern in found:
        pattern.callback = open_to_all(pattern.callback, pattern.name or "")
    return found


app_name = "api"
urlpatterns = [
    *_opened(),
    path("docs", docs, name="docs"),
    path("<path:rest>", open_to_all(_nothing_here), name="nothing_here"),
]
