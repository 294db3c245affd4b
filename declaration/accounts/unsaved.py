"""Keep what staff had posted when their session was over, until they have signed in again.

It waits in the session of their browser, one text for each page. After the sign-in the page shows it
first: its button posts it once more, with everything that guards the page in force.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest

SESSION_KEY: Final = "unsaved_of_staff"
# The longest form of the admin is a wording of the Declaration.
MAXIMUM_CHARACTERS: Final = 100_000
MAXIMUM_PAGES: Final = 5
# What a form carries for itself.
_MACHINERY: Final = ("csrfmiddlewaretoken", "_", "initial-", "seen", "version")


@dataclass(frozen=True)
class Unsaved:
    """What was posted to one page."""

    fields: list[tuple[str, str]]

    @property
    def words(self) -> list[tuple[str, str]]:
        """What a person recognises: the fields with something in them, named without underscores."""
        return [
            (name.replace("_", " ").replace("-", " ").strip().capitalize(), value)
            for name, value in self.fields
            if value.strip() and not name.startswith(_MACHINERY) and not name.endswith("_FORMS")
        ]


def posted(request: HttpRequest) -> Unsaved | None:
    """Return what a person posted; nothing for what a script asks, and for more than any form has."""
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return None
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    if sum(len(name) + len(value) for name, value in fields) > MAXIMUM_CHARACTERS:
        return None
    return Unsaved(fields)


def keep(request: HttpRequest, whose: int | None) -> None:
    """Keep what a stranger posted; ``whose`` is the person whose session has just ended, if known."""
    typed = posted(request)
    if typed is None or not typed.fields:
        return
    kept: dict[str, Any] = request.session.get(SESSION_KEY, {})
    kept.pop(request.path, None)
    kept[request.path] = {"of": whose, "fields": typed.fields}
    request.session[SESSION_KEY] = dict(list(kept.items())[-MAXIMUM_PAGES:])


def of_page(request: HttpRequest, path: str) -> Unsaved | None:
    """Return what this person posted to a page before they had to sign in again, if anything."""
    kept = request.session.get(SESSION_KEY, {}).get(path)
    if not kept or kept["of"] not in (None, request.user.pk):
        return None
    return Unsaved([(name, value) for name, value in kept["fields"]])


def forget(request: HttpRequest, path: str) -> None:
    kept = request.session.get(SESSION_KEY, {})
    if kept.pop(path, None) is not None:
        request.session[SESSION_KEY] = kept
