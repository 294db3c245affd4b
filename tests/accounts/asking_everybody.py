"""Ask every address as somebody, see what happened, and leave the database as it was."""

import copy

from django.apps import apps
from django.db import transaction
from django.urls import get_resolver, reverse

from signatories.links import approver_token
from tests.newsletter.access import newsletter_arguments

PEOPLE = ["stranger", "officer A", "officer B", "viewer", "moderator", "editor", "administrator"]


def read_table(table):
    """Return what happens at each address by GET and by POST."""
    written = [line.split() for line in table.strip().splitlines()]
    names = [row[0] for row in written]
    assert len(names) == len(set(names)), "an address has two rows"
    return {name: {"GET": get, "POST": post} for name, get, post in written}


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
    """Return what happened; whatever a POST changed is undone, and a GET had better change nothing."""
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        response = client.get(path) if method == "GET" else client.post(path, {})
        transaction.set_rollback(method == "POST")
    client.cookies = cookies
    return happened(response)


def contents():
    """Return every row of every table but sessions, whose times move."""
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.label != "sessions.Session"
    }


EXTRA_OF = {
    "admin:signatories_commitment_decide": {"decision": "take-down"},
    "admin:signatories_commitmentedit_care": {"what": "take"},
}
EXTRA = {"do": {"verb": "pause"}, "decide": {"decision": "accept"}, "care": {"what": "note"}}


def arguments(name, objects):
    """Return what an address needs to be about something that exists and is officer A's."""
    signature = objects["signatories.signature"]
    if name.startswith("admin:"):
        if name == "admin:app_list":
            return {"app_label": "signatories"}
        if name == "admin:view_on_site":
            return {"content_type_id": 1, "object_id": 1}
        label = next(
            (label for label in objects if name.startswith(f"admin:{label.replace('.', '_')}_")), None
        )
        verb = name.rpartition("_")[2]
        if label is None or verb in {
            "changelist",
            "add",
            "done",
            "export",
            "find",
            "somebody",
            "report",
            "csv",
            "preview",
            "domain",
        }:
            return {}
        if verb == "bulk":
            return {"what": "accept" if label == "signatories.signature" else "assign"}
        key = "object_id" if verb in {"history", "delete", "change"} else "pk"
        return {key: objects[label].pk} | EXTRA.get(verb, {}) | EXTRA_OF.get(name, {})
    if name.startswith("newsletter_"):
        return newsletter_arguments(name, objects)
    fixed = {
        "declaration_version": {"number": 1},
        "organisation": {"slug": "camden"},
        "api:organisation": {"slug": "camden"},
        "api:signatory": {"slug": "camden"},
        "api:commitment": {"number": 1},
        "api:version": {"number": 1},
        "api:nothing_here": {"rest": "x"},
        "badge": {"slug": "camden"},
        "badge_image": {"slug": "camden"},
        "report_mistake": {"slug": "camden"},
        "mistake_reported": {"slug": "camden"},
        "organisation_start": {"slug": "camden"},
        "addition_question": {"reference": signature.reference, "slug": "title"},
        "edit_question": {"reference": signature.reference, "slug": "title"},
        "take_over": {"key": objects["signatories.handover"].key},
        "question": {"reference": signature.reference, "slug": "you"},
        "mfa_remove_webauthn": {"pk": 0},
        "openid_connect_callback": {"provider_id": "department"},
    }
    if name in fixed:
        return fixed[name]
    if name in {"approve", "decline", "renew_link"}:
        return {"token": approver_token(signature)}
    if name.startswith("mailbox_"):
        return {"name": f"20261121T000000-{'0' * 32}"}
    for candidate in ({}, {"reference": signature.reference}):
        try:
            reverse(name, kwargs=candidate)
        except Exception:  # noqa: BLE001, S112 # whatever it needs, the next candidate or a failure says
            continue
        return candidate
    raise AssertionError(f"{name}: say in arguments() what this address needs")
