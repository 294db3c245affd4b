"""«Tell us this is wrong»: anybody may say so, within limits, and staff settle it."""

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declaration.audit.models import AuditEvent
from declaration.fresh_pages import pages
from declaration.outbox.models import Email
from signatories import mistakes
from signatories.models import CorrectionRequest
from tests.accounts.people import sign_in_as_staff
from tests.factories import OrganisationFactory, SignatureFactory, UserFactory
from tests.html import assert_good_page, assert_valid_html

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIST = reverse("admin:signatories_correctionrequest_changelist")


@pytest.fixture
def council():
    return OrganisationFactory(name="Testshire Council")


def address(organisation):
    return reverse("report_mistake", args=[organisation.slug])


def send(organisation, browser=None, **answers):
    return (browser or Client()).post(address(organisation), answers)


def said(organisation, email="", what="The website is wrong."):
    return mistakes.report(organisation=organisation, what_is_wrong=what, email=email, network="192.0.2.1")


def record_of(correction):
    return reverse("admin:signatories_correctionrequest_change", args=[correction.pk])


def settle(staff, correction, **answers):
    path = reverse("admin:signatories_correctionrequest_settle", args=[correction.pk])
    return staff.post(path, answers)


# A reader tells us.


@pytest.mark.parametrize("email", ["", "Reader@Example.org"])
def test_report_a_mistake_gives_the_same_page_with_and_without_an_address(council, email):
    response = send(council, what_is_wrong="It is called Testford now.", email=email)
    assert (response.status_code, response["Location"]) == (
        302,
        reverse("mistake_reported", args=[council.slug]),
    )
    correction = CorrectionRequest.objects.get()
    assert correction.organisation == council
    assert (correction.what_is_wrong, correction.email) == ("It is called Testford now.", email.lower())
    assert [mail.to for mail in Email.objects.all()] == [email.lower()] * bool(email)
    event = AuditEvent.objects.get(verb="report mistake")
    assert (event.record_label, event.actor_id) == ("Testshire Council", None)
    assert "example.org" not in str(event.after)
    assert_good_page(Client().get(response["Location"]).content.decode())


def test_thanks_carry_nothing_that_the_reader_wrote(council):
    send(council, what_is_wrong="Buy pills at pills.example", email="victim@example.org")
    mail = Email.objects.get()
    assert "Testshire Council" in mail.subject
    assert "pills" not in mail.subject + mail.text + mail.html


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"what_is_wrong": " "}, "Enter what is wrong"),
        ({"what_is_wrong": "x" * 2001}, "What is wrong must be 2,000 characters or fewer"),
        (
            {"what_is_wrong": "x", "email": "nonsense"},
            "Enter an email address in the correct format, like name@example.com",
        ),
    ],
)
def test_report_that_is_not_complete_keeps_nothing(council, answers, error):
    page = assert_good_page(send(council, **answers).content.decode())
    assert [item.get_text(strip=True) for item in page.select(".govuk-error-summary li")] == [error]
    assert page.title.get_text().startswith("Error: ")
    assert not CorrectionRequest.objects.exists()


def test_organisation_page_leads_to_the_form(council):
    page = assert_good_page(Client().get(council.get_absolute_url()).content.decode())
    assert page.select(f'a[href="{address(council)}"]')
    form = Client().get(address(council))
    assert_good_page(form.content.decode())
    assert "no-store" in form["Cache-Control"]


def test_form_needs_the_token_of_our_own_page(council):
    browser = Client(enforce_csrf_checks=True)
    assert send(council, browser, what_is_wrong="x").status_code == 403
    page = BeautifulSoup(browser.get(address(council)).content, "html5lib")
    token = page.select_one("[name=csrfmiddlewaretoken]")["value"]
    assert send(council, browser, what_is_wrong="x", csrfmiddlewaretoken=token).status_code == 302


def test_proposed_organisation_has_no_form(council):
    proposed = OrganisationFactory(proposed=True)
    assert [Client().get(address(one)).status_code for one in (council, proposed)] == [200, 404]


def test_report_too_often_in_a_day_is_refused_for_that_network_alone(council, time_machine):
    time_machine.move_to(NOON, tick=False)
    for _ in range(mistakes.REQUESTS_PER_NETWORK):
        assert send(council, what_is_wrong="x").status_code == 302
    refused = send(council, what_is_wrong="x")
    assert refused.status_code == 429
    assert_good_page(refused.content.decode())
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert send(council, elsewhere, what_is_wrong="x").status_code == 302
    time_machine.shift(timedelta(days=1, seconds=1))
    assert send(council, what_is_wrong="x").status_code == 302


def test_thanks_do_not_fill_a_mailbox(council):
    for _ in range(mistakes.THANKS_PER_ADDRESS + 3):
        send(council, what_is_wrong="x", email="victim@example.org")
    assert CorrectionRequest.objects.count() == mistakes.THANKS_PER_ADDRESS + 3
    assert Email.objects.count() == mistakes.THANKS_PER_ADDRESS


