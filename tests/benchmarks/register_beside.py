"""The service with what it is measured beside, on the same server with the same settings.

Serve ``tests.benchmarks.register_beside:application`` in place of ``config.wsgi``.
"""

import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

# Before Django reads them.
settings.ROOT_URLCONF = "tests.benchmarks.register_urls"
settings.TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")

django_application = get_wsgi_application()
PAGE = b"x" * 40_000


def application(environ, start_response):
    """Answer one address without Django; the rest is the service."""
    if environ["PATH_INFO"] != "/bench/wsgi/":
        return django_application(environ, start_response)
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(PAGE)))])
    return [PAGE]
