"""Errors of the API as problem JSON (RFC 9457)."""

import json
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError


def problem(status: int, detail: str) -> HttpResponse:
    """Return an error for programs to read, which pages of other sites may read too."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


class HonestAPI(NinjaAPI):
    """Says in its description that errors are problem JSON, and describes nothing that it does not send."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._described: dict[str, Any] = {}

    def get_openapi_schema(self, **options: Any) -> Any:
        """Return the description, which is made once: a tenth of a second, and nothing in it ever changes."""
        asked = repr(sorted(options.items()))
        if asked not in self._described:
            self._described[asked] = self._describe(**options)
        return self._described[asked]

    def _describe(self, **options: Any) -> Any:
        description = super().get_openapi_schema(**options)
        for methods in description["paths"].values():
            for operation in methods.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in response.get("content", {}):
                        response["content"]["application/problem+json"] = response["content"].pop(
                            "application/json"
                        )
        # The package also describes what parameters are gathered in, which nobody ever gets.
        schemas, written = description["components"]["schemas"], json.dumps(description)
        description["components"]["schemas"] = {
            name: schema for name, schema in schemas.items() if f'/schemas/{name}"' in written
        }
        return description


def tell_problems(api: NinjaAPI) -> None:
    """Let an API answer every error with problem JSON."""

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        reasons = [f"{one['loc'][-1]}: {one['msg']}" for one in error.errors]
        return problem(400, "; ".join(reasons))

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, str(error))

    @api.exception_handler(Http404)
    def not_there(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(404, "There is nothing at this address.")
