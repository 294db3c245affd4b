"""The department's own sign-in: a real provider on this machine, groups as roles, and the browser between."""

import os
import re
import time
from urllib.parse import urlsplit

import pytest
import requests
from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from playwright.sync_api import expect

from declaration.accounts import oidc
from declaration.accounts.models import SignIn, User
from declaration.accounts.roles import Role
from declaration.audit.models import AuditEvent
from tests.accounts.people import sign_in_as_staff, staff_member
from tests.browser import assert_good_in_browser
from tests.html import assert_good_page
from tests.programs import Program, free_port, python, temporary_folder
from tests.servers import Stack

ROLES = {"ldd-mods": "moderator", "ldd-admins": "administrator", "ldd-readers": "viewer"}
MO = {"email": "Mo@communities.gov.uk", "name": "Mo Derator", "groups": ["all-staff", "ldd-mods"]}


@pytest.fixture(scope="module")
def provider():
    """A provider that people sign in to by typing their name, and how to say what it knows of them."""
    port = free_port()
    with temporary_folder() as folder:
        command = python("oidc_provider_mock", "--port", str(port))
        program = Program(command, folder / "provider.log", env={**os.environ, "PYTHONWARNINGS": "ignore"})
        try:
            program.wait_for_port(port)
            yield f"http://localhost:{port}"
        finally:
            program.kill()


def knows(provider, subject, **claims):
    assert requests.put(f"{provider}/users/{subject}", json=claims).status_code == 204


@pytest.fixture
def with_provider(settings):
    settings.OIDC_ISSUER = "https://login.example"
    settings.OIDC_ROLES = ROLES


def claims(**differences):
    return {"sub": "1", "iss": "https://login.example", **MO, **differences}


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["ldd-readers", "ldd-admins", "ldd-mods"], "administrator"),
        (["ldd-readers"], "viewer"),
        ("ldd-mods", "moderator"),
        (["LDD-MODS", "moderator", "administrator"], ""),
        ([["ldd-mods"], None, 1], ""),
        ({"ldd-mods": True}, ""),
        (None, ""),
        ([], ""),
    ],
)
def test_groups_give_the_role_that_may_most_or_none(with_provider, groups, role):
    assert oidc.role_of(groups) == role


def test_settings_know_the_roles_there_are():
    assert {*ROLES.values(), "editor"} == {role.value for role in Role if role}


@pytest.mark.django_db
class TestPeople:
    def test_first_sign_in_makes_the_account(self, with_provider):
        person = oidc.person_of_claims(claims())
        assert (person.email, person.full_name, person.role) == (
            "mo@communities.gov.uk",
            "Mo Derator",
            "moderator",
        )

    def test_role_follows_the_groups_at_each_sign_in_and_is_on_record(self, with_provider):
        oidc.person_of_claims(claims())
        person = oidc.person_of_claims(claims(groups=["ldd-readers"]))
        assert person.role == "viewer"
        event = AuditEvent.objects.about(person).latest("pk")
        assert (event.verb, event.actor_role) == ("changed role", "system")
        assert event.note == "By the groups of the department's sign-in."

    def test_no_group_takes_the_role_and_ends_every_session(self, with_provider):
        person = oidc.person_of_claims(claims())
        browser = sign_in_as_staff(Client(), person)
        assert browser.get("/account/").status_code == 200
        assert oidc.person_of_claims(claims(groups=["all-staff"])) is None
        person.refresh_from_db()
        assert person.role == ""
        assert browser.get("/account/").status_code == 302

    def test_last_administrator_loses_the_role_with_the_group(self, with_provider):
        person = oidc.person_of_claims(claims(groups=["ldd-admins"]))
        assert oidc.person_of_claims(claims(groups=[])) is None
        person.refresh_from_db()
        assert person.role == ""

    def test_stranger_without_a_group_gets_no_account(self, with_provider):
        assert oidc.person_of_claims(claims(groups=[])) is None
        assert not User.objects.exists()

    def test_account_that_was_there_before_is_found_by_its_address(self, with_provider):
        before = staff_member("viewer", "mo@communities.gov.uk")
        assert oidc.person_of_claims(claims()) == before

    def test_person_keeps_the_account_when_their_address_changes(self, with_provider):
        person = oidc.person_of_claims(claims())
        assert oidc.person_of_claims(claims(email="mo.derator@communities.gov.uk")) == person

    @pytest.mark.parametrize(
        "wrong",
        [
            {"sub": "2"},
            {"iss": "https://other.example"},
            {"email_verified": False},
            {"email": ""},
            {"email": "mo"},
        ],
    )
    def test_address_that_is_not_vouched_for_opens_nothing(self, with_provider, wrong):
        person = oidc.person_of_claims(claims())
        with pytest.raises(oidc.NotTrusted):
            oidc.person_of_claims(claims(groups=["ldd-admins"]) | wrong)
        person.refresh_from_db()
        assert person.role == "moderator"

    def test_code_by_email_opens_no_staff_page_beside_the_provider(self, with_provider):
        browser = sign_in_as_staff(Client(), staff_member("administrator"))
        page = browser.get("/admin/")
        assert page.status_code == 403
        assert assert_good_page(page.content.decode()).h1.get_text(strip=True) == "Sign in to the staff pages"
        assert browser.post("/admin/declaration/servicearea/add/", {"name": "x"}).status_code == 403

    @pytest.mark.parametrize(("trusted", "status"), [(False, 302), (True, 200)])
    def test_second_factor_is_ours_unless_the_provider_is_trusted_with_it(
        self, with_provider, settings, trusted, status
    ):
        settings.OIDC_TRUST_SECOND_FACTOR = trusted
        browser, person = Client(), staff_member("viewer")
        browser.force_login(person)
        session = browser.session
        session["account_authentication_methods"] = [{"method": "oidc", "at": time.time()}]
        session["account_authentication_methods_user"] = user_id_to_str(person)
        session.save()
        assert browser.get("/admin/").status_code == status

    def test_role_is_only_read_in_the_admin_while_groups_give_it(self, client, with_provider, settings):
        viewer = staff_member("viewer")
        settings.OIDC_ISSUER = ""
        sign_in_as_staff(client, staff_member("administrator"))
        page = f"/admin/accounts/user/{viewer.pk}/change/"
        assert 'name="role"' in client.get(page).content.decode()
        settings.OIDC_ISSUER = "https://login.example"
        session = client.session
        session["account_authentication_methods"] += [{"method": "oidc", "at": time.time()}]
        session.save()
        assert 'name="role"' not in client.get(page).content.decode()

    def test_provider_that_is_away_says_so(self, with_provider, settings, monkeypatch):
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {
                "APPS": [
                    {
                        "provider_id": "department",
                        "name": "X",
                        "client_id": "x",
                        "secret": "x",
                        "settings": {"server_url": f"http://localhost:{free_port()}"},
                    }
                ]
            }
        }
        answer = Client().post("/account/provider/", {"next": "/admin/"})
        assert answer.status_code == 503
        assert_good_page(answer.content.decode())

    def test_answer_nobody_asked_for_is_refused(self, with_provider):
        answer = Client().get("/account/provider/department/callback/?code=1&state=2")
        assert answer.status_code == 403
        assert_good_page(answer.content.decode())
        assert Client().get("/account/provider/another/callback/?code=1&state=2").status_code == 404


