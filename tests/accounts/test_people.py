"""Staff accounts: who makes them, who gives roles, and what the database itself holds to."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from declaration.accounts import staffing
from declaration.accounts.models import User
from declaration.audit.models import AuditEvent
from tests.accounts.people import sign_in, sign_in_as_staff, staff_member

pytestmark = pytest.mark.django_db

ADMIN = "/admin/"


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


class TestLastAdministrator:
    def test_keeps_an_administrator_whoever_asks(self):
        boss = staff_member("administrator")
        for change in ({"role": "viewer"}, {"is_active": False}):
            with pytest.raises(staffing.LastAdministrator):
                staffing.change(person=boss, by=None, **change)
        with pytest.raises(CommandError, match="last administrator"):
            call_command("create_staff", boss.email, "--role", "viewer", stdout=StringIO())
        boss.refresh_from_db()
        assert (boss.role, boss.is_active) == ("administrator", True)

    def test_two_who_take_each_others_role_leave_one(self):
        first, second = (staff_member("administrator", f"{n}@communities.gov.uk") for n in ("a", "b"))
        staffing.change(person=second, by=first, role="viewer")
        with pytest.raises(PermissionDenied):
            staffing.change(person=first, by=second, role="viewer")
        assert User.objects.get(role="administrator") == first

    def test_closed_account_counts_for_nobody(self):
        boss = staff_member("administrator")
        User.objects.create_user("gone@communities.gov.uk", role="administrator", is_active=False)
        with pytest.raises(staffing.LastAdministrator):
            staffing.change(person=boss, by=None, role="")


@pytest.mark.django_db
def test_nobody_is_asked_for_a_password(client):
    """A row made without the manager has an empty password, which Django takes for a password."""
    person = User.objects.create(email="somebody@communities.gov.uk", role="viewer")
    sign_in_as_staff(client, person)
    session = client.session
    for method in (methods := session["account_authentication_methods"]):
        method["at"] -= 3600
    session["account_authentication_methods"] = methods
    session.save()
    page = client.get(reverse("mfa_deactivate_totp"), follow=True)
    assert (page.status_code, page.request["PATH_INFO"]) == (200, reverse("mfa_reauthenticate"))
