"""Collected static files carry a hash in their names, also where modules import one another."""

import json
import re

import pytest
from django.conf import settings as real_settings
from django.core.management import call_command

IMPORT = re.compile(r"""^import\b[^"';]*["']([^"']+)["'];""", re.MULTILINE)


@pytest.fixture
def collected(settings, tmp_path):
    """Return the folder and the manifest of what production serves, without the admin's own files."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "config.static_files.HashedStaticFiles"},
    }
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["admin"])
    return tmp_path, json.loads((tmp_path / "staticfiles.json").read_text())["paths"]


def test_import_by_hashed_names(collected):
    folder, paths = collected
    modules = [path.name for path in (real_settings.BASE_DIR / "static/service").glob("*.js")]
    imports = {
        name: [found.removeprefix("./") for found in IMPORT.findall((folder / paths[name]).read_text())]
        for name in modules
    }
    assert imports["start.js"] == [paths["govuk-frontend.min.js"]]
    assert imports["organisation-lookup.js"] == [paths["accessible-autocomplete.min.js"]]
    assert {one for some in imports.values() for one in some} <= set(paths.values())


def test_serve_what_the_styles_ask_for(collected):
    folder, paths = collected
    for name in ("govuk-frontend.min.css", "service.css", "accessible-autocomplete.min.css"):
        styles = (folder / paths[name]).read_text()
        asked = re.findall(r"url\([\"']?(?:/assets/)?([^)\"']+)", styles)
        assert [one for one in asked if not (folder / one).exists()] == []
        assert "sourceMappingURL" not in styles


def test_use_every_style_of_ours():
    base = real_settings.BASE_DIR
    styles = "".join(path.read_text() for path in (base / "static/service").glob("*.css"))
    users = [*(base / "templates").rglob("*.html"), *(base / "static/service").glob("*.js")]
    text = "".join(path.read_text() for path in users)
    names = set(re.findall(r"\.(service-[a-z_-]+)", styles))
    assert names
    assert {name for name in names if not re.search(rf"{name}(?![\w-])", text)} == set()
