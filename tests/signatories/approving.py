"""What the tests of the approver's pages share: the link, the answers, and all that could be written."""

from bs4 import BeautifulSoup

from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories.links import approver_token
from signatories.models import Signature
from tests.factories import current_version


def link(signature):
    return f"/approve/{approver_token(signature)}/"


def answers(signature, **changes):
    return {
        "name": "Ada Lovelace",
        "job_title": "Chief Executive",
        "capacity": "chief-executive",
        "confirmed": "on",
        "version": str(current_version().number),
        **changes,
    }


def heading(response):
    return BeautifulSoup(response.content, "html5lib").h1.get_text(" ", strip=True)


def everything():
    return (
        list(Signature.objects.order_by("pk").values()),
        AuditEvent.objects.count(),
        Email.objects.count(),
    )
