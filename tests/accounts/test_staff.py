"""Staff: the second factor, the door of the admin, roles and who gives them."""

import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declaration.outbox.models import Email
from tests.accounts.people import app_code, is_signed_in, sign_in, sign_in_as_staff, staff_member
from tests.html import assert_good_page

pytestmark = pytest.mark.django_db

ADMIN = "/admin/"


def page(response):
    assert response.status_code == 200, (response.status_code, response.get("Location"))
    return assert_good_page(response.content.decode())


@pytest.fixture
def moderator():
    return staff_member("moderator")


@pytest.fixture
def enrolled(moderator):
    """A moderator who has an authenticator app and recovery codes, and the app's secret."""
    secret = generate_totp_secret()
    TOTP.activate(moderator, secret)
    RecoveryCodes.activate(moderator)
    return moderator, secret


class TestDoor:
    def test_open_admin_unknown_leads_to_the_code_and_back(self, client):
        there = client.get("/admin/?a=1")["Location"]
        assert there == f"{reverse('account_request_login_code')}?next=%2Fadmin%2F%3Fa%3D1"

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_admin_login_page_is_out_of_reach(self, client, method):
        data = {"username": "a@b.gov.uk", "password": "x"}
        response = getattr(client, method)("/admin/login/?next=/admin/", data)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_request_login_code"))
        sign_in_as_staff(client, staff_member("administrator"))
        assert getattr(client, method)("/admin/login/", data)["Location"] == ADMIN

    def test_open_admin_without_a_role_explains_and_does_not_loop(self, client):
        sign_in(client, "pat@camden.gov.uk")
        for path in (ADMIN, "/admin/login/", "/admin/accounts/user/", "/admin/nothing/"):
            response = client.get(path)
            assert response.status_code == 403, path
            soup = assert_good_page(response.content.decode())
            assert soup.h1.get_text(strip=True) == "You cannot open the staff pages"

    def test_open_admin_without_a_factor_leads_to_setting_one_up(self, client, moderator):
        assert sign_in(client, moderator.email, ADMIN)["Location"] == ADMIN
        assert client.get(ADMIN)["Location"] == reverse("mfa_index")
        assert page(client.get(reverse("mfa_index"))).h1.get_text(strip=True) == (
            "Set up a second step of signing in"
        )

    def test_factor_set_up_in_another_session_does_not_open_this_one(self, client, enrolled):
        client.force_login(enrolled[0])
        there = client.get(ADMIN)["Location"]
        assert there == f"{reverse('mfa_reauthenticate')}?next=%2Fadmin%2F"
        page(client.get(there))
        response = client.post(reverse("mfa_reauthenticate"), {"code": app_code(enrolled[1]), "next": ADMIN})
        assert response["Location"] == ADMIN
        assert client.get(ADMIN).status_code == 200

    def test_password_pages_are_gone(self, client):
        sign_in_as_staff(client, staff_member("administrator"))
        assert client.get("/admin/password_change/").status_code == 404
        assert client.get("/admin/password_change/done/").status_code == 404

    def test_sign_out_of_admin_clears_the_browser(self, client, moderator):
        sign_in_as_staff(client, moderator)
        assert client.post("/admin/logout/")["Clear-Site-Data"]
        assert client.get(ADMIN).status_code == 302

    def test_officer_has_no_second_factor_pages(self, client):
        sign_in(client, "pat@camden.gov.uk")
        for name in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn"):
            assert client.get(reverse(name)).status_code == 404, name


