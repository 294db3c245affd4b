"""Mailboxes that are gone and readers who complain get no newsletter, staff see why and can undo it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from declaration.audit.models import AuditEvent
from declaration.newsletter import hashed_addresses, sending, suppressing
from declaration.newsletter.hashed_addresses import name_after_leaving
from declaration.newsletter.models import Subscriber, Suppression
from declaration.newsletter.progress import reader_in
from declaration.outbox import mass_delivery, receipts
from declaration.outbox.models import Email, LostAddress, Mailing, Receipt
from declaration.outbox.transports.answers import Never
from tests.accounts.people import sign_in_as_staff, staff_member
from tests.html import assert_valid_html
from tests.newsletter.making import published_issue, subscriber_of
from tests.outbox.test_mailings import FakeTransport

pytestmark = pytest.mark.django_db
Outcome = Receipt.Outcome


def told(address, outcome, **words):
    """An email that went to this address came to this end."""
    email = Email.objects.get(to=address)
    receipts.keep(email=email, outcome=outcome, at=timezone.now(), **words)
    receipts.apply_all()
    suppressing.suppress_lost()


def test_takes_lost_readers_off_the_list_and_says_why(client):
    for name in ("gone", "cross", "full", "happy"):
        subscriber_of(f"{name}@example.uk")
    issue = published_issue()
    mass_delivery.send_mailings(FakeTransport())
    told("gone@example.uk", Outcome.GONE, code="5.1.1", words="550 5.1.1 <gone@example.uk> unknown")
    told("cross@example.uk", Outcome.COMPLAINT, words="Complaint (abuse), passed on by mail.example.")
    told("full@example.uk", Outcome.RETURNED, code="5.2.2", words="552 5.2.2 Mailbox full")
    told("happy@example.uk", Outcome.DELIVERED, sending="250 Ok")
    assert not LostAddress.objects.exists()
    assert dict(Subscriber.objects.values_list("email", "left_because")) == {
        name_after_leaving("gone@example.uk"): "bounced",
        name_after_leaving("cross@example.uk"): "complained",
        "full@example.uk": "",
        "happy@example.uk": "",
    }
    assert list(Suppression.objects.order_by("pk").values_list("reason", "source", "note")) == [
        ("bounced", "a mail server", "550 5.1.1 <(address)> unknown"),
        ("complained", "a mail server", "Complaint (abuse), passed on by mail.example."),
    ]
    said = reader_in(issue, "gone@example.uk")
    assert said[0].startswith("The email to this address: Came back: The mailbox does not exist: 550 5.1.1")
    assert said[2].startswith("It came back on ")
    assert "The mailbox does not exist, told by a mail server" in said[3]
    assert reader_in(issue, "cross@example.uk")[0] == "The email to this address: Sent."
    assert "The reader complained, told by a mail server" in reader_in(issue, "cross@example.uk")[2]
    assert len(reader_in(issue, "full@example.uk")) == 3
    Mailing.objects.update(forgotten_at=timezone.now())
    Email.objects.all().delete()
    issue.mailing.refresh_from_db()
    assert reader_in(issue, "happy@example.uk")[0].startswith("Who got this issue has been deleted")

    sign_in_as_staff(client, staff_member("editor"))
    page = client.get(reverse("admin:newsletter_newsletterissue_sending", args=[issue.pk])).content.decode()
    assert_valid_html(page)
    assert "Who got it was deleted on" in page
    counts = {"Delivered": 1, "Came back": 2, "Sent": 1}
    assert all(f'<th scope="row">{name}</th><td>{number}</td>' in page for name, number in counts.items())


def test_forgets_a_lost_address_that_is_no_readers():
    for reason in ("bounced", "complained"):
        LostAddress.objects.create(address=f"{reason}@Example.uk", reason=reason, source="GOV.UK Notify")
    assert suppressing.suppress_lost() == 1
    assert hashed_addresses.is_suppressed("complained@example.uk")
    assert not hashed_addresses.is_suppressed("bounced@example.uk")
    assert not LostAddress.objects.exists()


def lift(client, suppression, **data):
    return client.post(reverse("admin:newsletter_suppression_lift", args=[suppression.pk]), data, follow=True)


def test_lets_staff_find_a_suppression_and_lift_it(client):
    editor = staff_member("editor")
    sign_in_as_staff(client, editor)
    suppressing.suppress(address="jo@example.uk", reason="bounced", by=None, source="GOV.UK Notify")
    suppression = Suppression.objects.get()
    suppressing.suppress(address="other@example.uk", reason="staff", by=editor, note="They rang")
    listed = client.get(reverse("admin:newsletter_suppression_changelist"), {"q": " Jo@example.uk"})
    assert_valid_html(listed.content.decode())
    assert list(listed.context["cl"].queryset) == [suppression]
    shown = client.get(reverse("admin:newsletter_suppression_change", args=[suppression.pk])).content.decode()
    assert_valid_html(shown)
    assert "GOV.UK Notify" in shown

    assert "Say why" in lift(client, suppression).content.decode()
    assert Suppression.objects.count() == 2
    assert "can subscribe again" in lift(client, suppression, why="Mended").content.decode()
    assert not hashed_addresses.is_suppressed("jo@example.uk")
    event = AuditEvent.objects.get(verb="lifted a suppression")
    assert (event.actor, event.before["source"], event.note) == (editor, "GOV.UK Notify", "Mended")
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("role", ["viewer", "moderator"])
def test_lets_no_other_role_lift(client, role):
    sign_in_as_staff(client, staff_member(role))
    suppression = Suppression.objects.create(address="0" * 64, reason="staff")
    assert lift(client, suppression, why="x").status_code == 403
    assert Suppression.objects.exists()


def test_holds_nobody_to_what_was_said_before_they_came_back():
    reader = subscriber_of("jo@example.uk")
    published_issue()
    gone = Never("550", "The mail server answered: 550 5.1.1 No such person here")
    mass_delivery.send_mailings(FakeTransport(gone))
    Subscriber.objects.update(confirmed_at=timezone.now() + timedelta(minutes=1))
    assert sending.suppress_hard_bounces() == 0
    Subscriber.objects.update(confirmed_at=reader.confirmed_at)
    assert sending.suppress_hard_bounces() == 1