@pytest.fixture(scope="module")
def service(provider):
    settings = {
        "OIDC_ISSUER": provider,
        "OIDC_CLIENT_ID": "declaration",
        "OIDC_CLIENT_SECRET": "a secret",
        "OIDC_ROLES": ",".join(f"{group}={role}" for group, role in ROLES.items()),
        "AUTHLIB_INSECURE_TRANSPORT": "1",
    }
    with Stack("sqlite", worker=False, env=settings) as running:
        yield running


def comes_in(page, service, subject):
    page.goto(f"{service.url}/admin/")
    assert_good_in_browser(page)
    page.get_by_role("button", name="Sign in with MHCLG").click()
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def sees(page, heading):
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def test_moderator_comes_in_by_the_department_and_out_with_the_group(page, context, provider, service):
    refused = []
    page.on(
        "console", lambda message: "Content Security Policy" in message.text and refused.append(message.text)
    )
    knows(provider, "mo", **MO)
    comes_in(page, service, "mo")
    sees(page, "Set up a second step of signing in")
    page.get_by_role("button", name="Set up an authenticator app").click()
    secret = page.locator("#secret").inner_text()
    counter = page.evaluate("Math.floor(Date.now() / 30000)")
    page.get_by_label(re.compile("6-digit code")).fill(format_hotp_value(hotp_value(secret, counter)))
    page.get_by_role("button", name="Continue").click()
    sees(page, "Your recovery codes")
    codes = page.locator("main li").all_inner_texts()
    page.goto(f"{service.url}/admin/")
    expect(page).to_have_url(f"{service.url}/admin/")
    page.goto(f"{service.url}/account/")
    expect(page.get_by_role("cell", name="The department’s sign-in")).to_be_visible()

    # The second time the groups are somebody else's: the role goes, and the first window with it.
    knows(provider, "mo", **MO | {"groups": ["all-staff"]})
    second = context.browser.new_context()
    other = second.new_page()
    comes_in(other, service, "mo")
    sees(other, "You cannot open the staff pages")
    assert_good_in_browser(other)
    page.goto(f"{service.url}/admin/")
    sees(page, "Sign in to the staff pages")
    assert service.rows("SELECT role, is_staff FROM accounts_user") == [("", 0)]

    # Back in the group, the second step is asked for again.
    knows(provider, "mo", **MO)
    comes_in(other, service, "mo")
    sees(other, "Enter the code from your app")
    other.get_by_label(re.compile("recovery code")).fill(codes[0].strip())
    other.get_by_role("button", name="Continue").click()
    expect(other).to_have_url(f"{service.url}/admin/")
    second.close()
    assert refused == []


def test_cancelling_at_the_department_signs_nobody_in(page, service):
    page.goto(f"{service.url}/admin/")
    page.get_by_role("button", name="Sign in with MHCLG").click()
    page.get_by_role("button", name="Deny").click()
    sees(page, "We could not sign you in")
    assert_good_in_browser(page)


def test_form_may_lead_to_the_department_alone(page, provider, service):
    answer = page.goto(f"{service.url}/admin/")
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(provider))
    assert f"form-action 'self' {origin};" in answer.headers["content-security-policy"] + ";"


@pytest.mark.django_db
def test_sign_in_by_the_department_is_noted_as_that():
    person = staff_member("viewer")
    assert (
        SignIn.objects.create(person=person, method="oidc").get_method_display() == "The department’s sign-in"
    )
    assert not Authenticator.objects.exists()
