"""Staff come in by the department's own sign-in (OpenID Connect), and their groups say their role.

Off unless OIDC_ISSUER is set. While it is on, it is the only way into the staff pages: a code by
email signs officers in, and staff only as officers. The groups are asked at every sign-in.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from declaration.accounts import staffing
from declaration.accounts.models import User
from declaration.accounts.paths import own_path
from declaration.accounts.roles import Role

logger = logging.getLogger(__name__)

PROVIDER: Final = "department"
METHOD: Final = "oidc"
# Somebody in several groups has the role that may most.
_MOST_FIRST: Final = (Role.ADMINISTRATOR, Role.MODERATOR, Role.EDITOR, Role.VIEWER)


class NotTrusted(Exception):
    """The provider's answer does not say who this is."""


def role_of(groups: object) -> str:
    """Return the role of somebody in these groups; none for groups that are not in OIDC_ROLES."""
    names = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    roles = {settings.OIDC_ROLES.get(name) for name in names if isinstance(name, str)}
    return next((role for role in _MOST_FIRST if role in roles), Role.NONE)


@transaction.atomic
def person_of_claims(claims: Mapping[str, Any]) -> User | None:
    """Return who signed in, with the role of their groups; None when no group gives one.

    The role is written at every sign-in, so leaving the groups takes it away and ends every session.
    Raises NotTrusted for an address that the provider does not vouch for, or that another of its
    accounts has used here.
    """
    email = str(claims.get("email") or "").strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise NotTrusted("There is no email address in the answer.") from None
    if claims.get("email_verified") is False:
        raise NotTrusted("The provider has not checked the email address.")
    subject = f"{claims.get('iss', settings.OIDC_ISSUER)} {claims['sub']}"[:191]
    role = role_of(claims.get(settings.OIDC_GROUPS_CLAIM))
    known = SocialAccount.objects.filter(provider=PROVIDER, uid=subject).select_related("user").first()
    person = known.user if known else User.objects.filter(email=email).first()
    if person and SocialAccount.objects.filter(user=person).exclude(uid=subject).exists():
        raise NotTrusted("Another account of the provider has used this address.")
    if person is None and role:
        person = staffing.add(email=email, role=role, full_name=str(claims.get("name") or "")[:150], by=None)
    elif person and person.role != role:
        note = "By the groups of the department's sign-in."
        person = staffing.change(person=person, by=None, role=role, note=note, whoever_is_left=True)
    if person and role and not known:
        SocialAccount.objects.create(user=person, provider=PROVIDER, uid=subject)
    return person if role else None


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Takes over where allauth has checked the provider's answer, and shows our pages."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        answered = sociallogin.account.extra_data
        claims = {**answered.get("id_token", {}), **answered.get("userinfo", {})}
        raise ImmediateHttpResponse(_come_in(request, claims, sociallogin.get_redirect_url(request)))

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        exception = kwargs.get("exception")
        logger.warning("The department's sign-in did not work: %s", type(exception).__name__)
        raise ImmediateHttpResponse(_did_not_work(request))


def _come_in(request: HttpRequest, claims: Mapping[str, Any], target: str | None) -> HttpResponse:
    try:
        person = person_of_claims(claims)
    except NotTrusted as refused:
        logger.warning("The department's sign-in was refused: %s", refused)
        return _did_not_work(request)
    if request.user.is_authenticated and request.user != person:
        logout(request)
    if person is None:
        logger.warning("The department's sign-in was refused: no group gives a role")
        return render(request, "account/no_group.html", status=403)
    if not person.is_active:
        return redirect("account_inactive")
    clear_login(request)
    record_authentication(request, person, method=METHOD)
    login = Login(user=person, redirect_url=own_path(target or "") or reverse("admin:index"))
    response: HttpResponse = perform_login(request, login)
    return response


def _did_not_work(request: HttpRequest) -> HttpResponse:
    return render(request, "account/provider_failed.html", status=403)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Send somebody to the department's sign-in."""
    _refuse_while_off()
    try:
        response: HttpResponse = openid_connect.login(request, PROVIDER)
    except RequestException as away:
        logger.warning("The department's sign-in is away: %s", type(away).__name__)
        return render(request, "account/provider_failed.html", status=503)
    return response


@require_safe
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the department's sign-in sends people back to."""
    _refuse_while_off()
    if provider_id != PROVIDER:
        raise Http404
    try:
        response: HttpResponse = openid_connect.callback(request, PROVIDER)
    except RequestException as away:
        logger.warning("The department's sign-in is away: %s", type(away).__name__)
        return render(request, "account/provider_failed.html", status=503)
    return response


def _refuse_while_off() -> None:
    if not settings.OIDC_ISSUER:
        raise Http404("Staff sign in with a code by email.")
