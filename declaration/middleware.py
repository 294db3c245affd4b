"""What holds for every request and response, whoever asks and whatever for."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)

Handler = Callable[[HttpRequest], HttpResponseBase]

METHODS = ["GET", "HEAD", "POST"]
# Below this address nothing is sent, so that what we say is allowed is true there as well.
READ_ONLY = "/api/"
# What pages of other sites may read with scripts.
READ_ELSEWHERE = (READ_ONLY, "/signatories.", "/check.")

# Nothing here uses a camera, a place or a payment; a script that got in could not either.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


class BrowserPolicies:
    """Tell browsers which of their features no page of ours may use, and that other sites embed none.

    An answer that other sites may load says so itself, and keeps its word.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class HeadsAlone:
    """Send nothing after the head of an answer to HEAD: a web server has to drop it, and warns each time.

    What is only made while it is sent, as a long file is, is not made.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "HEAD":
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = ()
            elif isinstance(response, HttpResponse) and response.content:
                response.setdefault("Content-Length", str(len(response.content)))
                response.content = b""
        return response


class RefuseMethods:
    """Answer 405 to every method that no page has; Django's own admin would take TRACE for GET."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _is_preflight(request):
            return _leave_to_read()
        if request.method not in METHODS:
            is_read_only = request.path.startswith(READ_ONLY)
            return HttpResponseNotAllowed(["GET", "HEAD"] if is_read_only else METHODS)
        return self.get_response(request)


def _is_preflight(request: HttpRequest) -> bool:
    """Whether a browser asks, before a script of another site sends If-None-Match, if it may."""
    return (
        request.method == "OPTIONS"
        and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.META
        and request.path.startswith(READ_ELSEWHERE)
    )


def _leave_to_read() -> HttpResponse:
    """Allow any header but those that say who somebody is: nobody signs in to read this."""
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "GET, HEAD",
        "Access-Control-Allow-Headers": "*",
        "Access-Control-Max-Age": "86400",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return HttpResponse(status=204, headers=headers)


class RefuseNul:
    """Answer 400 to a NUL character in an address or a form: no person types it, PostgreSQL refuses it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: object) -> None:
        # Here and not earlier, so that the answer is our page for a bad request.
        values = [request.path, *(value for _, found in request.GET.lists() for value in found)]
        if request.method == "POST":
            values += [value for _, found in request.POST.lists() for value in found]
        if any("\0" in value for value in values):
            raise BadRequest("There is a NUL character in the request.")
