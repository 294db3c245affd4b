"""The mailbox of a developer's machine. Its addresses do not exist where mail really leaves."""

from typing import Any

from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from declaration.outbox import mailbox

# The HTML of a message is shown as a mailbox would show it: inlined styles, no script, nothing fetched.
AS_IN_A_MAILBOX: dict[str, Any] = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "sandbox": ["allow-popups", "allow-top-navigation-by-user-activation"],
}


@require_safe
@never_cache
def show_messages(request: HttpRequest) -> HttpResponse:
    return render(request, "mailbox/messages.html", {"messages": mailbox.messages()}, using="jinja2")


@require_safe
@never_cache
def show_message(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "mailbox/message.html", {"message": _message(name)}, using="jinja2")


@csp(AS_IN_A_MAILBOX)  # type: ignore[arg-type] # its types know no view with arguments
@require_safe
@never_cache
def show_html(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(_message(name).html)


def _message(name: str) -> mailbox.Message:
    found = mailbox.message(name)
    if found is None:
        raise Http404
    return found
