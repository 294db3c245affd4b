"""Signing in with a code sent by email."""

import pytest
from django.urls import reverse

from declaration.accounts.models import SignInCode, User, WrongTry
from declaration.outbox.models import Email
from tests.accounts.people import ask, enter, is_signed_in, newest_code, sign_in, wrong
from tests.html import assert_good_page

pytestmark = pytest.mark.django_db

OFFICER = "pat.smith@camden.gov.uk"
REQUEST = "account_request_login_code"
CONFIRM = "account_confirm_login_code"


def page(response):
    return assert_good_page(response.content.decode())


def errors(response):
    return [item.get_text(strip=True) for item in page(response).select(".govuk-error-summary li")]


def test_ask_shows_a_good_page(client):
    soup = page(client.get(reverse(REQUEST)))
    field = soup.find("input", {"name": "email"})
    assert soup.h1.get_text(strip=True) == "What is your work email address?"
    assert (field["type"], field["autocomplete"]) == ("email", "email")


def test_enter_right_code_signs_in_and_makes_the_account(client):
    response = ask(client, OFFICER)
    assert response["Location"] == reverse(CONFIRM)
    assert not User.objects.exists(), "asking for a code makes no account"
    soup = page(client.get(reverse(CONFIRM)))
    assert OFFICER in soup.main.get_text()
    assert soup.find("input", {"name": "code"})["autocomplete"] == "one-time-code"
    response = enter(client, newest_code(OFFICER))
    assert (response.status_code, response["Location"]) == (302, "/dashboard/")
    person = User.objects.get()
    assert (person.email, person.role, person.is_staff) == (OFFICER, "", False)
    assert not person.has_usable_password()
    assert client.session["_auth_user_id"] == str(person.pk)


def test_enter_right_code_finds_the_account_whatever_the_case(client):
    person = User.objects.create_user(OFFICER)
    ask(client, " Pat.Smith@CAMDEN.gov.uk ")
    enter(client, newest_code(OFFICER))
    assert client.session["_auth_user_id"] == str(person.pk)
    assert User.objects.count() == 1


@pytest.mark.parametrize("typed", ["{0} {1}", " {0}-{1} ", "{0}{1}\t", "\u200b{0}\u2011{1}\ufeff"])
def test_enter_code_with_spaces_or_dashes_signs_in(client, typed):
    ask(client, OFFICER)
    code = newest_code(OFFICER)
    enter(client, typed.format(code[:3], code[3:]))
    assert is_signed_in(client)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "1" * 5000])
def test_enter_malformed_code_explains_and_counts_no_try(client, typed):
    ask(client, OFFICER)
    response = enter(client, typed)
    assert len(errors(response)) == 1
    assert not WrongTry.objects.exists()
    assert not is_signed_in(client)


@pytest.mark.parametrize("typed", ["12345\x00", "\x00"])
def test_nul_in_a_form_is_refused_and_changes_nothing(client, typed):
    assert ask(client, f"pat{typed}@camden.gov.uk").status_code in {200, 400}
    assert not Email.objects.exists()
    ask(client, OFFICER)
    assert enter(client, typed).status_code in {200, 400}
    assert not WrongTry.objects.exists()
    assert not is_signed_in(client)


def test_mail_carries_the_code_alone_on_a_line_and_not_in_the_subject(client):
    ask(client, OFFICER)
    email = Email.objects.get()
    code = newest_code(OFFICER)
    assert email.secret and email.to == OFFICER
    assert code in email.html
    assert code not in email.subject
    assert "10 minutes" in email.text and "ignore this email" in email.text


def test_code_is_kept_neither_in_the_session_nor_in_clear(client):
    ask(client, OFFICER)
    code = newest_code(OFFICER)
    kept = SignInCode.objects.get()
    assert code not in str(dict(client.session))
    assert all(code not in str(value) for value in (kept.digest, kept.salt, kept.address))
    assert OFFICER not in kept.address


def test_use_different_address_works_while_a_code_is_pending(client):
    ask(client, "typo@camden.gov.ukk")
    back = client.post(reverse("account_different_address"))
    assert back["Location"] == reverse(REQUEST)
    sign_in(client, OFFICER)
    assert User.objects.get().email == OFFICER


def test_ask_for_a_corrected_address_works_while_a_code_is_pending(client):
    ask(client, "typo@camden.gov.uk", "/sign/")
    assert client.get(reverse(REQUEST)).status_code == 200
    assert sign_in(client, OFFICER, "/sign/")["Location"] == "/sign/"
    assert User.objects.get().email == OFFICER


@pytest.mark.parametrize("name", ["account_resend_login_code", "account_different_address"])
def test_get_changes_nothing(client, name):
    ask(client, OFFICER)
    assert client.get(reverse(name)).status_code == 405
    assert Email.objects.count() == 1
    assert client.get(reverse(CONFIRM)).status_code == 200


