"""Who may do what within the admin's pages: every bulk action and every inline, against a written table.

Addresses are in test_access.py. A new action or inline without a row fails. Each row of ACTIONS says
for no role, viewer, moderator, editor and administrator, in this order, whether the action is offered
(y) or not (n); each row of INLINES what may be done there: v view, a add, c change, d delete, - nothing.
"""

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.test import RequestFactory

from declaration.accounts.roles import PERMISSIONS, Role
from tests.accounts.people import staff_member

ROLES = ["", "viewer", "moderator", "editor", "administrator"]

# Read on pages of other models.
LOOKED_AT = ["commitment", "moderationdecision", "progress", "representative"]

ACTIONS = """
accounts.user reset_second_factor    nnnny
outbox.email  send_selected_again    nnyny
signatories.commitmentedit assign_selected nnyny
signatories.commitmentedit park_selected nnyny
signatories.signature accept_selected nnyny
signatories.signature assign_selected nnyny
signatories.signature park_selected nnyny
"""

INLINES = """
declaration.declarationversion PrincipleInline  - v   v    v vacd
signatories.organisation       AliasInline      - v   vacd v vacd
signatories.organisation       DomainInline     - v   vacd v vacd
"""


def rows(table):
    written = [line.split() for line in table.strip().splitlines()]
    return {(model, name): cells for model, name, *cells in written}


@pytest.fixture
def requests(db):
    """A request of somebody with each role, in the order of the tables."""
    made = []
    for role in ROLES:
        request = RequestFactory().get("/admin/")
        request.user = staff_member(role)
        made.append(request)
    return made


def site():
    return {model._meta.label_lower: one for model, one in admin.site._registry.items()}


def all_actions(model_admin):
    """Return every action somebody could be offered, whoever it is."""
    return {name for _, name, _ in model_admin._get_base_actions()}


def test_every_bulk_action_has_a_row():
    found = {(label, name) for label, one in site().items() for name in all_actions(one)}
    deleting = {(label, "delete_selected") for label in site()}
    assert found - deleting == set(rows(ACTIONS))


def test_bulk_actions_are_offered_as_the_table_says(requests):
    found = {}
    for label, model_admin in site().items():
        for name in all_actions(model_admin) - {"delete_selected"}:
            offered = ["ny"[name in model_admin.get_actions(request)] for request in requests]
            found[label, name] = ["".join(offered)]
    assert found == rows(ACTIONS)


def test_nobody_deletes_rows_in_bulk(requests):
    offered = [
        (label, request.user.role)
        for label, model_admin in site().items()
        for request in requests
        if "delete_selected" in model_admin.get_actions(request)
    ]
    assert offered == []


def test_inlines_allow_what_the_table_says(requests):
    found = {}
    for label, model_admin in site().items():
        for inline in model_admin.inlines:
            made = inline(model_admin.model, admin.site)
            found[label, inline.__name__] = [may(made, request) for request in requests]
    assert found == rows(INLINES)


def may(inline, request):
    rights = {
        "v": inline.has_view_permission(request),
        "a": inline.has_add_permission(request, None),
        "c": inline.has_change_permission(request),
        "d": inline.has_delete_permission(request),
    }
    return "".join(letter for letter, allowed in rights.items() if allowed) or "-"


def test_own_actions_ask_for_a_permission():
    """An action without «permissions» is offered to everybody who sees the list."""
    open_to_all = [
        (label, name)
        for label, model_admin in site().items()
        for function, name, _ in model_admin._get_base_actions()
        if not getattr(function, "allowed_permissions", None)
    ]
    assert open_to_all == []


def test_every_role_has_a_row_and_none_has_nothing():
    assert set(PERMISSIONS) == set(Role.values)
    assert PERMISSIONS[Role.NONE] == frozenset()


def test_every_permission_in_the_table_is_one_that_exists():
    known = set()
    for model in admin.site._registry:
        known |= permissions_of(model._meta)
    for model_admin in admin.site._registry.values():
        assert isinstance(model_admin, ModelAdmin)
        for inline in model_admin.inlines:
            known |= permissions_of(inline.model._meta)
    known |= {f"signatories.view_{name}" for name in LOOKED_AT}
    assert set().union(*PERMISSIONS.values()) - known == set()


def permissions_of(meta):
    names = [f"{verb}_{meta.model_name}" for verb in ("view", "add", "change", "delete")]
    return {f"{meta.app_label}.{name}" for name in (*names, *(own for own, _ in meta.permissions))}
