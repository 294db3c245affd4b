"""Keep what staff had posted when their session was over, until they have signed in again.

It waits in the session of their browser, one text for each page. After the sign-in the page shows it
first: its button posts it once more, with everything that guards the page in force. Who had typed
nothing comes to the page of the button, with a sentence that nothing was done.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

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


def _is_of_a_script(request: HttpRequest) -> bool:
    return request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"


def posted(request: HttpRequest) -> Unsaved | None:
    """Return what a person posted; nothing for what a script asks, and for more than any form has."""
    if _is_of_a_script(request):
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
    """Keep what a stranger posted, and that they did; ``whose`` session has just ended, if it is known."""
    if _is_of_a_script(request):
        return
    typed = posted(request)
    kept: dict[str, Any] = request.session.get(SESSION_KEY, {})
    kept.pop(request.path, None)
    kept[request.path] = {"of": whose, "fields": typed.fields if typed else []}
    request.session[SESSION_KEY] = dict(list(kept.items())[-MAXIMUM_PAGES:])


def was_pressed(request: HttpRequest) -> bool:
    """Tell whether a button led here when the session was over, and nothing has been answered since."""
    return request.path in request.session.get(SESSION_KEY, {})


def of_page(request: HttpRequest, path: str) -> Unsaved | None:
    """Return what this person posted to a page before they had to sign in again, if anything."""
    kept = request.session.get(SESSION_KEY, {}).get(path)
    if not kept or kept["of"] not in (None, request.user.pk):
        return None
    return Unsaved([(name, value) for name, value in kept["fields"]])


def forget_words(request: HttpRequest, path: str) -> None:
    """Drop what was typed, but not that a button led to this address, where no page may be."""
    kept = request.session.get(SESSION_KEY, {})
    if path in kept:
        kept[path] = {**kept[path], "fields": []}
        request.session[SESSION_KEY] = kept


def page_of_button(request: HttpRequest) -> str:
    """Return the page from which a button leads here: the record the address is about, or its list."""
    index = reverse("admin:index")
    kept_list = request.GET.get("_changelist_filters", "")
    app, model, key, *_ = [*request.path.removeprefix(index).split("/"), "", "", ""]
    query = request.META["QUERY_STRING"]
    try:
        if key.isascii() and key.isdigit():
            page = reverse(f"admin:{app}_{model}_change", args=[key])
        else:
            page, query = reverse(f"admin:{app}_{model}_changelist"), kept_list
    except NoReverseMatch:
        return index
    return f"{page}?{query}" if query else page


def forget(request: HttpRequest, path: str) -> None:
    kept = request.session.get(SESSION_KEY, {})
    if kept.pop(path, None) is not None:
        request.session[SESSION_KEY] = kept
