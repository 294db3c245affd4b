"""Staff: the second factor, the door of the admin, roles and who gives them."""

import time
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from declaration.accounts import staffing
from declaration.accounts.models import User
from declaration.audit.models import AuditEvent
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


class TestPeople:
    def test_create_staff_says_what_comes_next(self):
        out = StringIO()
        call_command("create_staff", " Sam@Communities.gov.uk ", "--name", "Sam Okoro", stdout=out)
        person = User.objects.get()
        assert (person.email, person.full_name, person.role, person.is_staff) == (
            "sam@communities.gov.uk",
            "Sam Okoro",
            "administrator",
            True,
        )
        assert not person.has_usable_password()
        assert "/admin/" in out.getvalue() and "/mailbox/" in out.getvalue()
        event = AuditEvent.objects.about(person).get()
        assert (event.verb, event.actor_role, event.after["role"]) == (
            "added person",
            "system",
            "administrator",
        )

    def test_create_staff_raises_an_officer_and_ends_their_sessions(self, client):
        sign_in(client, "pat@camden.gov.uk")
        call_command("create_staff", "pat@camden.gov.uk", "--role", "viewer", stdout=StringIO())
        person = User.objects.get()
        assert person.role == "viewer"
        assert client.get(reverse("account_request_login_code")).status_code == 200
        assert AuditEvent.objects.about(person).get().before["role"] == ""

    def test_create_staff_refuses_what_is_no_address(self):
        with pytest.raises(CommandError, match="not an email address"):
            call_command("create_staff", "sam")

    def test_reset_second_factor_removes_it(self, enrolled):
        person, _ = enrolled
        call_command("reset_second_factor", person.email, stdout=StringIO())
        assert not Authenticator.objects.filter(user=person).exists()
        assert AuditEvent.objects.about(person).get().verb == "removed second factor"
        with pytest.raises(CommandError):
            call_command("reset_second_factor", "nobody@communities.gov.uk")

    def test_change_role_in_admin_is_on_record_and_ends_sessions(self, client, moderator):
        boss = staff_member("administrator")
        theirs = sign_in_as_staff(Client(), moderator)
        assert theirs.get(ADMIN).status_code == 200
        sign_in_as_staff(client, boss)
        where = reverse("admin:accounts_user_change", args=[moderator.pk])
        assert client.get(where).status_code == 200
        response = client.post(where, {"full_name": "", "role": "viewer", "is_active": "on"})
        assert response.status_code == 302
        moderator.refresh_from_db()
        assert moderator.role == "viewer"
        event = AuditEvent.objects.about(moderator).get()
        assert (event.verb, event.actor_id, event.actor_role) == ("changed role", boss.pk, "administrator")
        assert (event.before["role"], event.after["role"]) == ("moderator", "viewer")
        assert theirs.get(ADMIN).status_code == 302

    def test_add_person_in_admin(self, client):
        sign_in_as_staff(client, staff_member("administrator"))
        response = client.post(
            reverse("admin:accounts_user_add"),
            {"email": "New@communities.gov.uk", "full_name": "", "role": "viewer", "is_active": "on"},
        )
        assert response.status_code == 302
        assert User.objects.get(email="new@communities.gov.uk").is_staff

    def test_add_person_twice_is_refused(self, client, moderator):
        sign_in_as_staff(client, staff_member("administrator"))
        response = client.post(
            reverse("admin:accounts_user_add"), {"email": moderator.email.upper(), "role": "viewer"}
        )
        assert response.status_code == 200
        assert User.objects.filter(email=moderator.email).count() == 1

    def test_nobody_changes_their_own_role(self, client):
        boss = staff_member("administrator")
        sign_in_as_staff(client, boss)
        where = reverse("admin:accounts_user_change", args=[boss.pk])
        client.post(where, {"full_name": "The boss", "role": "viewer", "email": "x@y.gov.uk", "is_staff": ""})
        boss.refresh_from_db()
        assert (boss.full_name, boss.role, boss.is_active, boss.email) == (
            "The boss",
            "administrator",
            True,
            "administrator@communities.gov.uk",
        )
        with pytest.raises(PermissionDenied):
            staffing.change(person=boss, by=boss, role="viewer")

    def test_reset_second_factor_in_admin_leaves_ones_own(self, client, enrolled):
        boss = sign_in_as_staff(client, staff_member("administrator")) and User.objects.get(
            role="administrator"
        )
        theirs = sign_in_as_staff(Client(), enrolled[0])
        chosen = [boss.pk, enrolled[0].pk]
        client.post(
            reverse("admin:accounts_user_changelist"),
            {"action": "reset_second_factor", "_selected_action": chosen},
        )
        assert set(Authenticator.objects.values_list("user", flat=True)) == {boss.pk}
        assert theirs.get(ADMIN)["Location"].startswith(reverse("account_request_login_code"))

    @pytest.mark.parametrize("role", ["viewer", "moderator", "editor"])
    def test_others_can_neither_see_nor_change_people(self, client, role):
        person = staff_member(role)
        sign_in_as_staff(client, person)
        where = reverse("admin:accounts_user_change", args=[person.pk])
        assert client.get(where).status_code == 403
        assert client.post(where, {"role": "administrator", "is_active": "on"}).status_code == 403
        assert client.get(reverse("admin:accounts_user_changelist")).status_code == 403
        person.refresh_from_db()
        assert person.role == role


class TestRows:
    def test_address_is_unique_whatever_its_case(self):
        User.objects.create_user("pat@camden.gov.uk")
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create_user("PAT@camden.gov.uk")
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.bulk_create([User(email="Pat@camden.gov.uk")])

    def test_staff_by_role_alone(self):
        person = User.objects.create_user("pat@camden.gov.uk")
        person.is_staff = True
        person.save()
        assert person.is_staff is False
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.update(is_staff=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.update(role="emperor", is_staff=True)
        person.role = "viewer"
        person.save(update_fields=["role"])
        person.refresh_from_db()
        assert person.is_staff is True

    def test_nobody_gets_a_password(self):
        with pytest.raises(ValueError, match="password"):
            User.objects.create_user("pat@camden.gov.uk", "secret")
        with pytest.raises(ValidationError):
            User.objects.create_user("pat")

    def test_closed_account_may_nothing(self):
        person = staff_member("administrator")
        assert person.has_perm("accounts.change_user") and person.has_module_perms("accounts")
        person.is_active = False
        assert not person.has_perm("accounts.change_user") and not person.has_module_perms("accounts")
        assert person.get_all_permissions() == set()
