"""The environment of a test run: an empty ``var`` folder of its own and none of the shell's own settings.

A pytest plugin named in pyproject.toml, because pytest-django reads the settings before any conftest.py.
"""

import atexit
import os
import shutil
import tempfile

from tests.made_once import shared_folder

SHELL_SETTINGS_IGNORED = [
    "ALLOWED_HOSTS",
    "EMAIL_URL",
    "GOVUK_BRANDING",
    "MAIL_FROM",
    "MAIL_REPLY_TO",
    "NOTIFY_API_KEY",
    "PORT",
    "REDIS_URL",
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "SITE_URL",
    "STATIC_ROOT",
    "TRUSTED_PROXY_COUNT",
]

for name in SHELL_SETTINGS_IGNORED:
    os.environ.pop(name, None)
# The suite can be run against PostgreSQL; an ordinary DATABASE_URL is somebody's real data.
os.environ.pop("DATABASE_URL", None)
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
os.environ["DEBUG"] = "true"
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="declaration-tests-")
# WhiteNoise warns about a missing folder of collected files, and a warning fails a test.
os.mkdir(os.path.join(os.environ["VAR_DIR"], "static"))
atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
# By the first process of a run, so that the others inherit it.
shared_folder()
# Playwright's synchronous interface keeps an event loop running beside the test.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
