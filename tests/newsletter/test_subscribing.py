"""Readers ask, confirm, choose and leave; strangers learn nothing and can change nothing."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from declaration.newsletter import subscribing, suppressing
from declaration.newsletter.links import manage_token
from declaration.newsletter.models import Subscriber, Suppression
from declaration.outbox.leaving import leave_token
from declaration.outbox.models import Email
from tests.html import assert_good_page
from tests.newsletter.making import published_issue, subscriber_of

pytestmark = pytest.mark.django_db
JO = "jo@camden.gov.uk"


def ask(client, email=JO, **answers):
    plain = {"email": email, "wants": "everything", "digest": "", "consent": "on"}
    return client.post(reverse("newsletter"), {**plain, **answers})


def link_in(message, to=JO):
    text = Email.objects.filter(to=to, message=message).latest("pk").text
    return re.search(r"http://localhost:\d+(/newsletter/\S+)", text)[1]


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return assert_good_page(response.content.decode())


def test_subscribes_by_a_button_after_the_mail(client):
    page(client, reverse("newsletter"))
    assert ask(client)["Location"] == reverse("newsletter_look")
    link = link_in("newsletter_confirm")
    for _ in range(3):
        page(client, link)
    assert not Subscriber.objects.subscribed().exists()
    assert client.post(link)["Location"] == reverse("newsletter_confirmed")
    reader = Subscriber.objects.subscribed().get()
    assert (reader.email, reader.consent_wording, reader.source) == (JO, 1, "form")
    assert client.post(link).status_code == 302, "a second press changes nothing and says nothing else"


def test_subscribes_nobody_without_consent(client):
    response = client.post(reverse("newsletter"), {"email": JO, "wants": "everything"})
    soup = assert_good_page(response.content.decode())
    assert "Tick the box if you want us to email you" in soup.find(class_="govuk-error-summary").text
    assert not soup.find("input", attrs={"name": "consent"}).has_attr("checked")
    assert not Email.objects.exists()


@pytest.mark.parametrize("name", ["newsletter", "newsletter_ask_for_link"])
def test_refuses_an_address_that_is_none_in_lower_case(client, name):
    typed = {"email": f"x@{'İ' * 60}.com", "wants": "everything", "consent": "on"}
    soup = assert_good_page(client.post(reverse(name), typed).content.decode())
    assert "Enter an email address in the correct format" in soup.find(class_="govuk-error-summary").text


def test_stops_the_alerts_again(client):
    reader = subscriber_of(JO, digest="weekly")
    path = reverse("newsletter_manage", args=[manage_token(reader)])
    [no] = page(client, path).find_all("input", {"name": "digest", "value": "none"})
    assert not no.has_attr("checked")
    client.post(path, {"wants": "everything", "digest": "none"})
    assert Subscriber.objects.get().digest == ""
    assert page(client, path).find("input", {"name": "digest", "value": "none"}).has_attr("checked")


def test_answers_the_same_whatever_it_knows(client):
    subscriber_of("known@camden.gov.uk")
    suppressing.suppress(address="gone@camden.gov.uk", reason="staff", by=None)
    said = {
        (response := ask(client, email))["Location"] + str(response.status_code)
        for email in ("new@camden.gov.uk", "known@camden.gov.uk", "gone@camden.gov.uk")
    }
    assert len(said) == 1
    assert set(Email.objects.values_list("to", "message")) == {
        ("new@camden.gov.uk", "newsletter_confirm"),
        ("known@camden.gov.uk", "newsletter_already"),
    }


def test_fills_nobodys_mailbox(client):
    for _ in range(6):
        assert ask(client).status_code == 302
    assert Email.objects.filter(to=JO).count() == subscribing.MAILS_PER_ADDRESS


def test_stops_a_network_that_asks_without_end(client, monkeypatch):
    monkeypatch.setattr(subscribing, "ASKINGS_PER_NETWORK", 2)
    assert [ask(client, f"p{n}@camden.gov.uk").status_code for n in range(3)] == [302, 302, 429]


def test_leaves_with_one_click_without_cookie_or_token():
    reader = subscriber_of(JO)
    issue = published_issue()
    mailbox = Client(enforce_csrf_checks=True)
    path = reverse("newsletter_leave", args=[leave_token(reader.pk)])
    for _ in range(2):
        soup = page(mailbox, path)
        assert JO not in soup.text
    reader.refresh_from_db()
    assert reader.is_subscribed, "a GET changes nothing"
    for _ in range(2):
        response = mailbox.post(path, {"List-Unsubscribe": "One-Click"})
        assert (response.status_code, response.cookies) == (200, {})
    reader.refresh_from_db()
    assert (reader.is_subscribed, reader.left_because) == (False, "reader")
    assert list(Email.objects.of(issue.mailing).values_list("state", "code")) == [
        ("cancelled", "unsubscribed")
    ]


def test_leaves_by_the_button_and_shows_a_way_back(client):
    reader = subscriber_of(JO)
    response = client.post(reverse("newsletter_leave", args=[leave_token(reader.pk)]), follow=True)
    soup = assert_good_page(response.content.decode())
    assert soup.h1.text.strip() == "You have left the newsletter"
    assert soup.find("a", string="subscribe again")["href"] == reverse("newsletter")


def test_a_forwarded_link_opens_nothing(client):
    reader = subscriber_of(JO)
    token = leave_token(reader.pk)
    for name in ("newsletter_manage", "newsletter_download", "newsletter_confirm", "newsletter_forget"):
        assert client.get(reverse(name, args=[token])).status_code == 410


def test_dead_links_offer_the_next_step(client):
    reader = subscriber_of(JO)
    path = reverse("newsletter_manage", args=[manage_token(reader)])
    page(client, path)
    subscribing.leave(subscriber=reader)
    response = client.get(path)
    assert response.status_code == 410
    assert assert_good_page(response.content.decode()).find("a", string="ask for a new link")


def test_changes_choices_by_an_emailed_link(client):
    reader = subscriber_of(JO)
    client.post(reverse("newsletter_ask_for_link"), {"email": JO})
    link = link_in("newsletter_manage")
    assert JO in page(client, link).text
    chosen = {"wants": "chosen", "regions": ["London"], "digest": "weekly", "kinds": ["nhs"]}
    assert client.post(link, chosen).status_code == 302
    reader.refresh_from_db()
    assert (reader.everything, reader.wants_issues, reader.digest) == (False, True, "weekly")
    assert sorted(str(one) for one in reader.interests.all()) == ["body nhs", "region London"]
    wrong = client.post(link, {"wants": "chosen", "digest": ""})
    assert "Choose a service area or a region" in wrong.content.decode()


def test_moves_to_another_address_by_a_button_there(client):
    reader = subscriber_of(JO)
    token = manage_token(reader)
    client.post(reverse("newsletter_change_address", args=[token]), {"email": "New@camden.gov.uk"})
    link = link_in("newsletter_move", to="new@camden.gov.uk")
    page(client, link)
    client.post(link)
    reader.refresh_from_db()
    assert reader.email == "new@camden.gov.uk"
    assert client.get(link).status_code == 410


def test_downloads_and_deletes_everything(client):
    reader = subscriber_of(JO)
    published_issue()
    token = manage_token(reader)
    assert client.get(reverse("newsletter_download", args=[token])).json()["email"] == JO
    page(client, reverse("newsletter_forget", args=[token]))
    client.post(reverse("newsletter_forget", args=[token]))
    assert not Subscriber.objects.exists()
    assert not Email.objects.filter(to=JO).exists()
    assert Email.objects.filter(mailing__isnull=False).count() == 1


def test_suppresses_an_address_for_good(client):
    reader = subscriber_of(JO)
    suppressing.suppress(address=JO.upper(), reason="complained", by=None)
    reader.refresh_from_db()
    assert reader.left_because == "complained"
    assert JO not in str(Suppression.objects.values())
    ask(client)
    assert not Email.objects.exists()


def test_reads_the_archive_without_a_cookie(client):
    issue = published_issue(subject="What is new <&>")
    response = client.get(issue.get_absolute_url())
    assert response.cookies == {}
    soup = assert_good_page(response.content.decode())
    assert soup.article.h1.text == "What is new <&>"
    assert soup.article.find("a", string="the list of signatories")
    assert issue.subject in page(client, reverse("newsletter_issues")).text
    feed = client.get(reverse("newsletter_feed")).content.decode()
    assert "What is new &lt;&amp;&gt;" in feed
    assert "&lt;a href=" in feed