def test_reports_are_on_no_public_page():
    signature = SignatureFactory(published=True)
    said(signature.organisation, email="reader@example.org", what="A secret grumble")
    for path in (
        "/",
        "/signatories/",
        signature.organisation.get_absolute_url(),
        address(signature.organisation),
    ):
        pages.clear()
        html = Client().get(path).content.decode()
        assert signature.organisation.name in html
        assert "grumble" not in html and "reader@" not in html


# Staff settle it.


def test_settle_with_a_note_and_an_answer(council, staff, moderator):
    correction = said(council, email="reader@example.org")
    page = staff.get(record_of(correction)).content.decode()
    assert_valid_html(page)
    assert "The website is wrong." in page and "reader@example.org" in page and "/settle/" in page
    response = settle(staff, correction, note="Put right.", answer="It says the new address now.")
    assert response["Location"] == LIST
    correction.refresh_from_db()
    assert (correction.settled_by, correction.note) == (moderator, "Put right.")
    [thanks, answer] = Email.objects.order_by("pk")
    assert answer.to == "reader@example.org"
    assert "It says the new address now." in answer.text and "It says the new address now." in answer.html
    event = AuditEvent.objects.get(verb="settle correction request")
    assert (event.actor_id, event.note) == (moderator.pk, "Put right.")
    page = staff.get(record_of(correction)).content.decode()
    assert "Put right." in page and "/settle/" not in page


def test_settle_without_an_address_sends_nothing(council, staff):
    correction = said(council)
    assert 'name="answer"' not in staff.get(record_of(correction)).content.decode()
    settle(staff, correction, note="It was right.", answer="Never sent")
    correction.refresh_from_db()
    assert (correction.note, correction.answer) == ("It was right.", "")
    assert not Email.objects.exists()


def test_settle_without_a_note_is_refused(council, staff):
    correction = said(council)
    page = settle(staff, correction, note=" ").content.decode()
    assert_valid_html(page)
    assert "Enter what was done, or why nothing was" in page
    correction.refresh_from_db()
    assert correction.settled_at is None


def test_settle_twice_says_that_a_colleague_was_first(council, staff, moderator):
    correction = said(council, email="reader@example.org")
    settle(staff, correction, note="First.", answer="Done.")
    second = sign_in_as_staff(Client(), UserFactory(moderator=True))
    response = second.post(
        reverse("admin:signatories_correctionrequest_settle", args=[correction.pk]),
        {"note": "Second.", "answer": "Done again."},
        follow=True,
    )
    assert "Mo Derator settled this already." in response.content.decode()
    correction.refresh_from_db()
    assert correction.note == "First."
    assert Email.objects.filter(message="answer_correction").count() == 1


def test_list_shows_open_ones_oldest_first_unless_asked(council, staff, moderator):
    older, newer, done = (said(council, what=f"Mistake {n}") for n in "ABC")
    CorrectionRequest.objects.filter(pk=older.pk).update(created_at=timezone.now() - timedelta(days=2))
    mistakes.settle(correction=done, by=moderator, note="Done.")

    def listed(query=""):
        page = BeautifulSoup(staff.get(LIST + query).content, "html5lib")
        return [cell.get_text() for cell in page.select("#result_list td.field-shortened")]

    assert listed() == ["Mistake A", "Mistake B"]
    assert listed("?state=settled") == ["Mistake C"]
    assert sorted(listed("?state=all")) == ["Mistake A", "Mistake B", "Mistake C"]
    assert list(CorrectionRequest.objects.awaiting_staff()) == [older, newer]


def test_viewer_reads_and_does_not_settle(council):
    correction = said(council)
    viewer = sign_in_as_staff(Client(), UserFactory(role="viewer"))
    assert "/settle/" not in viewer.get(record_of(correction)).content.decode()
    assert settle(viewer, correction, note="x").status_code == 403


# What is forgotten.


def test_forget_networks_after_a_day_and_addresses_after_ninety(council, moderator, time_machine):
    time_machine.move_to(NOON, tick=False)
    open_one, done = (said(council, email=f"{n}@example.org") for n in "ab")
    mistakes.settle(correction=done, by=moderator, note="Done.")
    assert mistakes.forget_who_reported() == 0
    time_machine.shift(timedelta(days=2))
    mistakes.forget_who_reported()
    kept = CorrectionRequest.objects.order_by("pk").values_list("network", "email")
    assert list(kept) == [("", "a@example.org"), ("", "b@example.org")]
    time_machine.shift(timedelta(days=90))
    mistakes.forget_who_reported()
    kept = CorrectionRequest.objects.order_by("pk").values_list("network", "email")
    assert list(kept) == [("", "a@example.org"), ("", "")]
