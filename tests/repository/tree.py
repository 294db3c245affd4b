"""The files of the repository, as they would be committed."""

import subprocess

from django.conf import settings

ROOT = settings.BASE_DIR
ROOMS = ("config", "declaration", "signatories")


def files(*folders, ending=""):
    """Return the paths, from the top of the repository, of what is or would be under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return sorted(
        name for name in set(listed.stdout.split("\0")) if name.endswith(ending) and (ROOT / name).is_file()
    )


def read(name):
    return (ROOT / name).read_text()
