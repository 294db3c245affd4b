"""The tests themselves: none forgotten, none switched off."""

import ast
import re

import pytest

from tests.repository.tree import files, read

MODULES = [name for name in files("tests", ending=".py") if name.rpartition("/")[2].startswith("test_")]
SWITCHED_OFF = re.compile(r"\b(mark\.(skip|skipif|xfail)|pytest\.(skip|xfail)|wip)\b")


def forgotten(source):
    """Return the functions of a test module that are neither tests, nor fixtures, nor called by it."""
    tree = ast.parse(source)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    used |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    defined = [
        node
        for parent in ast.walk(tree)
        if isinstance(parent, ast.Module | ast.ClassDef)
        for node in parent.body
        if isinstance(node, ast.FunctionDef)
    ]
    return [
        node.name
        for node in defined
        if not node.name.startswith(("test_", "pytest_", "do_", "handle_", "__"))
        and node.name not in used
        and not node.decorator_list
        and not overrides(tree, node)
    ]


def overrides(tree, method):
    """A method of a class with a base may be called by that base."""
    return any(
        isinstance(parent, ast.ClassDef) and parent.bases and method in parent.body
        for parent in ast.walk(tree)
    )


@pytest.mark.parametrize("name", MODULES)
def test_run_everything_that_looks_like_a_test(name):
    assert forgotten(read(name)) == []


def test_notice_a_test_that_would_never_run():
    assert forgotten("def tets_it():\n    assert False\n") == ["tets_it"]


def test_switch_off_no_journey():
    journeys = files("tests/journeys", ending=".py")
    assert [name for name in journeys if SWITCHED_OFF.search(read(name))] == []


def test_write_a_test_for_every_module_of_tests():
    assert [
        name for name in MODULES if not re.search(r"^\s*(async )?def test_", read(name), flags=re.M)
    ] == []
