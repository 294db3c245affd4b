"""Signing in as a person does it, in a real browser and under the real content security policy."""

import re
import time

import pytest
from playwright.sync_api import expect

from declaration.accounts.models import User
from tests.accounts.people import app_code, newest_code, staff_member
from tests.browser import assert_good_in_browser

pytestmark = pytest.mark.django_db(transaction=True)

OFFICER = "pat.smith@camden.gov.uk"


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    assert_good_in_browser(page)


def ask_for_code(page, live_server, email, path="/account/login/code/?next=/account/logout/"):
    page.goto(live_server.url + path)
    heading(page, "What is your work email address?")
    page.get_by_label("What is your work email address?").fill(email)
    page.get_by_role("button", name="Send code").click()
    heading(page, "Check your email")


def enter_code(page, email):
    page.get_by_label("Enter the 6-digit code").fill(newest_code(email))
    page.get_by_role("button", name="Continue").click()


@pytest.fixture
def authenticator(watched):
    """A fingerprint reader that always says yes."""
    session = watched.context.new_cdp_session(watched)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_officer_signs_in_and_out(watched, live_server):
    watched.goto(f"{live_server.url}/account/login/code/")
    watched.get_by_role("button", name="Send code").click()
    expect(watched.locator(".govuk-error-summary")).to_be_focused()
    assert watched.title().startswith("Error: ")
    assert_good_in_browser(watched)
    ask_for_code(watched, live_server, "typo@camden.gov.uk")
    watched.get_by_role("button", name="Use a different email address").click()
    ask_for_code(watched, live_server, OFFICER)
    watched.get_by_role("button", name="Send another code").click()
    expect(watched.get_by_role("status")).to_contain_text("We have sent a new code")
    assert_good_in_browser(watched)
    watched.get_by_label("Enter the 6-digit code").fill("1")
    watched.get_by_role("button", name="Continue").click()
    expect(watched.locator(".govuk-error-summary")).to_be_focused()
    assert_good_in_browser(watched)
    enter_code(watched, OFFICER)
    heading(watched, "Do you want to sign out?")
    watched.get_by_role("main").get_by_role("button", name="Sign out").click()
    heading(watched, "You have signed out")


def test_officer_signs_in_with_the_keyboard_alone(watched, live_server):
    watched.goto(f"{live_server.url}/account/login/code/?next=/account/logout/")
    watched.keyboard.press("Tab")
    watched.keyboard.press("Enter")  # skip to main content
    watched.keyboard.press("Tab")
    watched.keyboard.type(OFFICER)
    watched.keyboard.press("Enter")
    expect(watched.get_by_role("heading", level=1)).to_have_text("Check your email")
    watched.get_by_label("Enter the 6-digit code").focus()
    watched.keyboard.type(newest_code(OFFICER))
    watched.keyboard.press("Enter")
    expect(watched.get_by_role("heading", level=1)).to_have_text("Do you want to sign out?")


def test_officer_who_opens_the_admin_gets_an_explanation(page, live_server):
    ask_for_code(page, live_server, OFFICER, "/admin/")
    enter_code(page, OFFICER)
    heading(page, "You cannot open the staff pages")


def test_too_many_codes_is_explained(page, live_server):
    ask_for_code(page, live_server, OFFICER)
    for _ in range(5):
        page.get_by_role("button", name="Send another code").click()
    heading(page, "You have asked for too many codes")


def test_staff_set_up_an_app_and_sign_in_with_it(watched, live_server):
    person = staff_member("moderator")
    ask_for_code(watched, live_server, person.email, "/admin/")
    enter_code(watched, person.email)
    heading(watched, "Set up a second step of signing in")
    watched.get_by_role("button", name="Set up an authenticator app").click()
    heading(watched, "Set up an authenticator app")
    picture = watched.get_by_role("img", name="QR code")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0"), "the policy lets it show"
    secret = watched.locator("#secret").inner_text()
    watched.get_by_label("Enter the 6-digit code that the app shows").fill(app_code(secret))
    watched.get_by_role("button", name="Continue").click()
    heading(watched, "Your recovery codes")
    watched.get_by_role("button", name="Go to the staff pages").click()
    expect(watched).to_have_url(f"{live_server.url}/admin/")
    watched.goto(f"{live_server.url}/account/second-factor/")
    heading(watched, "Your second step of signing in")
    watched.context.clear_cookies()
    ask_for_code(watched, live_server, person.email, "/admin/")
    enter_code(watched, person.email)
    heading(watched, "Enter the code from your app")
    watched.get_by_label(re.compile("Code from your authenticator app")).fill(app_code(secret, time.time()))
    watched.get_by_role("button", name="Continue").click()
    expect(watched).to_have_url(f"{live_server.url}/admin/")


def test_staff_set_up_a_passkey_and_sign_in_with_it(watched, live_server, authenticator):
    person = staff_member("editor")
    ask_for_code(watched, live_server, person.email, "/admin/")
    enter_code(watched, person.email)
    watched.get_by_role("button", name="Add a passkey or security key").click()
    heading(watched, "Add a passkey or security key")
    watched.get_by_label("A name for it").fill("Work laptop")
    watched.get_by_role("button", name="Add it").click()
    heading(watched, "Your recovery codes")
    watched.goto(f"{live_server.url}/admin/")
    expect(watched).to_have_url(f"{live_server.url}/admin/")
    watched.goto(f"{live_server.url}/account/second-factor/passkeys/")
    heading(watched, "Your passkeys and security keys")
    expect(watched.get_by_role("rowheader", name="Work laptop")).to_be_visible()
    watched.context.clear_cookies()
    ask_for_code(watched, live_server, person.email, "/admin/")
    enter_code(watched, person.email)
    heading(watched, "Enter the code from your app")
    watched.get_by_role("button", name="Use a passkey or security key").click()
    expect(watched).to_have_url(f"{live_server.url}/admin/")
    # Taking it away asks for it again.
    watched.goto(f"{live_server.url}/account/second-factor/passkeys/")
    watched.get_by_role("link", name="Remove Work laptop").click()
    if "enter-again" in watched.url:
        assert_good_in_browser(watched)
        if watched.get_by_role("link", name="Use a passkey or security key instead").count():
            watched.get_by_role("link", name="Use a passkey or security key instead").click()
        heading(watched, "Use your passkey or security key again")
        watched.get_by_role("button", name="Use a passkey or security key").click()
    heading(watched, "Do you want to remove this passkey or security key?")
    watched.get_by_role("button", name="Remove it").click()
    heading(watched, "Your passkeys and security keys")
    watched.goto(f"{live_server.url}/admin/")
    heading(watched, "Set up a second step of signing in")
    assert User.objects.get(pk=person.pk).role == "editor"


def test_passkey_that_does_not_work_says_so(page, live_server):
    """No reader is there, so the browser refuses."""
    person = staff_member("editor")
    ask_for_code(page, live_server, person.email, "/admin/")
    enter_code(page, person.email)
    page.goto(f"{live_server.url}/account/second-factor/passkeys/add/")
    page.evaluate("() => { navigator.credentials.create = () => Promise.reject(new Error('no')) }")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("alert")).to_contain_text("That did not work")
    assert_good_in_browser(page)
