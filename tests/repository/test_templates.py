"""Every template is used by something."""

import re
from pathlib import Path

import allauth
import pytest
from django.apps import apps

from tests.repository.tree import ROOMS, files, read

TEMPLATES = [name.removeprefix("templates/") for name in files("templates")]
# Found by their names: Django's own error pages, and the two that crispy-forms asks a template pack for.
FOUND_BY_NAME = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html", "govuk/field.html"}
FOUND_BY_NAME |= {"govuk/whole_uni_form.html"}
CODE = "\n".join(read(name) for name in files(*ROOMS, ending=".py"))
PAGES = "\n".join(read(f"templates/{name}") for name in TEMPLATES)


def is_named(name):
    return re.search(rf"[\"']{re.escape(name)}[\"']", CODE + PAGES) is not None


def is_put_together(name):
    """Tell whether its folder is named with a hole for its name, and its name is said in the code."""
    folder, _, file = name.rpartition("/")
    holes = (f'"{folder}/{{', f'"{folder}/" ~', f'"{folder}/" +')
    return any(hole in CODE + PAGES for hole in holes) and f'"{file.rpartition(".")[0]}"' in CODE


def is_an_email(name):
    parts = name.split("/")
    return len(parts) == 3 and parts[0] == "emails" and f'"{parts[1]}"' in CODE


def is_found_by_the_admin(name):
    match name.split("/"):
        case ["admin", app, model, "change_form.html" | "change_list.html"]:
            return model in apps.all_models[app]
    return False


def is_asked_for_by_allauth(name):
    stem = name.rpartition(".")[0]
    found = Path(allauth.__file__).parent.rglob("*.py")
    return any(f'"{stem}.' in path.read_text() for path in found)


USES = [is_named, is_put_together, is_an_email, is_found_by_the_admin, is_asked_for_by_allauth]


@pytest.mark.parametrize("name", TEMPLATES)
def test_use_every_template(name):
    assert name in FOUND_BY_NAME or any(use(name) for use in USES)


def test_notice_a_template_that_nothing_uses():
    assert [use("pages/forgotten.html") for use in USES] == [False] * len(USES)


def test_hold_every_script_against_its_digest():
    scripts = re.findall(r"<script[^>]*static[^>]*>", PAGES)
    assert len(scripts) >= 5
    assert [script for script in scripts if "integrity=" not in script] == []


def test_greet_nobody_by_a_name_that_may_be_missing():
    """Whoever joins what was signed already gives no name; who signed and who is asked to sign has one."""
    greetings = re.findall(r"Dear {{[^}]*}}", PAGES)
    named = [one for one in greetings if "approver_name" in one or "signed_by" in one or "handover" in one]
    assert len(greetings) > 2 * len(named) > 0
    assert [one for one in greetings if one not in named and 'or "colleague"' not in one] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_quote_as_english_readers_do(name):
    """Comments may quote as the code's do; nobody reads them on a page."""
    said = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", read(f"templates/{name}"), flags=re.DOTALL)
    assert re.findall(r"[^\n]*[«»][^\n]*", said) == []
