"""An email is owed with the change that makes it due, once, rendered and frozen."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from declaration.accounts.models import User
from declaration.outbox import queue as queueing
from declaration.outbox.models import Email
from declaration.outbox.queue import AddressRefused, OutsideTransaction, queue

JO = "jo@camden.gov.uk"


def queued(*, key, **email):
    """Owe an email and return its row."""
    queue(key=key, **email)
    return Email.objects.get(key=key)


@pytest.fixture
def rung(monkeypatch):
    rings = []
    monkeypatch.setattr(queueing, "ring", lambda: rings.append("ring"))
    return rings


@pytest.mark.django_db
def test_freezes_the_words_when_queued(note, rung, settings):
    email = queued(to=JO, message=note, key="a", context={"name": "Jo"})
    stored = Email.objects.get()
    assert stored == email
    assert (stored.to, stored.state, stored.message) == (JO, "pending", "note")
    assert stored.subject == "A note to Jo"
    assert stored.text == f"Dear Jo,\n\nsee {settings.SITE_URL}\n"
    assert stored.html == f"<p>Dear Jo, see {settings.SITE_URL}</p>\n"


@pytest.mark.django_db(transaction=True)
def test_refuses_to_queue_outside_a_transaction(note):
    with pytest.raises(OutsideTransaction):
        queue(to=JO, message=note, key="a", context={"name": "Jo"})
    assert not Email.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_owes_nothing_when_the_change_is_undone(note, rung):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue(to=JO, message=note, key="a", context={"name": "Jo"})
        raise ZeroDivisionError
    assert not Email.objects.exists()
    assert rung == []


def test_rings_after_the_commit(db, note, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        queue(to=JO, message=note, key="a", context={"name": "Jo"})
        assert rung == []
    assert rung == ["ring"]


@pytest.mark.django_db
def test_owes_one_email_when_the_key_is_the_same(note, rung):
    first = queued(to=JO, message=note, key="a", context={"name": "Jo"})
    again = queued(to="sam@camden.gov.uk", message=note, key="a", context={"name": "Sam"})
    assert again == first
    assert Email.objects.get().to == JO


@pytest.mark.django_db(transaction=True)
def test_owes_one_email_when_queued_at_the_same_moment(note, rung):
    def queue_one():
        try:
            start.wait(10)
            with transaction.atomic():
                rows.append(queued(to=JO, message=note, key="a", context={"name": "Jo"}).pk)
        finally:
            connection.close()

    start, rows = threading.Barrier(8), []
    threads = [threading.Thread(target=queue_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert rows == [Email.objects.get().pk] * 8


@pytest.mark.django_db
def test_finds_the_emails_about_a_record(note, rung):
    person, other = (User.objects.create_user(f"{name}@camden.gov.uk") for name in ("a", "b"))
    mine = queued(to=JO, message=note, key="a", context={"name": "Jo"}, about=person)
    queue(to=JO, message=note, key="b", context={"name": "Jo"}, about=other)
    assert list(Email.objects.about(person)) == [mine]


@pytest.mark.django_db
def test_gives_a_secret_email_ten_minutes(note, rung):
    secret = queued(to=JO, message=note, key="a", context={"name": "Jo"}, secret=True)
    assert secret.expires_at - secret.queued_at == timedelta(minutes=10)
    assert queued(to=JO, message=note, key="b", context={"name": "Jo"}).expires_at is None


@pytest.mark.django_db
def test_escapes_markup_in_html_alone(note, rung):
    email = queued(to=JO, message=note, key="a", context={"name": "<b>Jo</b> & co"})
    assert email.subject == "A note to <b>Jo</b> & co"
    assert email.text.startswith("Dear <b>Jo</b> & co,")
    assert email.html.startswith("<p>Dear &lt;b&gt;Jo&lt;/b&gt; &amp; co,")


@pytest.mark.django_db
@pytest.mark.parametrize("breaks", ["\r\n", "\n", "\r", "\u2028", "\x85", "\r\n\r\n", "\x0b"])
def test_keeps_the_subject_on_one_line(note, rung, breaks):
    email = queued(to=JO, message=note, key="a", context={"name": f"Jo{breaks}Bcc: all@example.com"})
    assert email.subject == "A note to Jo Bcc: all@example.com"


@pytest.mark.django_db
def test_takes_control_characters_out_of_the_words(note, rung):
    email = queued(to=JO, message=note, key="a", context={"name": "J\x00o\x08\r\nSmith\tJr"})
    assert email.text.startswith("Dear Jo\nSmith\tJr,")
    assert "\x00" not in email.html


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "",
        "jo",
        "jo@",
        "@camden.gov.uk",
        "jo@camden.gov.uk\r\nBcc: all@example.com",
        "jo@camden.gov.uk\nRCPT TO:<x@example.com>",
        "jo@camden.gov.uk, x@example.com",
        "<jo@camden.gov.uk>",
        "jo smith@camden.gov.uk",
        "zoë@camden.gov.uk",
        f"{'j' * 241}@camden.gov.uk",
    ],
)
def test_refuses_what_is_no_address(note, address):
    with pytest.raises(AddressRefused) as refused:
        queue(to=address, message=note, key="a", context={"name": "Jo"})
    assert address == "" or address not in str(refused.value)
    assert not Email.objects.exists()


@pytest.mark.django_db
def test_takes_a_domain_outside_ascii(note, rung):
    address = "jo@bücher.example"
    assert queued(to=address, message=note, key="a", context={"name": "Jo"}).to == address


@pytest.mark.django_db
def test_says_so_when_a_key_is_too_long(note):
    with pytest.raises(ValueError, match="200"):
        queue(to=JO, message=note, key="k" * 201, context={"name": "Jo"})


@pytest.mark.django_db
def test_counts_as_due_from_its_time_on(owe):
    due = owe()
    owe(next_attempt_at=timezone.now() + timedelta(minutes=1))
    owe(state="sent", sent_at=timezone.now())
    assert list(Email.objects.due()) == [due]
