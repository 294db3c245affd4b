"""A page that asks why, shows the very emails that follow, and then does it and owes them."""

from collections.abc import Callable
from typing import Any, TypeVar

from csp.decorators import csp
from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from signatories.admin.reading import ReadingAdmin
from signatories.admin.refusals import Refused, name_of
from signatories.desk.timeline import newest_event
from signatories.models import Signature
from signatories.previewing import Preview

# The HTML of an email is shown as a mailbox would show it: inlined styles, no script, nothing fetched.
AS_IN_A_MAILBOX: dict[str, Any] = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "sandbox": ["allow-popups"],
}

AnyForm = TypeVar("AnyForm", bound=forms.Form)
Typed = dict[str, Any]


def in_a_mailbox(request: HttpRequest, previews: list[Preview], button: str) -> HttpResponseBase:
    """Answer with the HTML of the email that a button «html-0», «html-1» and so on stands beside."""
    shown = {f"html-{number}": preview.html for number, preview in enumerate(previews)}
    html = shown.get(button, "")
    return csp(AS_IN_A_MAILBOX)(lambda request: HttpResponse(html))(request)


def seen_now(form: AnyForm, signature: Signature) -> AnyForm:
    """Return what was typed on a page that now shows the newest version of the record."""
    data = {name: form.data[name] for name in form.data}
    form.data = {**data, form.add_prefix("version"): newest_event(signature)}
    return form


class TellingAdmin(ReadingAdmin):
    def ask_and_tell(
        self,
        request: HttpRequest,
        form: AnyForm,
        *,
        previews: Callable[[Typed], list[Preview]],
        act: Callable[[Typed], HttpResponse],
        answer: Callable[..., HttpResponse],
        about: Signature | None = None,
    ) -> HttpResponseBase:
        """Look at what was posted: show the emails, or do it, as the button says. Without a name it is done.

        ``act`` does it and says where to go; ``answer`` is the page with the form, ``about`` the record
        whose version it carries. What was typed stays on it whatever refuses.
        """
        if request.method != "POST" or not form.is_valid():
            return answer(form=form)
        typed, button = form.cleaned_data, request.POST.get("action", "send")
        if button.startswith("html-"):
            return in_a_mailbox(request, previews(typed), button)
        if button == "preview":
            return answer(form=form, previews=previews(typed))
        try:
            return act(typed)
        except Refused as refused:
            if about is not None:
                form = seen_now(form, about)
            since = getattr(refused, "since", [])
            return answer(form=form, previews=previews(typed), refusal=name_of(refused), since=since)
