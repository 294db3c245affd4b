"""How long a session lasts, how it ends, and who may keep its pages."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declaration.accounts import staffing
from declaration.accounts.models import User
from declaration.accounts.tasks import forget_old
from tests.accounts.people import is_signed_in, sign_in, sign_in_as_staff, staff_member
from tests.html import assert_good_page

pytestmark = pytest.mark.django_db

OFFICER = "pat.smith@camden.gov.uk"
SIGNED_IN_PAGE = "/account/login/code/"  # leads on when signed in, asks for the address when not


def is_let_in(client):
    return client.get(SIGNED_IN_PAGE).status_code == 302


def test_sign_out_by_post_ends_the_session_and_clears_the_browser(client):
    sign_in(client, OFFICER)
    old = client.session.session_key
    response = client.post(reverse("account_logout"))
    assert response["Location"] == reverse("account_signed_out")
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert response.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 0
    assert not is_signed_in(client)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = old
    assert not is_let_in(thief)
    assert_good_page(client.get(response["Location"]).content.decode())


def test_sign_out_by_get_asks_first(client):
    sign_in(client, OFFICER)
    soup = assert_good_page(client.get(reverse("account_logout")).content.decode())
    assert soup.h1.get_text(strip=True) == "Do you want to sign out?"
    assert is_let_in(client)


def test_sign_out_needs_the_token_of_the_page():
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_user(OFFICER))
    assert client.post(reverse("account_logout")).status_code == 403
    assert is_let_in(client)


@pytest.mark.parametrize(("role", "idle"), [("", timedelta(hours=4)), ("moderator", timedelta(minutes=45))])
def test_session_ends_when_idle(client, role, idle):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        sign_in(client, staff_member(role).email)
        assert is_let_in(client)
    with time_machine.travel(start + idle - timedelta(seconds=1), tick=False):
        assert is_let_in(client)
    with time_machine.travel(start + idle * 2 - timedelta(seconds=2), tick=False):
        assert is_let_in(client)
    with time_machine.travel(start + idle * 3, tick=False):
        assert not is_let_in(client)
        assert not is_signed_in(client)


def test_session_ends_after_twelve_hours_however_busy(client):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        sign_in(client, OFFICER)
    for hours in (0, 3, 6, 9, 11.9):
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            assert is_let_in(client)
    with time_machine.travel(start + timedelta(hours=12), tick=False):
        assert not is_let_in(client)


def test_session_ends_when_the_account_is_closed(client):
    person = User.objects.create_user(OFFICER)
    client.force_login(person)
    assert is_let_in(client)
    staffing.change(person=person, by=None, is_active=False)
    assert not is_let_in(client)
    staffing.change(person=person, by=None, is_active=True)
    assert not is_let_in(client), "opening the account again revives no session"


@pytest.mark.parametrize(
    ("before", "after"), [("moderator", ""), ("", "viewer"), ("viewer", "administrator")]
)
def test_every_session_ends_when_the_role_changes(before, after):
    person = staff_member(before)
    browsers = [sign_in_as_staff(Client(), person) for _ in range(2)]
    assert [is_let_in(browser) for browser in browsers] == [True, True]
    staffing.change(person=person, by=None, role=after)
    assert [is_let_in(browser) for browser in browsers] == [False, False]


def test_pages_that_read_a_session_are_kept_by_no_cache(client):
    ask_page = client.get(reverse("account_request_login_code"))
    assert ask_page["Cache-Control"] == "no-store"
    sign_in_as_staff(client, staff_member("administrator"))
    for path in (reverse("admin:index"), reverse("mfa_index"), reverse("account_logout")):
        assert client.get(path)["Cache-Control"] == "no-store", path


def test_public_page_reads_no_session_also_when_signed_in(client):
    assert not client.get(reverse("account_signed_out")).cookies
    client.force_login(User.objects.create_user(OFFICER))
    response = client.get(reverse("account_signed_out"))
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert "Cache-Control" not in response


def test_cookies_are_bound_to_the_host_over_https():
    """Settings are read once, so a second Python reads them as production does."""
    script = (
        "import django; from django.conf import settings as s; django.setup();"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        "s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE,"
        "s.SESSION_COOKIE_DOMAIN, s.SESSION_COOKIE_PATH, s.CSRF_COOKIE_DOMAIN, s.CSRF_COOKIE_PATH)"
    )
    env = {**os.environ, "SITE_URL": "https://declaration.example.gov.uk"}
    env["DJANGO_SETTINGS_MODULE"] = "config.settings"
    ran = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == (
        ["__Host-session", "__Host-csrf", *["True"] * 4, "Lax", "None", "/", "None", "/"]
    )


def test_forget_old_ends_what_is_over():
    start = timezone.now()
    with time_machine.travel(start - timedelta(days=2), tick=False):
        Client().force_login(User.objects.create_user(OFFICER))
    Client().force_login(User.objects.get())
    assert Session.objects.count() == 2
    forget_old()
    assert Session.objects.count() == 1
