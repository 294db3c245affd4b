"""The tests themselves: none forgotten, none switched off."""

import ast
import re

import pytest

from tests.repository.tree import files, read
from tests.servers import KINDS
from tests.sharing_out import LONGEST_FIRST, share_of

MODULES = [name for name in files("tests", ending=".py") if name.rpartition("/")[2].startswith("test_")]
SWITCHED_OFF = re.compile(r"\b(mark\.(skip|skipif|xfail)|pytest\.(skip|xfail)|wip)\b")


def forgotten(source):
    """Return the functions, alone or in a class of tests, that are neither test, nor fixture, nor called."""
    tree = ast.parse(source)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    used |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name.startswith("Test")]
    defined = [node for part in (tree, *classes) for node in part.body if isinstance(node, ast.FunctionDef)]
    return [
        node.name
        for node in defined
        if not node.name.startswith(("test_", "pytest_"))
        and node.name not in used
        and not node.decorator_list
    ]


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


def test_share_out_files_that_there_are():
    told = "tests/journeys/test_signing.py::test_council_signs"
    shares = {*MODULES, *(share_of(f"{told}[{kind}-chromium]") for kind in KINDS)}
    assert set(LONGEST_FIRST) - shares == set()
