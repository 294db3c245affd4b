"""What was typed before the sign-in ran out is there again afterwards, in every tab, for nobody else."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from signatories.models import Signature
from tests.accounts.people import enter, newest_code
from tests.factories import SignatureFactory, UserFactory
from tests.html import assert_good_page

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


FORMS = [
    ("approver", {"name": "Ada Chief", "job_title": "Chief", "email": "ada@example.gov.uk"}),
    ("hand-over", {"name": "Kim Colleague", "email": "kim@example.gov.uk"}),
]


@pytest.mark.parametrize(("slug", "typed"), [*FORMS, ("not-listed", {"name": "Library Trust"})])
def test_every_form_says_that_it_was_not_sent_when_the_session_had_ended(slug, typed, version):
    signature = SignatureFactory(awaiting_approver=True)
    folder = "/sign/organisation" if slug == "not-listed" else f"/dashboard/{signature.reference}"
    browser, address = Client(), f"{folder}/{slug}/"
    browser.post(address, typed)
    sign_in(browser, signature.started_by.email, address)
    page = assert_good_page(browser.get(address).content.decode())
    assert "You were signed out. What you had typed is still here." in page.get_text()
    for name, value in typed.items():
        assert page.find("input", {"name": name})["value"] == value
    again = browser.get("/sign/organisation/search/")
    assert "You were signed out." not in again.content.decode()


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


def test_text_on_a_page_of_everybody_is_not_shown_to_who_signs_in_next(version, time_machine):
    browser, address = Client(), "/sign/organisation/not-listed/"
    first, second = UserFactory(), UserFactory()
    time_machine.move_to("2026-11-23T10:00:00Z", tick=False)
    browser.force_login(first)
    browser.get(address)
    time_machine.move_to("2026-11-23T14:30:00Z", tick=False)
    browser.post(address, {"name": "Private Words Trust"})
    sign_in(browser, second.email, address)
    assert "Private Words" not in browser.get(address).content.decode()
    browser.post("/account/logout/")
    browser.force_login(first)
    assert "Private Words" not in browser.get(address).content.decode()


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


def test_officer_who_signs_finds_what_they_typed_again_and_has_signed_nothing(version, signed_in):
    signature = SignatureFactory(awaiting_approver=True, own_approver=True)
    browser = Client()
    address = f"/dashboard/{signature.reference}/sign/"
    typed = {"name": "Dr Ada Officer", "job_title": "Director", "capacity": "director", "version": "1"}
    browser.post(address, typed)
    sign_in(browser, signature.started_by.email, address)
    page = BeautifulSoup(browser.get(address).content, "html5lib")
    assert page.find("input", {"name": "name"})["value"] == "Dr Ada Officer"
    assert "Nothing is signed yet." in page.get_text()
    assert Signature.objects.get(pk=signature.pk).status == "awaiting_approver"


def test_text_of_a_tab_that_was_open_while_another_signed_in_is_sent_again_by_one_press(draft):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(draft.started_by.user)
    address = f"/sign/{draft.reference}/mission/"
    token = BeautifulSoup(browser.get(address).content, "html5lib").find(
        "input", {"name": "csrfmiddlewaretoken"}
    )["value"]
    browser.cookies["csrf"] = "n" * 32  # what signing in does
    typed = {"mission": "An hour of work\r\nand more", "csrfmiddlewaretoken": token}
    refused = browser.post(address, typed, headers={"origin": "http://testserver"})
    assert (refused.status_code, refused.headers["Cache-Control"]) == (403, "no-store")
    page = assert_good_page(refused.content.decode())
    assert "An hour of work" in page.find("dl").get_text()
    [form] = [form for form in page.select("main form") if form["action"] == address]
    again = {field["name"]: field.get("value", field.get_text()) for field in form.select("[name]")}
    assert browser.post(address, again).status_code == 302
    assert draft.commitments.get().mission == "An hour of work\nand more"


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://testserver:81"])
def test_what_another_site_sends_is_not_offered_to_be_sent_again(origin, draft):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(draft.started_by.user)
    refused = browser.post(
        f"/sign/{draft.reference}/mission/", {"mission": "Not your words"}, headers={"origin": origin}
    )
    assert refused.status_code == 403
    page = assert_good_page(refused.content.decode())
    assert "Not your words" not in page.get_text() and not page.select("main form")
