"""The examples of a machine of one's own: labelled, in order, added once, and sent to nobody."""

import json

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from declaration.newsletter import alerts, sending, subscribing
from declaration.newsletter.demo import EXAMPLES, load_newsletter_demo
from declaration.newsletter.linting import problems_of
from declaration.newsletter.models import NewsletterIssue, Subscriber
from declaration.newsletter.register import register
from declaration.outbox import forgetting, mailings, mass_delivery, mass_sweeping, sweeping
from declaration.outbox.models import Email, Mailing
from signatories import demo
from tests.accounts.people import sign_in_as_staff, staff_member
from tests.factories import OrganisationFactory
from tests.html import assert_good_page, assert_valid_html
from tests.newsletter.making import subscriber_of
from tests.outbox.test_mailings import FakeTransport, counted

pytestmark = pytest.mark.django_db


def test_shows_an_editor_every_page_alive():
    assert load_newsletter_demo()
    sent, draft = NewsletterIssue.objects.order_by("pk")
    assert [issue.status for issue in (sent, draft)] == ["Sent", "Draft"]
    assert all("Example" in issue.subject and "example" in issue.body for issue in (sent, draft))
    assert (problems_of(sent), problems_of(draft)) == ([], [])
    assert counted(sent.mailing) == {"sent": 4, "failed": 1}
    client = sign_in_as_staff(Client(), staff_member("editor"))
    for issue in (sent, draft):
        record = client.get(reverse("admin:newsletter_newsletterissue_sending", args=[issue.pk]))
        assert_valid_html(record.content.decode())
    for path in (reverse("newsletter_issues"), sent.get_absolute_url()):
        assert sent.subject in assert_good_page(Client().get(path).content.decode()).text
    assert Client().get(draft.get_absolute_url()).status_code == 404
    mailings.recount(sent.mailing)
    assert counted(sent.mailing) == {"sent": 4, "failed": 1}


def test_can_reach_nobody_and_is_left_alone_by_the_clock():
    load_newsletter_demo()
    addresses = {
        *Subscriber.objects.values_list("email", flat=True),
        *Email.objects.values_list("to", flat=True),
    }
    assert addresses and all(address.endswith(("@example.org", ".invalid")) for address in addresses)
    transport = FakeTransport()
    before = list(Email.objects.order_by("pk").values()), list(Mailing.objects.values())
    sending.start_what_is_due()
    mass_sweeping.look_after()
    sweeping.sweep(transport)
    mass_delivery.send_mailings(transport)
    sending.suppress_hard_bounces()
    subscribing.clear_away()
    alerts.send_alerts()
    forgetting.forget_old()
    assert transport.took == []
    assert (list(Email.objects.order_by("pk").values()), list(Mailing.objects.values())) == before
    assert Subscriber.objects.count() == len(json.loads(EXAMPLES.read_text())["readers"])


def test_chooses_what_readers_can_choose():
    for region in ("London", "North West", "Yorkshire and The Humber"):
        OrganisationFactory(region=region)
    chosen = {
        region
        for reader in json.loads(EXAMPLES.read_text())["readers"]
        for region in reader.get("regions", [])
    }
    assert chosen <= set(register().regions())


def test_is_added_once_and_only_beside_examples(settings, tmp_path, monkeypatch, capsys):
    settings.VAR_DIR, settings.ON_OWN_MACHINE = tmp_path, True

    def exist():
        raise demo.SignaturesExist

    monkeypatch.setattr("signatories.management.commands.load_demo.load_demo", exist)
    call_command("load_demo")
    assert not NewsletterIssue.objects.exists()
    (tmp_path / "demo-data").touch()
    for _ in range(2):
        call_command("load_demo")
    assert capsys.readouterr().out.count("An example newsletter") == 1
    assert NewsletterIssue.objects.count() == 2


def test_stays_away_from_a_real_newsletter():
    subscriber_of("jo@camden.gov.uk")
    assert not load_newsletter_demo()
