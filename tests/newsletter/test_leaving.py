"""What stays of a reader who has left: that they left, and nothing by which anybody could write to them."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declaration.accounts.models import User
from declaration.newsletter import subscribing, suppressing
from declaration.newsletter.hashed_addresses import name_after_leaving
from declaration.newsletter.links import move_url
from declaration.newsletter.models import Interest, Subscriber
from declaration.newsletter.progress import reader_in
from declaration.outbox import mailings, mass_claiming, mass_delivery, mass_sweeping
from declaration.outbox.leaving import leave_token
from declaration.outbox.models import Email
from tests.accounts.people import sign_in_as_staff, staff_member
from tests.html import assert_valid_html
from tests.newsletter.making import draft_issue, published_issue, subscriber_of
from tests.newsletter.test_subscribing import JO, ask, link_in
from tests.outbox.test_mailings import FakeTransport, opened
from tests.signatories.databases import KINDS, own_database


def leave_by_mail(reader):
    Client().post(reverse("newsletter_leave", args=[leave_token(reader.pk)]))
    reader.refresh_from_db()


def reader_with_choices():
    reader = subscriber_of(JO, everything=False, digest="weekly")
    Interest.objects.create(subscriber=reader, kind="region", value="London")
    return reader


def everything_we_hold():
    return str([list(model.objects.values()) for model in (Subscriber, Interest)])


@pytest.mark.django_db
def test_forgets_the_address_and_the_choices_of_who_leaves(client):
    reader = reader_with_choices()
    leave_by_mail(reader)
    assert JO not in everything_we_hold() and "London" not in everything_we_hold()
    assert (reader.left_because, reader.digest, reader.consent_wording) == ("reader", "", 1)
    # Staff still know them again, by the whole address.
    assert reader_in(draft_issue(), JO)[0].startswith("They left on ")
    sign_in_as_staff(client, staff_member("editor"))
    listed = client.get(reverse("admin:newsletter_subscriber_changelist"), {"q": JO.upper()}).content.decode()
    assert f"reader {reader.pk}, who left" in listed
    for name in ("change", "history"):
        shown = client.get(reverse(f"admin:newsletter_subscriber_{name}", args=[reader.pk])).content.decode()
        assert_valid_html(shown)
        assert "left.invalid" not in shown and "Suppress this address" not in shown
    refused = client.post(
        reverse("admin:newsletter_subscriber_suppress", args=[reader.pk]), {"note": "x"}, follow=True
    )
    assert "we do not know their address any more" in refused.content.decode()
    exported = b"".join(client.get(reverse("admin:newsletter_subscriber_export"))).decode()
    assert "left.invalid" not in exported and "reader" in exported


@pytest.mark.django_db
def test_comes_back_as_the_same_reader(client):
    reader = reader_with_choices()
    leave_by_mail(reader)
    ask(client)
    client.post(link_in("newsletter_confirm"))
    reader.refresh_from_db()
    assert (reader.email, reader.is_subscribed, reader.everything) == (JO, True, True)
    # The link of a mail from before still does what it says.
    leave_by_mail(reader)
    assert not reader.is_subscribed


@pytest.mark.django_db
def test_forgets_again_who_is_asked_back_in_vain(client):
    reader = subscriber_of(JO)
    leave_by_mail(reader)
    ask(client)
    with time_machine.travel(timezone.now() + subscribing.UNCONFIRMED_KEPT_FOR + timedelta(hours=1)):
        subscribing.clear_away()
    assert JO not in everything_we_hold()
    reader.refresh_from_db()
    assert (reader.left_because, reader.is_subscribed) == ("reader", False)


@pytest.mark.django_db
def test_leaves_an_address_that_somebody_left_before():
    leave_by_mail(subscriber_of("new@camden.gov.uk"))
    reader = subscriber_of(JO)
    subscribing.move(subscriber=reader, address="new@camden.gov.uk")
    leave_by_mail(reader)
    assert [*Subscriber.objects.values_list("email", flat=True)] == [name_after_leaving("new@camden.gov.uk")]


@pytest.mark.django_db
def test_moves_to_no_address_that_was_suppressed_since(client):
    reader = subscriber_of(JO)
    link = move_url(reader, "new@camden.gov.uk")
    suppressing.suppress(address="new@camden.gov.uk", reason="staff", by=None)
    assert client.post(link).status_code == 410
    reader.refresh_from_db()
    assert reader.email == JO


@pytest.mark.django_db
def test_gives_an_officer_what_they_ticked():
    """Not what a stranger typed for the address, nor only the alerts there were."""
    officer = User.objects.create_user(JO)

    def tick():
        subscribing.subscribe_signed_in(email=JO, by=officer, agreed_at=timezone.now())
        reader = Subscriber.objects.subscribed().get()
        return reader.wants_issues, reader.everything, reader.digest, reader.interests.count()

    stranger = subscriber_of(JO, confirmed_at=None, wants_issues=False, digest="daily")
    Interest.objects.create(subscriber=stranger, kind="body", value="nhs")
    assert tick() == (True, True, "", 0)
    Subscriber.objects.update(wants_issues=False, digest="daily")
    assert tick() == (True, True, "daily", 0)
    Subscriber.objects.update(wants_issues=False, everything=False)
    Interest.objects.create(subscriber=stranger, kind="region", value="London")
    assert tick() == (True, False, "daily", 1)


@pytest.fixture(params=KINDS)
def database(request, tmp_path, django_db_blocker):
    with own_database(request.param, tmp_path, django_db_blocker):
        yield


def test_takes_off_who_leaves_while_readers_are_written_down(database):
    """The batch that holds them is not committed yet when they press the button."""
    reader = subscriber_of(JO)
    mailing = opened()
    written, pressed = threading.Event(), threading.Event()

    def leave():
        try:
            written.wait(20)
            pressed.set()
            subscribing.leave(subscriber=Subscriber.objects.get(pk=reader.pk))
        finally:
            connections.close_all()

    leaving = threading.Thread(target=leave)
    leaving.start()
    with transaction.atomic():
        mailings.add_readers(mailing=mailing, readers=Subscriber.objects.subscribed())
        written.set()
        pressed.wait(20)
        # Long enough to leave, if nothing kept it waiting.
        leaving.join(0.5)
    leaving.join(20)
    mailings.start(mailing=mailing)
    assert [*Email.objects.values_list("state", "code")] == [("cancelled", "unsubscribed")]
    mailing.refresh_from_db()
    assert (mailing.cancelled, mailing.waiting) == (1, 0)
    connection.close()


@pytest.mark.django_db
def test_sends_an_issue_that_is_going_out_to_the_new_address_of_who_moves():
    readers = [subscriber_of(f"r{number}@example.uk") for number in range(3)]
    mailing = published_issue().mailing
    taken = mass_claiming.claim(mailing, 1)
    subscribing.move(subscriber=readers[0], address="new@example.uk")
    subscribing.move(subscriber=readers[2], address="other@example.uk")
    assert [email.to for email in taken] == ["r0@example.uk"]
    assert mass_claiming.step([], taken)() == (set(), [])
    mass_delivery.send_mailings(FakeTransport())
    sent = Email.objects.filter(state="sent").order_by("recipient").values_list("to", flat=True)
    assert list(sent) == ["new@example.uk", "r1@example.uk", "other@example.uk"]
    mass_sweeping.look_after()
    mailing.refresh_from_db()
    assert (mailing.state, mailing.audience, mailing.sent) == ("sent", 3, 3)
