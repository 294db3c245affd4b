"""Two people, a typed number and ten minutes stand between an issue and its readers."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from declaration import switches
from declaration.accounts.models import User
from declaration.newsletter import sending, subscribing
from declaration.newsletter.admin.issues import ScheduleForm
from declaration.newsletter.linting import problems_of
from declaration.newsletter.models import Interest, NewsletterIssue, Subscriber
from declaration.newsletter.progress import reader_in
from declaration.outbox import mailings, mass_delivery, mass_sweeping
from declaration.outbox.models import Email
from tests.accounts.people import sign_in_as_staff, staff_member
from tests.html import assert_valid_html
from tests.newsletter.making import approved_issue, draft_issue, published_issue, subscriber_of, subscribers
from tests.outbox.test_mailings import NO_ANSWER, FakeTransport

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return staff_member("editor")


def record(issue):
    return reverse("admin:newsletter_newsletterissue_sending", args=[issue.pk])


def do(client, issue, verb, **data):
    return client.post(
        reverse("admin:newsletter_newsletterissue_do", args=[issue.pk, verb]), data, follow=True
    )


def test_goes_the_whole_road(client, editor):
    subscribers(3)
    sign_in_as_staff(client, editor)
    issue = draft_issue(written_by=User.objects.create_user("writer@communities.gov.uk", role="editor"))
    assert_valid_html(client.get(record(issue)).content.decode())
    nobody = do(client, issue, "test", to=f"{editor.email}, jo@camden.gov.uk").content.decode()
    assert "no colleague with this address: jo@camden.gov.uk. Nothing was sent." in nobody
    assert "on its way to 1 of" in do(client, issue, "test", to=editor.email).content.decode()
    assert "Approved." in do(client, issue, "approve", revision=1).content.decode()
    assert "and you typed 2" in do(client, issue, "schedule", typed=2).content.decode()
    response = do(client, issue, "schedule", typed=3)
    assert "Until it begins you can take it back" in response.content.decode()
    assert_valid_html(response.content.decode())

    transport = FakeTransport()
    sending.start_what_is_due()
    mass_delivery.send_mailings(transport)
    assert transport.took == [editor.email], "the test alone"
    with time_machine.travel(timezone.now() + sending.UNDO + timedelta(seconds=1)):
        sending.start_what_is_due()
        mass_delivery.send_mailings(transport)
        mass_sweeping.look_after()
    assert sorted(transport.took[1:]) == [f"reader{n}@example.gov.uk" for n in range(3)]
    issue.refresh_from_db()
    assert (issue.status, issue.published_at is not None) == ("Sent", True)
    page = client.get(f"{record(issue)}?reader=reader1@example.gov.uk").content.decode()
    assert_valid_html(page)
    assert "3 of 3 (100 %)" in page
    assert "The email to this address: Sent." in page
    lines = b"".join(client.get(reverse("admin:newsletter_newsletterissue_results", args=[issue.pk])))
    assert lines.count(b"reader") == 3


def test_keeps_what_was_typed_beside_what_is_wrong(client, editor):
    subscribers(3)
    sign_in_as_staff(client, editor)
    issue = approved_issue()
    for typed, field, words in [
        ({"typed": "2", "at": "2030-06-01T09:00"}, "typed", "It goes to 3 readers now, and you typed 2."),
        ({"typed": "3", "at": "2020-06-01T09:00"}, "at", "This moment is over."),
        ({"typed": "3", "at": "2027-03-28T01:30"}, "at", "London’s clock changes in this night"),
    ]:
        page = do(client, issue, "schedule", **typed).content.decode()
        assert_valid_html(page)
        reason = page.partition(f'id="id_{field}_error">')[2].partition("<")[0]
        assert reason.startswith(words)
        assert f'<a href="#id_{field}">{words}' in page
        for value in typed.values():
            assert f'value="{value}"' in page
        # Who looks for a reader from there gets an answer, too.
        assert f'<form method="get" action="{record(issue)}"' in page
    page = do(client, issue, "test", to="jo@camden.gov.uk").content.decode()
    assert 'value="jo@camden.gov.uk"' in page
    assert "no colleague with this address" in page.partition('id="id_to_error">')[2].partition("<")[0]
    assert not NewsletterIssue.objects.exclude(send_at=None).exists()


def test_begins_the_next_issue_after_many_that_were_cancelled_while_prepared(editor):
    subscribers(1)
    for _ in range(6):
        cancelled = published_issue()
        mailings.cancel(mailing=cancelled.mailing)
    NewsletterIssue.objects.update(published_at=None)
    waiting = approved_issue()
    sending.schedule(issue=waiting, by=editor, at=None, typed=1)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        sending.start_what_is_due()
    waiting.refresh_from_db()
    assert waiting.published_at is not None


@pytest.mark.parametrize(
    ("button", "found", "took"),
    [
        ("Send them again", {"sent": 2, "uncertain": 1}, ["reader1@example.gov.uk"]),
        ("Count them as sent", {"sent": 3, "uncertain": 0}, []),
    ],
)
def test_settles_those_of_whom_nobody_knows(client, editor, button, found, took):
    subscribers(3)
    sign_in_as_staff(client, editor)
    issue = published_issue()
    silent = FakeTransport(lambda email: "250 Ok" if email.to == "reader0@example.gov.uk" else NO_ANSWER)
    with time_machine.travel(timezone.now()) as clock:
        for _ in range(3):
            mass_delivery.send_mailings(silent)
            clock.shift(timedelta(seconds=30))
            mass_sweeping.look_after()
    issue.refresh_from_db()
    assert (issue.status, issue.mailing.uncertain) == ("Sent", 2)
    if took:
        subscribing.leave(subscriber=Subscriber.objects.get(email="reader2@example.gov.uk"))
    page = client.get(record(issue)).content.decode()
    assert_valid_html(page)
    path = page.partition(f">{button}<")[0].rpartition('action="')[2].partition('"')[0]
    assert client.post(path, follow=True).status_code == 200
    transport = FakeTransport()
    with time_machine.travel(timezone.now() + timedelta(minutes=5)) as clock:
        for _ in range(4):
            mass_sweeping.look_after()
            mass_delivery.send_mailings(transport)
            clock.shift(timedelta(seconds=5))
    assert transport.took == took
    mailing = issue.mailing
    mailing.refresh_from_db()
    assert mailing.settled + mailing.waiting == mailing.audience == 3
    assert {name: getattr(mailing, name) for name in found} == found
    assert client.post(path, follow=True).status_code == 200


def test_the_writer_cannot_approve(editor):
    issue = draft_issue(written_by=editor)
    with pytest.raises(sending.NotPossible, match="A colleague"):
        sending.approve(issue=issue, by=editor, revision=1)


def test_approves_only_the_words_that_were_read(editor):
    issue = draft_issue(revision=2)
    with pytest.raises(sending.NotPossible, match="changed since"):
        sending.approve(issue=issue, by=editor, revision=1)


def test_an_edit_takes_the_approval_back(client, editor):
    sign_in_as_staff(client, editor)
    issue = approved_issue()
    path = reverse("admin:newsletter_newsletterissue_change", args=[issue.pk])
    assert_valid_html(client.get(path).content.decode())
    client.post(path, {"subject": "Other", "slug": issue.slug, "summary": "x", "body": "Other words"})
    issue.refresh_from_db()
    assert (issue.approved_at, issue.revision, issue.written_by) == (None, 2, editor)


def test_takes_the_number_on_the_page_while_readers_come_and_go(editor):
    subscribers(200)
    issue = approved_issue(readers=100)
    with pytest.raises(sending.NotPossible, match="It goes to 200 readers now, and you typed 100"):
        sending.schedule(issue=issue, by=editor, at=None, typed=100)
    issue.refresh_from_db()
    assert (issue.readers, issue.subscribed) == (200, 200)
    subscriber_of("new@example.gov.uk")
    sending.schedule(issue=issue, by=editor, at=None, typed=200)
    issue.refresh_from_db()
    assert (issue.send_at is not None, issue.readers) == (True, 201)


def test_shows_the_issue_to_who_follows_the_address_of_a_button(client, editor):
    """As somebody does whose session had run out when they pressed it."""
    subscribers(1)
    issue = published_issue()
    sign_in_as_staff(client, editor)
    path = reverse("admin:newsletter_newsletterissue_do", args=[issue.pk, "pause"])
    assert client.get(path)["Location"] == record(issue)
    assert client.put(path).status_code == 405
    issue.mailing.refresh_from_db()
    assert issue.mailing.state == "sending"


def test_takes_a_scheduled_issue_back_and_sends_nothing(editor):
    subscribers(1)
    issue = approved_issue()
    sending.schedule(issue=issue, by=editor, at=None, typed=1)
    sending.undo(issue=issue, by=editor)
    with pytest.raises(sending.NotPossible, match="has taken it back"):
        sending.undo(issue=issue, by=editor)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        sending.start_what_is_due()
    assert not Email.objects.exists()


def test_freezes_words_and_readers_when_it_begins(editor):
    subscribers(2)
    issue = approved_issue()
    sending.schedule(issue=issue, by=editor, at=None, typed=2)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)) as clock:
        sending.start_what_is_due()
        clock.shift(timedelta(minutes=1))
        subscriber_of("late@example.gov.uk")
        sending.start_what_is_due()
    assert Email.objects.count() == 2
    NewsletterIssue.objects.update(body="Other")
    assert "Other" not in NewsletterIssue.objects.get().mailing.text


def test_goes_to_those_who_want_it():
    for address, circumstances, interests in [
        ("all@example.uk", {}, []),
        ("london@example.uk", {"everything": False}, [("region", "London")]),
        ("wales@example.uk", {"everything": False}, [("region", "Wales")]),
        ("alerts@example.uk", {"wants_issues": False}, [("region", "London")]),
        ("new@example.uk", {"confirmed_at": None}, []),
        ("left@example.uk", {"left_at": timezone.now(), "left_because": "reader"}, []),
    ]:
        reader = subscriber_of(address, **circumstances)
        for kind, value in interests:
            Interest.objects.create(subscriber=reader, kind=kind, value=value)
    readers = sending.audience_of(draft_issue(regions=["London"]))
    assert set(readers.values_list("email", flat=True)) == {"all@example.uk", "london@example.uk"}
    issue = draft_issue()
    assert [*sending.audience_of(issue).values_list("email", flat=True)] == ["all@example.uk"]
    assert reader_in(issue, "wales@example.uk")[0].startswith("The reader wants only news on")
    assert reader_in(issue, "nobody@example.uk") == ["The address is not subscribed."]


def test_waits_while_newsletters_are_paused(editor):
    subscribers(1)
    issue = approved_issue()
    sending.schedule(issue=issue, by=editor, at=None, typed=1)
    switches.change(by=None, quiet_until=timezone.localdate() + timedelta(days=3))
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        sending.start_what_is_due()
        assert not Email.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        sending.start_what_is_due()
        assert Email.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2026-12-01T09:00", datetime(2026, 12, 1, 9, tzinfo=UTC)),
        ("2027-06-01T09:00", datetime(2027, 6, 1, 8, tzinfo=UTC)),
        ("2027-03-28T01:30", None),
        ("2026-10-25T01:30", None),
        ("2027-10-31T00:59", datetime(2027, 10, 30, 23, 59, tzinfo=UTC)),
        ("2027-10-31T02:00", datetime(2027, 10, 31, 2, tzinfo=UTC)),
    ],
)
def test_schedules_in_london_time_across_clock_changes(typed, moment):
    form = ScheduleForm({"at": typed, "typed": "1"})
    assert form.is_valid() is (moment is not None)
    if moment is None:
        assert form.errors["at"] == [
            "London’s clock changes in this night: choose a time before 1am or from 2am on"
        ]
    else:
        assert form.cleaned_data["at"] == moment


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("![](https://example.com/x.png)", "no text for people"),
        ("[Click here](https://example.com/)", "does not say where it leads"),
        ("[the list](http://example.com/)", "not secure"),
        ("[the list](/signatories/)", "leads nowhere"),
        ("![x](http://example.com/x.png)", "must begin with https"),
        ("word " * 11_000 + "\n" + "é" * 4_000, "It must be under 100 KB"),
    ],
)
def test_finds_what_is_wrong_before_approval(editor, body, words):
    issue = draft_issue(body=body)
    assert [one for one in problems_of(issue) if words in one.words and one.serious]
    with pytest.raises(sending.NotPossible, match="Put this right"):
        sending.approve(issue=issue, by=editor, revision=1)


def test_finds_nothing_wrong_in_a_good_issue():
    assert problems_of(draft_issue()) == []


def test_previews_what_is_typed_without_keeping_it(client, editor):
    sign_in_as_staff(client, editor)
    path = reverse("admin:newsletter_newsletterissue_preview")
    response = client.post(path, {"subject": "Typed", "body": "**bold**<script>"})
    assert "<strong>bold</strong>&lt;script&gt;" in response.content.decode()
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert not NewsletterIssue.objects.exists()
    assert_valid_html(client.get(path).content.decode())
    assert_valid_html(client.get(reverse("admin:newsletter_newsletterissue_add")).content.decode())


def test_keeps_a_subject_that_was_pasted_in_several_lines_on_one(client, editor):
    sign_in_as_staff(client, editor)
    words = {"subject": "News\r\nBcc: all@example.com\tand more", "slug": "news", "body": "Hello"}
    client.post(reverse("admin:newsletter_newsletterissue_add"), words)
    assert NewsletterIssue.objects.get().subject == "News Bcc: all@example.com and more"


def test_the_desk_shows_what_goes_out(client, editor):
    subscribers(2)
    draft_issue()
    sign_in_as_staff(client, editor)
    home = reverse("admin:index")
    assert "desk-lines" not in client.get(home).content.decode().partition("Newsletter</h3>")[2]
    waiting, running = approved_issue(), published_issue()
    sending.schedule(issue=waiting, by=editor, at=None, typed=2)
    page = client.get(home).content.decode()
    assert_valid_html(page)
    assert f'<a href="{record(running)}">{running.subject}</a>' in page
    assert f'<a href="{record(waiting)}">{waiting.subject}</a>' in page
    assert "being sent: 0 of 2 sent" in page
    assert "goes out on" in page