@pytest.mark.parametrize(
    ("asked", "goes_to"),
    [
        ("/sign/you/?a=1", "/sign/you/?a=1"),
        ("https://evil.example/", "/dashboard/"),
        ("//evil.example/", "/dashboard/"),
        ("/\\evil.example", "/dashboard/"),
        ("javascript:alert(1)", "/dashboard/"),
        ("http:///evil.example", "/dashboard/"),
        ("/\t/evil.example", "/dashboard/"),
        ("", "/dashboard/"),
    ],
)
def test_sign_in_goes_on_to_our_own_paths_alone(client, asked, goes_to):
    form = page(client.get(reverse(REQUEST), {"next": asked}))
    assert form.find("input", {"name": "next"}).get("value", "") in {asked, ""}
    assert sign_in(client, OFFICER, asked)["Location"] == goes_to


def test_next_survives_a_mistake_and_a_different_address(client):
    response = ask(client, "nonsense", "/sign/you/")
    assert page(response).find("input", {"name": "next"})["value"] == "/sign/you/"
    ask(client, "typo@camden.gov.uk", "/sign/you/")
    back = client.post(reverse("account_different_address"))["Location"]
    assert page(client.get(back)).find("input", {"name": "next"})["value"] == "/sign/you/"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "pat",
        "pat@",
        "@camden.gov.uk",
        '"a@b"@camden.gov.uk',
        "pat@camden.gov.uk.",
        "pat@camden.gov.uk\r\nBcc: x@evil.example",
        "раt@camden.gov.uk",
        "pat@cаmden.gov.uk",
        f"{'a' * 250}@camden.gov.uk",
        "a@b@camden.gov.uk",
        f"pat@{'İ' * 60}.gov.uk",
        "pat@\N{KELVIN SIGN}ent.gov.uk",
    ],
)
def test_ask_with_what_is_no_plain_address_explains(client, address):
    response = ask(client, address)
    assert response.status_code == 200
    assert len(errors(response)) == 1
    assert not Email.objects.exists()


def test_ask_with_a_plus_tag_keeps_it(client):
    sign_in(client, "pat+council@camden.gov.uk")
    assert User.objects.get().email == "pat+council@camden.gov.uk"


def test_sign_in_keeps_what_the_session_held_and_changes_its_key(client):
    ask(client, OFFICER)
    session = client.session
    session["unsaved"] = {"mission": "What I had typed"}
    session.save()
    key = session.session_key
    enter(client, newest_code(OFFICER))
    assert client.session["unsaved"] == {"mission": "What I had typed"}
    assert client.session.session_key != key
    assert not type(session)().exists(key)


def test_sign_in_to_a_closed_account_explains(client):
    User.objects.create_user(OFFICER, is_active=False)
    response = sign_in(client, OFFICER)
    assert response["Location"] == reverse("account_inactive")
    closed = client.get(response["Location"])
    assert closed.status_code == 403
    assert page(closed).h1.get_text(strip=True) == "Your account is closed"
    assert not is_signed_in(client)


def test_open_sign_in_when_signed_in_goes_on(client):
    sign_in(client, OFFICER)
    assert client.get(reverse(REQUEST), {"next": "/sign/"})["Location"] == "/sign/"
    assert client.get(reverse(CONFIRM))["Location"] == "/dashboard/"


def test_log_in_address_leads_to_the_one_way_in(client):
    assert client.get(reverse("account_login"), {"next": "/sign/"})["Location"] == (
        f"{reverse(REQUEST)}?next=%2Fsign%2F"
    )


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "password/reset/",
        "password/change/",
        "password/set/",
        "email/",
        "confirm-email/",
        "reauthenticate/",
        "mfa/",
        "social/",
        "second-factor/trust/",
    ],
)
def test_what_we_do_not_offer_is_not_there(client, path):
    assert client.get(f"/account/{path}").status_code in {302, 404}
    sign_in(client, OFFICER)
    assert client.get(f"/account/{path}").status_code == 404


def test_logs_hold_neither_address_nor_code(client, caplog):
    caplog.set_level("DEBUG")
    ask(client, OFFICER)
    code = newest_code(OFFICER)
    enter(client, wrong(code))
    enter(client, code)
    person = User.objects.get()
    logged = [record for record in caplog.records if not record.name.startswith("django.db")]
    ours = [record.getMessage() for record in logged if record.name.startswith("declaration.accounts")]
    assert ours == ["A sign-in code was refused: wrong", f"Signed in: person {person.pk}"]
    everything = "\n".join(record.getMessage() for record in logged)
    assert OFFICER not in everything and code not in everything
