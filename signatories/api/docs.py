"""The page that tells people how to use the API, made from its own OpenAPI description."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from declaration.public_pages import public_page
from signatories.api.routes import ATTRIBUTION, LICENCE, api


@public_page
def docs(request: HttpRequest) -> HttpResponse:
    """List every address with its parameters, and every record with its fields."""
    description = api.get_openapi_schema()
    operations = [
        {"path": path, **operation}
        for path, methods in description["paths"].items()
        for operation in methods.values()
    ]
    records = [
        {"name": name, "about": schema.get("description", ""), "fields": _fields(schema)}
        for name, schema in sorted(description["components"]["schemas"].items())
        if "properties" in schema
    ]
    page = {"operations": operations, "records": records, "licence": LICENCE, "attribution": ATTRIBUTION}
    return render(request, "api/docs.html", page)


def _fields(schema: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"name": name, "kind": _kind(field), "about": field.get("description", "")}
        for name, field in schema["properties"].items()
    ]


def _kind(field: dict[str, Any]) -> str:
    """Return what sort of value a field holds, in a few words."""
    if "$ref" in field:
        return str(field["$ref"].rpartition("/")[2])
    if "anyOf" in field:
        return " or ".join("nothing" if one.get("type") == "null" else _kind(one) for one in field["anyOf"])
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}"
    return str(field.get("format") or field.get("type") or "value")
