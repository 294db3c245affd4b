"""The wording that is signed today, which each process reads once: what is published never changes."""

from declaration.kept_queries import KeptQuery
from declaration.models import DeclarationVersion

_NEWEST = KeptQuery(
    lambda: DeclarationVersion.objects.published().order_by("-number").values_list("pk", "wording_hash")[:1]
)
_seen: tuple[tuple[int, str], DeclarationVersion] | None = None


def current_wording() -> DeclarationVersion | None:
    """Return the published version with the highest number and its principles; None before the first.

    Which one it is, the database is asked each time. The version is shared: it is for reading.
    """
    global _seen
    newest = next(iter(_NEWEST()), None)
    if newest is None:
        return None
    seen = _seen
    if seen is None or seen[0] != newest:
        version = DeclarationVersion.objects.prefetch_related("principles").get(pk=newest[0])
        seen = _seen = (newest, version)
    return seen[1]


def forget() -> None:
    """Drop what this process remembers; the next question reads it again."""
    global _seen
    _seen = None
