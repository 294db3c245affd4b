"""Ask every address as somebody, see what happened, and leave the database as it was."""

import copy

from django.apps import apps
from django.db import transaction
from django.urls import get_resolver, reverse


def addresses(patterns=None, prefix="", namespace=""):
    """Return every address of the service as (name in the table, pattern)."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        where = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = f"{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, where, inner)
        elif pattern.name:
            yield f"{namespace}{pattern.name}"


def happened(response):
    if response.status_code == 302 and response["Location"].startswith(
        (reverse("account_request_login_code"), reverse("account_login"))
    ):
        return "s"
    return {403: "r", 404: "a", 405: "m"}.get(
        response.status_code, "i" if response.status_code < 500 else "!"
    )


def answers(client, method, path):
    """Return what happened, with whatever the request changed undone."""
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        response = client.get(path) if method == "GET" else client.post(path, {})
        transaction.set_rollback(True)
    client.cookies = cookies
    return happened(response)


def contents():
    """Return every row of every table but sessions, whose times move."""
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.label != "sessions.Session"
    }
