"""An officer reports in two pages; staff take one entry down; the public reads the rest."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from signatories import signing
from signatories.models import Progress, ProgressTakeDown, Status
from tests.factories import ProgressFactory, SignatureFactory, signature_that_is
from tests.html import assert_good_page, assert_valid_html

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]

ANSWERS = {
    "stage": "delayed",
    "happened": "The bins were late.\nWe start in May.",
    "learned": "Ask twice.",
}


@pytest.fixture
def signature():
    return SignatureFactory(published=True)


@pytest.fixture
def officer(signature, signed_in):
    return signed_in(signature.started_by)


def ask(signature):
    return reverse("report_progress", args=[signature.reference])


def check(signature):
    return reverse("check_progress", args=[signature.reference])


def said(response):
    soup = BeautifulSoup(response.content.decode(), "html5lib")
    return [item.get_text(strip=True) for item in soup.select(".govuk-error-summary li")]


def test_report_in_two_pages(officer, signature):
    assert_good_page(officer.get(ask(signature)).content.decode())
    assert officer.post(ask(signature), ANSWERS).headers["Location"] == check(signature)
    shown = assert_good_page(officer.get(check(signature)).content.decode()).get_text()
    for words in ("Delayed", "The bins were late.", "Ask twice."):
        assert words in shown
    assert not Progress.objects.exists()
    assert officer.post(check(signature)).headers["Location"] == "/dashboard/?reported"
    entry = Progress.objects.get()
    assert (entry.stage, entry.reported_by) == ("delayed", signature.started_by)
    assert entry.happened.split() == ANSWERS["happened"].split()
    dashboard = assert_good_page(officer.get("/dashboard/?reported").content.decode()).get_text()
    assert "Your update is public." in dashboard and "Delayed" in dashboard
    # The check page has nothing to show any more, so pressing «Back» publishes nothing twice.
    assert officer.post(check(signature)).headers["Location"] == ask(signature)
    assert Progress.objects.count() == 1


def test_go_back_from_the_check_finds_what_was_typed(officer, signature):
    officer.post(ask(signature), ANSWERS)
    soup = BeautifulSoup(officer.get(ask(signature)).content.decode(), "html5lib")
    assert soup.select_one("input[name=stage][checked]")["value"] == "delayed"
    assert soup.find("textarea", {"name": "learned"}).get_text() == "Ask twice."


def on_page(response):
    """Return what the form of a page would post."""
    soup = assert_good_page(response.content.decode())
    areas = soup.select("main form textarea")
    return {area["name"]: area.get_text().strip().replace("\n", "\r\n") for area in areas}


def test_publish_the_words_on_the_page_when_another_tab_wrote_others_since(officer, signature):
    officer.post(ask(signature), ANSWERS)
    first_tab = on_page(officer.get(check(signature)))
    officer.post(ask(signature), {**ANSWERS, "happened": "Words of the second tab."})
    officer.post(check(signature), first_tab)
    assert Progress.objects.get().happened == ANSWERS["happened"]


def test_keep_an_update_when_the_session_ends_before_it_is_published(officer, signature, signed_in):
    officer.post(ask(signature), ANSWERS)
    typed = on_page(officer.get(check(signature)))
    officer.logout()
    assert officer.post(check(signature), typed).headers["Location"].startswith("/account/login/code/")
    officer.force_login(signature.started_by.user)
    again = officer.get(check(signature))
    assert "You were signed out." in again.content.decode() and on_page(again) == typed
    assert not Progress.objects.exists()
    # Whoever changes it first is shown the changed words, and no older ones.
    officer.post(ask(signature), {**ANSWERS, "happened": "Changed after signing in again."})
    officer.post(check(signature), on_page(officer.get(check(signature))))
    assert Progress.objects.get().happened == "Changed after signing in again."


@pytest.mark.parametrize(
    ("answers", "errors"),
    [
        ({}, ["Select where your commitment stands", "Enter what has happened"]),
        ({"happened": " "}, ["Select where your commitment stands", "Enter what has happened"]),
        ({"stage": "unreported", "happened": "x"}, 1),
        ({**ANSWERS, "happened": "x" * 2001}, 1),
        ({**ANSWERS, "happened": "See www.example.org"}, ["Remove the web address. An update is words only"]),
        (
            {**ANSWERS, "learned": "Ask kim@example.gov.uk or 0113 496 0000"},
            ["Remove the email address or phone number. An update is public at once"],
        ),
    ],
)
def test_refuse_what_may_not_be_public_and_keep_it(answers, errors, officer, signature):
    response = officer.post(ask(signature), answers)
    assert response.status_code == 200
    soup = assert_good_page(response.content.decode())
    found = said(response)
    assert len(found) == errors if isinstance(errors, int) else found == errors
    typed = answers.get("learned", "")
    assert soup.find("textarea", {"name": "learned"}).get_text().strip() == typed
    assert officer.get(check(signature)).headers["Location"] == ask(signature)


@pytest.mark.parametrize("status", [status for status in Status.values if status != "published"])
def test_offer_no_report_of_what_is_not_public(status, signed_in):
    signature = signature_that_is(status)
    browser = signed_in(signature.started_by)
    for address in (ask(signature), check(signature)):
        for method in ("get", "post"):
            answer = getattr(browser, method)(address, ANSWERS)
            assert answer.headers["Location"] == "/dashboard/?too-late"
    assert ask(signature) not in browser.get("/dashboard/").content.decode()


def test_publish_nothing_when_it_was_withdrawn_meanwhile(officer, signature):
    officer.post(ask(signature), ANSWERS)
    signing.withdraw(signature=signature, by=signature.started_by)
    assert officer.post(check(signature)).headers["Location"] == "/dashboard/?too-late"
    assert not Progress.objects.exists()


def test_take_an_entry_down_in_the_admin_with_a_reason(staff, moderator):
    entry = ProgressFactory()
    record = reverse("admin:signatories_progress_change", args=[entry.pk])
    take_down = reverse("admin:signatories_progress_take_down", args=[entry.pk])
    changelist = reverse("admin:signatories_progress_changelist")
    assert entry.happened in staff.get(changelist).content.decode()
    assert_valid_html(staff.get(record).content.decode())
    refused = staff.post(take_down, {"reason": " "}).content.decode()
    assert_valid_html(refused)
    assert "Enter why it is taken down" in refused
    assert not ProgressTakeDown.objects.exists()
    preview = staff.post(take_down, {"reason": "A name is in it.", "action": "preview"}).content.decode()
    assert_valid_html(preview)
    assert "We have taken this update off the public page." in preview
    assert not ProgressTakeDown.objects.exists()
    assert staff.post(take_down, {"reason": "A name is in it."}).headers["Location"] == record
    again = staff.post(take_down, {"reason": "Another."}).content.decode()
    assert_valid_html(again)
    assert "A colleague has taken it down before you." in again
    taken = ProgressTakeDown.objects.get()
    assert (taken.progress, taken.taken_down_by, taken.reason) == (entry, moderator, "A name is in it.")
    shown = staff.get(record).content.decode()
    assert_valid_html(shown)
    assert "A name is in it." in shown and take_down not in shown
    timeline = staff.get(reverse("admin:signatories_signature_change", args=[entry.commitment.signature_id]))
    assert "take progress down" in timeline.content.decode()
