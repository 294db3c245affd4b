"""A list of readers is checked row by row, and then does exactly what was shown."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.models import AuditEvent
from declaration.newsletter import importing, subscribing, suppressing
from declaration.newsletter.models import Subscriber, SubscriberImport
from declaration.spreadsheets import UnreadableList
from tests.accounts.people import sign_in_as_staff, staff_member
from tests.html import assert_valid_html
from tests.newsletter.making import subscriber_of

pytestmark = pytest.mark.django_db
HEADING = "Email,Consent date,Consent source,Consent wording"
AGREED = "21/11/2024,Workshop in Leeds,Email me the newsletter"


@pytest.fixture
def editor():
    return User.objects.create_user("importing@communities.gov.uk", role="editor")


def checked(editor, *rows, heading=HEADING):
    return importing.check(name="list.csv", content="\n".join([heading, *rows]).encode(), by=editor)


def fates(checked):
    return {row.number: (row.fate, row.problem) for row in importing.rows_of(checked)}


def test_checks_row_by_row_and_subscribes_nobody(editor):
    subscriber_of("known@leeds.gov.uk")
    subscribing.leave(subscriber=subscriber_of("left@leeds.gov.uk"))
    suppressing.suppress(address="never@leeds.gov.uk", reason="staff", by=None)
    before = list(Subscriber.objects.order_by("pk").values())
    tomorrow = timezone.localdate() + timedelta(days=1)
    found = checked(
        editor,
        f"Jo@Leeds.gov.uk,{AGREED}",
        f"known@leeds.gov.uk,{AGREED}",
        f"left@leeds.gov.uk,{AGREED}",
        f"never@leeds.gov.uk,{AGREED}",
        f"no address,{AGREED}",
        f",{AGREED}",
        f"jo@leeds.gov.uk,{AGREED}",
        "a@leeds.gov.uk,,Workshop,Email me",
        "b@leeds.gov.uk,31/31/2024,Workshop,Email me",
        f"c@leeds.gov.uk,{tomorrow},Workshop,Email me",
        "d@leeds.gov.uk,2024-11-21,,Email me",
        "e@leeds.gov.uk,2024-11-21,Workshop,",
    )
    assert list(Subscriber.objects.order_by("pk").values()) == before
    assert fates(found) == {
        2: ("new", ""),
        3: ("known", "They are subscribed already."),
        4: ("left", "They have left. Only they can come back."),
        5: ("suppressed", "The address is suppressed."),
        6: ("problem", "This is no email address."),
        7: ("problem", "There is no email address."),
        8: ("problem", "The same address stands in row 2."),
        9: ("problem", "It does not say when they agreed."),
        10: ("problem", "The day on which they agreed is no date like 2024-11-21 or 21/11/2024."),
        11: ("problem", "The day on which they agreed is to come."),
        12: ("problem", "It does not say where they agreed."),
        13: ("problem", "It does not say what they agreed to."),
    }
    assert found.counts == {"new": 1, "known": 1, "left": 1, "suppressed": 1, "problem": 8}


def test_imports_what_was_shown_once_and_keeps_the_proof(editor):
    waiting = subscriber_of("asked@leeds.gov.uk", confirmed_at=None)
    found = checked(editor, f"jo@leeds.gov.uk,{AGREED}", f"asked@leeds.gov.uk,{AGREED}")
    done = importing.apply(checked=found, by=editor)
    with pytest.raises(importing.NotPossible):
        importing.apply(checked=found, by=editor)
    readers = Subscriber.objects.subscribed()
    assert set(readers.values_list("email", flat=True)) == {"jo@leeds.gov.uk", "asked@leeds.gov.uk"}
    assert readers.get(email="asked@leeds.gov.uk").pk == waiting.pk
    for reader in readers:
        assert (reader.source, reader.imported_by_list) == ("import", done)
        assert timezone.localdate(reader.consent_at) == date(2024, 11, 21)
        assert reader.consent_proof == "Workshop in Leeds"
        assert subscribing.wording_of(reader) == "Email me the newsletter"
    assert (done.counts, done.rows, done.applied_by) == ({"new": 2}, [], editor)
    event = AuditEvent.objects.get(verb="imported a list of readers")
    assert (event.actor_id, event.after["digest"], event.after["new"]) == (editor.pk, done.digest, 2)


def test_passes_over_who_left_or_was_suppressed_since(editor):
    rows = [f"{name}@leeds.gov.uk,{AGREED}" for name in ("stays", "leaves", "goes", "came")]
    found = checked(editor, *rows)
    subscribing.leave(subscriber=subscriber_of("leaves@leeds.gov.uk"))
    suppressing.suppress(address="goes@leeds.gov.uk", reason="staff", by=None)
    subscriber_of("came@leeds.gov.uk")
    done = importing.apply(checked=found, by=editor)
    assert done.counts == {"new": 1, "left": 1, "suppressed": 1, "known": 1}
    assert set(Subscriber.objects.subscribed().values_list("email", "source")) == {
        ("stays@leeds.gov.uk", "import"),
        ("came@leeds.gov.uk", "form"),
    }


def test_asks_the_database_nothing_row_by_row(editor, django_assert_max_num_queries):
    rows = [f"p{n}@leeds.gov.uk,{AGREED}" for n in range(1000)]
    with django_assert_max_num_queries(10):
        found = checked(editor, *rows)
    with django_assert_max_num_queries(40):
        importing.apply(checked=found, by=editor)
    assert Subscriber.objects.subscribed().count() == 1000


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (HEADING.encode(), "no rows below it"),
        (b"Email,Date,Wording\na@b.uk,2024-11-21,x", "“consent source”"),
        (b"PK\x03\x04", "Save it as CSV"),
    ],
)
def test_says_why_a_file_cannot_be_read(editor, content, words):
    with pytest.raises(UnreadableList, match=words):
        importing.check(name="list.csv", content=content, by=editor)
    assert not SubscriberImport.objects.exists()


def test_forgets_after_a_day_what_nobody_confirmed(editor):
    old, new = checked(editor, f"a@b.uk,{AGREED}"), checked(editor, f"a@b.uk,{AGREED}")
    done = importing.apply(checked=checked(editor, f"a@b.uk,{AGREED}"), by=editor)
    two_days_ago = timezone.now() - timedelta(days=2)
    SubscriberImport.objects.filter(pk__in=[old.pk, done.pk]).update(checked_at=two_days_ago)
    assert importing.forget_what_was_only_shown() == 1
    assert set(SubscriberImport.objects.all()) == {new, done}


def test_editor_uploads_looks_and_confirms():
    client = sign_in_as_staff(Client(), staff_member("editor"))
    add = reverse("admin:newsletter_subscriberimport_add")
    assert_valid_html(client.get(add).content.decode())
    refused = client.post(add, {"file": SimpleUploadedFile("a.csv", b"Name\nJo")})
    assert "There is no column “email”" in refused.content.decode()
    assert_valid_html(refused.content.decode())
    content = "\n".join([HEADING, f"jo@leeds.gov.uk,{AGREED}", "=cmd()@leeds.gov.uk,,,"]).encode()
    page = client.post(add, {"file": SimpleUploadedFile("a.csv", content)})["Location"]
    shown = client.get(page).content.decode()
    assert_valid_html(shown)
    assert "Nothing is imported yet." in shown and "Subscribe 1 reader" in shown
    found = SubscriberImport.objects.get()
    problems = client.get(reverse("admin:newsletter_subscriberimport_problems", args=[found.pk]))
    lines = list(csv.reader(io.StringIO(b"".join(problems.streaming_content).decode("utf-8-sig"))))
    assert lines[1][:2] == ["3", "'=cmd()@leeds.gov.uk"]
    assert not Subscriber.objects.exists()
    assert client.post(reverse("admin:newsletter_subscriberimport_apply", args=[found.pk])).status_code == 302
    assert Subscriber.objects.subscribed().get().email == "jo@leeds.gov.uk"
    again = client.get(page).content.decode()
    assert "Imported on" in again and "Subscribe 1" not in again


def test_history_tells_how_a_reader_came_and_what_happened(editor):
    client = sign_in_as_staff(Client(), staff_member("editor"))
    importing.apply(checked=checked(editor, f"jo@leeds.gov.uk,{AGREED}"), by=editor)
    reader = Subscriber.objects.get()
    subscribing.change_choices(
        subscriber=reader,
        everything=False,
        wants_issues=True,
        digest="weekly",
        interests={"region": ["Wales"]},
    )
    page = client.get(reverse("admin:newsletter_subscriber_history", args=[reader.pk])).content.decode()
    assert_valid_html(page)
    for words in (
        "Workshop in Leeds",
        "Email me the newsletter",
        "list.csv",
        "changed choices",
        "alerts: weekly",
    ):
        assert words in page
