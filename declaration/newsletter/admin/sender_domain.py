"""The page that tells editors whether mailboxes will believe that the newsletter is ours."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse

from declaration.outbox import mail_domain


def sender_domain(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Ask the DNS when the button is pressed, and not before; nothing is kept."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    page = {
        **context,
        "title": "Sender’s domain",
        "domain": mail_domain.sender_domain(),
        "report": mail_domain.check_mail_domain() if request.method == "POST" else None,
    }
    return TemplateResponse(request, "admin/outbox/mail_domain/page.html", page)
