"""An issue to very many, and the lists of very many, open with the same few questions and count nobody."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from declaration.long_lists import COUNTED_AT_MOST
from declaration.newsletter import sending
from declaration.newsletter.models import Subscriber
from declaration.outbox import mailings
from declaration.outbox.models import Mailing
from tests.accounts.people import sign_in_as_staff, staff_member
from tests.newsletter.making import draft_issue, published_issue, subscribers
from tests.signatories.databases import own_database

FEW, MANY = 30, 15_000


@pytest.fixture(scope="module", autouse=True)
def database(tmp_path_factory, django_db_blocker):
    with own_database("postgres", tmp_path_factory.mktemp("long-lists"), django_db_blocker):
        yield


@pytest.fixture(scope="module")
def readers(database):
    """An approved issue, one that is going out, and the browsers of an editor and an administrator."""
    subscribers(FEW)
    editor, administrator = staff_member("editor"), staff_member("administrator")
    draft = draft_issue(written_by=editor)
    sending.approve(issue=draft, by=administrator, revision=draft.revision)
    issue = published_issue()
    return draft, issue, sign_in_as_staff(Client(), editor), sign_in_as_staff(Client(), administrator)


def pages(draft, issue):
    record = "admin:newsletter_newsletterissue_sending"
    return {
        "approved": reverse(record, args=[draft.pk]),
        "being sent": reverse(record, args=[issue.pk]),
        "why not me": f"{reverse(record, args=[issue.pk])}?reader=reader1@example.gov.uk",
        "issues": reverse("admin:newsletter_newsletterissue_changelist"),
        "subscribers": reverse("admin:newsletter_subscriber_changelist"),
        "last page of subscribers": f"{reverse('admin:newsletter_subscriber_changelist')}?p=200",
        "suppressions": reverse("admin:newsletter_suppression_changelist"),
        "emails": reverse("admin:outbox_email_changelist"),
    }


def asked_by(draft, issue, editor, administrator):
    """Return the statements that each page asks, and what it shows."""
    said, shown = {}, {}
    for name, url in pages(draft, issue).items():
        browser = administrator if name == "emails" else editor
        browser.get(url)  # the first look fills what is kept in memory
        with CaptureQueriesContext(connection) as asked:
            response = browser.get(url)
        assert response.status_code == 200, name
        said[name], shown[name] = [one["sql"] for one in asked.captured_queries], response.content.decode()
    return said, shown


def grow(mailing):
    """Let many more subscribe, and get the issue that is going out."""
    Mailing.objects.filter(pk=mailing.pk).update(state=Mailing.State.PREPARING)
    now = timezone.now()
    Subscriber.objects.bulk_create(
        Subscriber(email=f"more{n}@example.gov.uk", consent_at=now, consent_wording=1, confirmed_at=now)
        for n in range(MANY)
    )
    while not mailings.add_readers(mailing=mailing, readers=Subscriber.objects.all()):
        continue
    Mailing.objects.filter(pk=mailing.pk).update(state=Mailing.State.SENDING)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_opens_with_the_same_questions_however_many_there_are(readers):
    before, _ = asked_by(*readers)
    grow(readers[1].mailing)
    said, shown = asked_by(*readers)
    assert {name: len(asked) for name, asked in said.items()} == {
        name: len(asked) for name, asked in before.items()
    }
    assert "more than 10,000 subscribers" in shown["subscribers"]
    assert f"It goes to {FEW} of {FEW} readers, counted on" in shown["approved"]
    assert f"0 of {FEW + MANY}" in shown["being sent"]
    for name, statements in said.items():
        for statement in statements:
            assert rows_read_by(statement) <= COUNTED_AT_MOST + 1, (name, statement)


def rows_read_by(statement):
    """Return how many rows the busiest step of PostgreSQL's plan read, those it passed over included."""
    if not statement.startswith("SELECT"):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {statement}")
        plan = [line for (line,) in cursor.fetchall()]
    return max(
        int(rows) for rows in re.findall(r"(?:actual rows=|Removed by Filter: )(\d+)", "\n".join(plan))
    )
