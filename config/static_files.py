"""Where collected static files get their hashed names, and what browsers hold scripts against."""

import base64
import functools
import hashlib
from pathlib import Path

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

register = template.Library()


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    # Our modules import the bundles beside them: the address inside gets its hash too.
    support_js_module_import_aggregation = True


@register.simple_tag
def integrity(name: str) -> str:
    """Return the digest of a script for its ``integrity`` attribute: no cache on the way can change it.

    In Django's own language: ``{% load integrity %}`` and ``{% integrity "start.js" %}``. Raises
    FileNotFoundError for a script that there is not.
    """
    if settings.DEBUG:  # served as it lies there, and perhaps edited between two pages
        return _digest(_source(name))
    stored = getattr(staticfiles_storage, "stored_name", lambda name: name)(name)
    return _digest_of_collected(stored, name)


@functools.cache
def _digest_of_collected(stored: str, name: str) -> str:
    path = Path(staticfiles_storage.path(stored))
    return _digest(path if path.is_file() else _source(name))


def _source(name: str) -> Path:
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(f"There is no static file {name}.")
    return Path(found)


def _digest(path: Path) -> str:
    return f"sha384-{base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()}"
