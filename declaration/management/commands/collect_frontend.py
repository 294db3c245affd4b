"""Copy the built files of GOV.UK Frontend and accessible-autocomplete into ``static/govuk``."""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PACKAGES = {
    "govuk-frontend/dist/govuk": ["govuk-frontend.min.css", "govuk-frontend.min.js"],
    "govuk-frontend/dist/govuk/assets": ["manifest.json", "fonts/*", "images/*"],
    "accessible-autocomplete/dist": ["accessible-autocomplete.min.css", "accessible-autocomplete.min.js"],
}
# The maps are not served, and the manifest storage refuses a reference to a file that is not there.
SOURCE_MAP_COMMENT = re.compile(rb"(/\*#\s*sourceMappingURL=[^*]*\*/|//#\s*sourceMappingURL=[^\n]*)\s*\Z")


class Command(BaseCommand):
    help = "Copies the front-end files that npm fetched to where the service serves them."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Make ``static/govuk`` hold exactly the files wanted; leave a file that is right untouched.

        Raises CommandError when npm has not fetched the packages.
        """
        target = settings.BASE_DIR / "static" / "govuk"
        wanted = dict(_built_files(settings.BASE_DIR / "node_modules"))
        for name, content in wanted.items():
            path = target / name
            if not path.is_file() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        for path in target.rglob("*"):
            if path.is_file() and path.relative_to(target) not in wanted:
                path.unlink()


def _built_files(node_modules: Path) -> list[tuple[Path, bytes]]:
    files = []
    for folder, patterns in PACKAGES.items():
        for pattern in patterns:
            found = sorted((node_modules / folder).glob(pattern))
            if not found:
                raise CommandError(f"{node_modules / folder / pattern} is missing: run “npm ci” first.")
            for path in found:
                content = path.read_bytes()
                if path.suffix in {".css", ".js"}:
                    content = SOURCE_MAP_COMMENT.sub(b"", content)
                files.append((path.relative_to(node_modules / folder), content))
    return files
