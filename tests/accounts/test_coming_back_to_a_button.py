"""Who signs in again after pressing a button comes to its page, and reads that nothing was done."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from declaration.accounts.middleware import NOTHING_DONE, STAFF_IDLE
from declaration.accounts.models import User
from tests.accounts.asking_everybody import PEOPLE, arguments
from tests.accounts.people import sign_in_as_staff
from tests.accounts.test_access import ROWS
from tests.html import assert_valid_html

pytestmark = pytest.mark.django_db
ADMINISTRATOR = PEOPLE.index("administrator")
BUTTONS = [
    name for name, row in ROWS.items() if name.startswith("admin:") and row["GET"][ADMINISTRATOR] == "m"
]


@pytest.fixture
def pressing():
    """Press a button after the session has run out; return the browser, signed in again."""
    person = User.objects.get(role="administrator")

    def press(path, **typed):
        browser = Client()
        sign_in_as_staff(browser, person)
        session = browser.session
        session["signed_in_at"] = session["seen_at"] = int(time.time() - STAFF_IDLE.total_seconds())
        session.save()
        away = browser.post(path, typed)
        assert away.headers["Location"].startswith(reverse("account_request_login_code"))
        kept = dict(browser.session.items())
        sign_in_as_staff(browser, person)
        session = browser.session
        session.update({name: value for name, value in kept.items() if name.startswith("unsaved")})
        session.save()
        return browser

    return press


def test_every_button_that_has_no_page_of_its_own(world, pressing):
    _, objects = world
    assert len(BUTTONS) > 10
    for name in BUTTONS:
        path = reverse(name, kwargs=arguments(name, objects))
        browser = pressing(path, version="1")
        page = browser.get(path, follow=True)
        assert page.redirect_chain and page.status_code == 200, name
        assert page.content.decode().count(NOTHING_DONE) == 1, name
        assert NOTHING_DONE not in browser.get(page.request["PATH_INFO"]).content.decode()


def test_back_to_the_record_with_the_list_it_was_opened_from(world, pressing):
    signature = world[1]["signatories.signature"]
    kept = "?_changelist_filters=status%3Dmine"
    path = reverse("admin:signatories_signature_care", args=[signature.pk, "take"]) + kept
    record = reverse("admin:signatories_signature_change", args=[signature.pk]) + kept
    assert pressing(path, version="1").get(path).headers["Location"] == record
    bulk = reverse("admin:signatories_signature_bulk", args=["park"]) + kept
    several = reverse("admin:signatories_signature_changelist") + "?status=mine"
    assert pressing(bulk).get(bulk).headers["Location"] == several


def test_words_come_first_and_can_be_sent_or_forgotten(world, pressing):
    signature = world[1]["signatories.signature"]
    path = reverse("admin:signatories_signature_care", args=[signature.pk, "note"])
    browser = pressing(path, text="Rang them.")
    shown = browser.get(path).content.decode()
    assert_valid_html(shown)
    assert "Rang them." in shown and not signature.notes.exists()
    away = browser.post(reverse("account_discard_unsaved"), {"page": path}, follow=True)
    assert NOTHING_DONE in away.content.decode() and "Rang them." not in away.content.decode()
    browser = pressing(path, text="Rang them.")
    browser.post(path, {"text": "Rang them."})
    assert [note.text for note in signature.notes.all()] == ["Rang them."]
    assert browser.get(path).status_code == 405


def test_nobody_else_is_led_anywhere(world):
    clients, objects = world
    path = reverse("admin:signatories_signature_care", args=[objects["signatories.signature"].pk, "take"])
    assert clients["administrator"].get(path).status_code == 405
