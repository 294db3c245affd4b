"""People signing in, as a browser does it; and the short cut for tests of other things."""

import re
import time

from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.urls import reverse

from declaration.accounts.models import User
from declaration.accounts.second_factor import has_factor
from declaration.outbox.models import Email


def ask(client, email, next_path="", **extra):
    return client.post(reverse("account_request_login_code"), {"email": email, "next": next_path}, **extra)


def newest_code(email):
    """Return the code in the newest mail to an address."""
    text = Email.objects.filter(to=email, message="sign_in_code").latest("pk").text
    return re.search(r"^(\d{6})$", text, re.MULTILINE).group(1)


def enter(client, code, **extra):
    return client.post(reverse("account_confirm_login_code"), {"code": code}, **extra)


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06}"


def sign_in(client, email, next_path=""):
    """Sign in with the emailed code; return the response to the right code."""
    ask(client, email, next_path)
    return enter(client, newest_code(email))


def app_code(secret, at=None):
    """Return what an authenticator app shows, now or at another time in seconds."""
    return format_hotp_value(hotp_value(secret, int((at or time.time()) // 30)))


def is_signed_in(client):
    return "_auth_user_id" in client.session


def staff_member(role, email=None):
    return User.objects.create_user(email or f"{role or 'nobody'}@communities.gov.uk", role=role)


def sign_in_as_staff(client, person):
    """Make a test client's session one that was proved with a code and a second factor."""
    if not has_factor(person):
        TOTP.activate(person, generate_totp_secret())
    client.force_login(person)
    session = client.session
    now = time.time()
    session["account_authentication_methods"] = [
        {"method": "code", "at": now},
        {"method": "mfa", "at": now, "id": 0, "type": "totp"},
    ]
    session["account_authentication_methods_user"] = user_id_to_str(person)
    session.save()
    return client
