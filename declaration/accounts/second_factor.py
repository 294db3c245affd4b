"""The second factor of staff: whether it was used, and the forms it is entered in."""

import logging
from datetime import timedelta
from typing import Any, ClassVar, Final

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from declaration.accounts.codes import fingerprint
from declaration.accounts.models import User, WrongTry
from declaration.accounts.turns import take_turn
from declaration.plain_errors import PlainErrors

logger = logging.getLogger(__name__)

WRONG_TRIES: Final = 5
WRONG_TRIES_WINDOW: Final = timedelta(minutes=15)
FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

_WRONG = "The code is not right. Wait for the app to show a new code, then enter that"
_TOO_MANY = "Too many wrong codes were entered. Wait 15 minutes, then try again"


def has_factor(person: User) -> bool:
    return Authenticator.objects.filter(user_id=person.pk, type__in=FACTORS).exists()


def used_in_this_session(request: HttpRequest, person: User) -> bool:
    """Say whether this very session was proved with a second factor, and the person still has one.

    The department's sign-in counts as one where the settings trust it to ask for its own.
    """
    methods = {record.get("method") for record in get_authentication_records(request, person)}
    if settings.OIDC_ISSUER and settings.OIDC_TRUST_SECOND_FACTOR and "oidc" in methods:
        return True
    return "mfa" in methods and has_factor(person)


def came_by_the_right_door(request: HttpRequest, person: User) -> bool:
    """Say whether this session began at the department's sign-in, where there is one."""
    records = get_authentication_records(request, person)
    return not settings.OIDC_ISSUER or any(record.get("method") == "oidc" for record in records)


def check(person: User, typed: str) -> Authenticator | None:
    """Return the authenticator a typed code belongs to, or nothing for a wrong one.

    A code of an authenticator app, or a recovery code, is right once. Wrong ones count against
    the person. Raises ValidationError when there were too many.
    """
    digits = "".join(typed.split()).replace("-", "")
    about = fingerprint("second_factor", str(person.pk))
    with transaction.atomic():
        take_turn(about)
        now = timezone.now()
        wrong = WrongTry.objects.filter(about=about, at__gt=now - WRONG_TRIES_WINDOW)
        if wrong.count() >= WRONG_TRIES:
            raise ValidationError(_TOO_MANY)
        kinds = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
        for authenticator in Authenticator.objects.filter(user_id=person.pk, type__in=kinds):
            if authenticator.type == Authenticator.Type.TOTP:
                right = _use_app_code(authenticator, digits)
            else:
                right = authenticator.wrap().validate_code(digits)
            if right:
                # Read again: using a recovery code wrote to a copy of the row.
                return Authenticator.objects.select_related("user").get(pk=authenticator.pk)
        WrongTry.objects.create(about=about, at=now)
    logger.warning("A second factor was refused: person %s", person.pk)
    return None


def _use_app_code(authenticator: Authenticator, digits: str) -> bool:
    """Accept a code of the app when it is newer than the last one that was accepted."""
    secret = decrypt(authenticator.data["secret"])
    for counter in yield_hotp_counters_from_time():
        newer = counter > authenticator.data.get("last_counter", 0)
        if newer and constant_time_compare(digits, format_hotp_value(hotp_value(secret, counter))):
            authenticator.data["last_counter"] = counter
            authenticator.save(update_fields=["data"])
            return True
    return False


_CODE_FIELD: dict[str, Any] = {
    "classes": "govuk-input--width-10",
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
    "spellcheck": False,
}


def _code_field(label: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=30, error_messages={"required": "Enter the code"})


def _accepted(form: AuthenticateForm | ReauthenticateForm) -> str:
    """Return the code that was typed, once it is found right. Raises ValidationError."""
    found = check(form.user, form.cleaned_data["code"])
    if found is None:
        raise ValidationError(_WRONG)
    form.authenticator = found
    return str(form.cleaned_data["code"])


class EnterCodeForm(PlainErrors, AuthenticateForm):
    """At sign-in, after the emailed code."""

    code = _code_field("Code from your authenticator app, or a recovery code")
    govuk: ClassVar[dict[str, dict[str, Any]]] = {"code": _CODE_FIELD}

    def clean_code(self) -> str:
        return _accepted(self)


class EnterCodeAgainForm(PlainErrors, ReauthenticateForm):
    """Before the second factor may be changed."""

    code = _code_field("Code from your authenticator app, or a recovery code")
    govuk: ClassVar[dict[str, dict[str, Any]]] = {"code": _CODE_FIELD}

    def clean_code(self) -> str:
        return _accepted(self)


class AddAppForm(PlainErrors, ActivateTOTPForm):
    code = _code_field("Enter the 6-digit code that the app shows")
    govuk: ClassVar[dict[str, dict[str, Any]]] = {"code": _CODE_FIELD}


class AddKeyForm(PlainErrors, AddWebAuthnForm):
    name = forms.CharField(
        label="A name for it",
        max_length=60,
        required=False,
        help_text="For example, work laptop. It helps you tell your passkeys apart.",
    )
    govuk: ClassVar[dict[str, dict[str, Any]]] = {"name": {"classes": "govuk-input--width-20"}}