class TestApp:
    def test_set_up_then_sign_in_with_it(self, client, moderator, django_capture_on_commit_callbacks):
        sign_in(client, moderator.email, ADMIN)
        response = client.get(reverse("mfa_activate_totp"))
        soup = page(response)
        assert soup.find("img")["src"].startswith("data:image/svg+xml;base64,")
        assert "img-src 'self' data:" in response["Content-Security-Policy"]
        assert "data:" not in client.get(reverse("mfa_index"))["Content-Security-Policy"]
        secret = soup.find(id="secret").get_text(strip=True)
        wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
        assert page(wrong).select_one(".govuk-error-summary")
        with django_capture_on_commit_callbacks(execute=True):
            done = client.post(reverse("mfa_activate_totp"), {"code": app_code(secret)})
        assert done["Location"] == reverse("mfa_view_recovery_codes")
        codes = page(client.get(done["Location"])).select("main code")
        assert len(codes) == 10
        assert client.get(ADMIN).status_code == 200, "the factor just added counts for this session"
        assert Email.objects.filter(to=moderator.email, message="second_factor_changed").count() == 1

        again = Client()
        response = sign_in(again, moderator.email, ADMIN)
        assert response["Location"] == reverse("mfa_authenticate")
        assert not is_signed_in(again)
        page(again.get(reverse("mfa_authenticate")))
        assert again.get(ADMIN).status_code == 302
        response = again.post(reverse("mfa_authenticate"), {"code": app_code(secret)})
        assert response["Location"] == ADMIN
        assert again.get(ADMIN).status_code == 200

    def test_code_of_the_app_works_once(self, enrolled):
        person, secret = enrolled
        code = app_code(secret)
        for browser, let_in in ((Client(), True), (Client(), False)):
            sign_in(browser, person.email)
            browser.post(reverse("mfa_authenticate"), {"code": code})
            assert is_signed_in(browser) is let_in

    def test_older_code_is_refused_after_a_newer_one(self, enrolled):
        person, secret = enrolled
        now = time.time()
        for at, let_in in ((now, True), (now - 30, False)):
            browser = Client()
            sign_in(browser, person.email)
            browser.post(reverse("mfa_authenticate"), {"code": app_code(secret, at)})
            assert is_signed_in(browser) is let_in

    def test_recovery_code_works_once(self, enrolled):
        person, _ = enrolled
        kept = Authenticator.objects.get(user=person, type="recovery_codes")
        code = kept.wrap().get_unused_codes()[0]
        for browser, let_in in ((Client(), True), (Client(), False)):
            sign_in(browser, person.email)
            browser.post(reverse("mfa_authenticate"), {"code": code})
            assert is_signed_in(browser) is let_in

    def test_five_wrong_codes_close_the_factor_for_fifteen_minutes(self, enrolled):
        person, secret = enrolled
        start = timezone.now()
        with time_machine.travel(start, tick=False):
            browser = Client()
            sign_in(browser, person.email)
            for _ in range(5):
                browser.post(reverse("mfa_authenticate"), {"code": "000000"})
            refused = browser.post(reverse("mfa_authenticate"), {"code": app_code(secret)})
            assert "Wait 15 minutes" in page(refused).select_one(".govuk-error-summary").get_text()
            assert not is_signed_in(browser)
        with time_machine.travel(start + timedelta(minutes=15, seconds=1), tick=False):
            browser = Client()
            sign_in(browser, person.email)
            browser.post(reverse("mfa_authenticate"), {"code": app_code(secret)})
            assert is_signed_in(browser)

    def test_sign_in_waits_for_nobody_else(self, enrolled):
        """The second step belongs to the browser that proved the mailbox."""
        stranger = Client()
        response = stranger.post(reverse("mfa_authenticate"), {"code": app_code(enrolled[1])})
        assert response["Location"] == reverse("account_login")
        assert not is_signed_in(stranger)

    @pytest.mark.parametrize(
        "name",
        ["mfa_deactivate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes", "mfa_view_recovery_codes"],
    )
    def test_change_of_the_factor_needs_it_again(self, client, enrolled, name):
        person, secret = enrolled
        sign_in_as_staff(client, person)
        there = client.get(reverse(name))["Location"]
        assert there.startswith(reverse("mfa_reauthenticate"))
        thief = sign_in_as_staff(Client(), person)
        assert thief.post(reverse(name)).status_code in {302, 405}
        assert Authenticator.objects.filter(user=person).count() == 2
        response = client.post(there, {"code": app_code(secret), "next": reverse(name)})
        assert response["Location"] == reverse(name)
        page(client.get(reverse(name)))

    def test_removing_the_app_closes_the_admin_until_another_is_there(self, client, enrolled):
        person, secret = enrolled
        sign_in_as_staff(client, person)
        client.post(reverse("mfa_reauthenticate"), {"code": app_code(secret)})
        client.post(reverse("mfa_deactivate_totp"))
        assert not Authenticator.objects.filter(user=person).exists()
        assert client.get(ADMIN)["Location"] == reverse("mfa_index")

    def test_first_factor_needs_a_fresh_sign_in(self, client, moderator):
        start = timezone.now()
        with time_machine.travel(start, tick=False):
            sign_in(client, moderator.email)
        with time_machine.travel(start + timedelta(minutes=16), tick=False):
            response = client.get(reverse("mfa_activate_totp"))
            assert response["Location"].startswith(reverse("account_request_login_code"))
            assert not is_signed_in(client)

    def test_looking_at_recovery_codes_changes_nothing(self, client, enrolled):
        person, secret = enrolled
        sign_in_as_staff(client, person)
        client.post(reverse("mfa_reauthenticate"), {"code": app_code(secret)})
        before = list(Authenticator.objects.order_by("pk").values())
        page(client.get(reverse("mfa_view_recovery_codes")))
        assert list(Authenticator.objects.order_by("pk").values()) == before
