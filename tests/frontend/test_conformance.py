"""The GOV.UK components come out of our environment as the official ones do."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

from tests.html import shape

COMPONENTS = settings.BASE_DIR / "node_modules/govuk-frontend/dist/govuk/components"
FIXTURES = sorted(COMPONENTS.glob("*/fixtures.json"))


def load(path: Path) -> list[dict]:
    return json.loads(path.read_text())["fixtures"]


def macro_of(component: str):
    name = "govuk" + "".join(word.capitalize() for word in component.split("-"))
    template = engines["jinja2"].env.get_template(f"govuk_frontend_jinja/components/{component}/macro.html")
    return getattr(template.module, name)


def test_find_every_official_fixture():
    assert sum(len(load(path)) for path in FIXTURES) == 657


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.parent.name)
def test_render_component_as_the_official_one(path):
    macro = macro_of(path.parent.name)
    different = [
        fixture["name"]
        for fixture in load(path)
        if shape(str(macro(fixture["options"]))) != shape(fixture["html"])
    ]
    assert different == []


def test_pin_the_versions_that_match():
    package = json.loads((settings.BASE_DIR / "package.json").read_text())
    pyproject = (settings.BASE_DIR / "pyproject.toml").read_text()
    assert package["dependencies"]["govuk-frontend"] == "6.3.0"
    assert re.search(r'"govuk-frontend-jinja==4\.1\.0"', pyproject)
