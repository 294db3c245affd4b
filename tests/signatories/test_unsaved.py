"""What was typed before the sign-in ran out is there again afterwards, in every tab, for nobody else."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from signatories.models import Signature
from tests.accounts.people import enter, newest_code
from tests.factories import SignatureFactory

pytestmark = pytest.mark.django_db


def sign_in(browser, email, then):
    browser.post("/account/login/code/", {"email": email, "next": then})
    return enter(browser, newest_code(email))


def shown(browser, address):
    soup = BeautifulSoup(browser.get(address).content, "html5lib")
    field = soup.find(["textarea", "input"], {"name": address.split("/")[3]})
    return field.get_text().strip() if field.name == "textarea" else field.get("value", "")


def test_text_is_there_again_after_signing_in(draft):
    browser = Client()
    address = f"/sign/{draft.reference}/mission/"
    answer = browser.post(address, {"mission": "An hour of work\r\nand more", "csrfmiddlewaretoken": "x"})
    assert answer.headers["Location"] == f"/account/login/code/?next={address}"
    assert sign_in(browser, draft.started_by.email, address).headers["Location"] == address
    page = BeautifulSoup(browser.get(address).content, "html5lib")
    assert page.find("textarea").get_text().strip().splitlines() == ["An hour of work", "and more"]
    assert "You were signed out" in page.get_text()
    assert draft.commitments.get().mission != "An hour of work"


def test_texts_of_two_tabs_are_both_there_again(draft):
    browser = Client()
    typed = {"title": "First tab", "mission": "Second tab", "impact": "Third tab"}
    for slug, text in typed.items():
        browser.post(f"/sign/{draft.reference}/{slug}/", {slug: text})
    sign_in(browser, draft.started_by.email, f"/sign/{draft.reference}/impact/")
    for slug, text in typed.items():
        assert shown(browser, f"/sign/{draft.reference}/{slug}/") == text


def test_newest_text_of_one_page_is_the_one_that_is_kept(draft):
    browser = Client()
    for text in ("older", "newer"):
        browser.post(f"/sign/{draft.reference}/title/", {"title": text})
    sign_in(browser, draft.started_by.email, f"/sign/{draft.reference}/title/")
    assert shown(browser, f"/sign/{draft.reference}/title/") == "newer"


def test_longest_text_survives_in_any_script(draft):
    browser = Client()
    text = "👩" * 3000
    browser.post(f"/sign/{draft.reference}/mission/", {"mission": text})
    sign_in(browser, draft.started_by.email, f"/sign/{draft.reference}/mission/")
    assert shown(browser, f"/sign/{draft.reference}/mission/") == text


def test_text_that_no_form_takes_is_not_kept(draft):
    browser = Client()
    for _ in range(3):
        browser.post(f"/sign/{draft.reference}/mission/", {"mission": "a" * 30_000})
    assert "unsaved" not in browser.session
    for n in range(20):
        browser.post(f"/sign/{draft.reference}/{n}/", {"x": "y"})
    assert len(browser.session["unsaved"]) == 5


def test_text_waits_through_pages_that_are_looked_at_in_between(draft):
    browser = Client()
    address = f"/sign/{draft.reference}/title/"
    browser.post(address, {"title": "Kept"})
    sign_in(browser, draft.started_by.email, address)
    browser.head(address)
    browser.get("/dashboard/")
    assert shown(browser, address) == "Kept"


def test_text_is_not_shown_to_somebody_else_who_signs_in(draft):
    browser = Client()
    address = f"/sign/{draft.reference}/title/"
    browser.post(address, {"title": "Private words"})
    stranger = SignatureFactory().started_by
    sign_in(browser, stranger.email, address)
    assert browser.get(address).status_code == 404
    assert "Private words" not in browser.get("/dashboard/").content.decode()


@pytest.mark.parametrize(("slug", "status"), [("resend", "awaiting_approver"), ("start-again", "declined")])
def test_button_pressed_after_the_session_ended_leads_to_the_dashboard(slug, status, version):
    signature = SignatureFactory(**{status: True})
    browser = Client()
    answer = browser.post(f"/dashboard/{signature.reference}/{slug}/")
    assert answer.headers["Location"] == "/account/login/code/?next=/dashboard/"
    answer = sign_in(browser, signature.started_by.email, "/dashboard/")
    assert browser.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("slug", ["check", "withdraw"])
def test_button_pressed_after_the_session_ended_presses_nothing(slug, draft):
    browser = Client()
    folder = "sign" if slug == "check" else "dashboard"
    browser.post(f"/{folder}/{draft.reference}/{slug}/")
    answer = sign_in(browser, draft.started_by.email, f"/{folder}/{draft.reference}/{slug}/")
    assert browser.get(answer.headers["Location"]).status_code == 200
    assert Signature.objects.get(pk=draft.pk).status == "draft"
