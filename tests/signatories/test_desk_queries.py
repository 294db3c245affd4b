"""The desk and its lists ask the database the same few questions whether fifty wait or five thousand."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import current_version
from tests.signatories.queues import fill_queue

QUEUE = "/admin/signatories/signature/"
PAGES = {
    "desk": "/admin/",
    **{
        name: f"{QUEUE}?status={name}"
        for name in ("waiting", "new", "resubmitted", "overdue", "due-soon", "mine", "unassigned", "parked")
    },
    "all": f"{QUEUE}?status=all",
    "last page": f"{QUEUE}?p=1",
    "searched list": f"{QUEUE}?q=queue-1",
    "find": f"{QUEUE}find/?q=queue",
    "find a domain": f"{QUEUE}find/?q=@queue-1.gov.uk",
}


def questions(browser, address):
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200
    return len(queries)


@pytest.mark.django_db
def test_ask_as_much_with_fifty_waiting_as_with_five_thousand(staff, moderator):
    current_version()
    signatures = fill_queue(110, looked_after_by=moderator)
    pages = {
        **PAGES,
        "record": reverse("admin:signatories_signature_change", args=[signatures[0].pk]),
        "accept": reverse("admin:signatories_signature_decide", args=[signatures[0].pk, "accept"]),
    }
    questions(staff, "/admin/")  # what a first request looks up once for a process
    few = {name: questions(staff, address) for name, address in pages.items()}
    fill_queue(4900, looked_after_by=moderator)
    many = {name: questions(staff, address) for name, address in pages.items()}
    assert many == few
    assert max(few.values()) < 40, few
