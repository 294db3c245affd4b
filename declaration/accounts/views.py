"""Sign in with a code sent by email, and sign out."""

import logging
from typing import Any, TypedDict

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from declaration.accounts import codes
from declaration.accounts.forms import CodeForm, EmailForm
from declaration.accounts.networks import network_of
from declaration.accounts.paths import own_path, sign_in_url

logger = logging.getLogger(__name__)

PENDING = "sign_in"


class Pending(TypedDict):
    """What the asking browser's session remembers between the two pages."""

    code: int
    email: str
    next: str


@require_http_methods(["GET", "HEAD", "POST"])
def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send what other code calls «log in» to the one way in."""
    return redirect(sign_in_url(own_path(request.GET.get("next", ""))))


@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_code(request: HttpRequest) -> HttpResponse:
    """Ask for the email address and send a code to it."""
    if request.user.is_authenticated:
        return redirect(own_path(request.GET.get("next", "")) or settings.LOGIN_REDIRECT_URL)
    form = EmailForm(request.POST or None, initial={"next": own_path(request.GET.get("next", ""))})
    if request.method == "POST" and form.is_valid():
        target = own_path(form.cleaned_data["next"])
        try:
            _send(request, form.cleaned_data["email"], target)
        except codes.TooManyCodes as refused:
            context = {"until": refused.until, "back_url": sign_in_url(target)}
            return render(request, "account/too_many_codes.html", context, status=429)
        return redirect("account_confirm_login_code")
    return render(request, "account/request_login_code.html", {"form": form, "button_text": "Send code"})


def _send(request: HttpRequest, email: str, target: str) -> None:
    code = codes.ask(email=email, network=network_of(request))
    clear_login(request)
    request.session[PENDING] = Pending(code=code.pk, email=email, next=target)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """Sign in the browser that asked, when it has the code."""
    pending: Pending | None = request.session.get(PENDING)
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if pending is None:
        return redirect("account_request_login_code")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _sign_in(request, pending, form.cleaned_data["code"])
        except codes.CodeRefused as refused:
            form.add_error("code", _explained(refused))
    context = {
        "form": form,
        "email": pending["email"],
        "local_mailbox": settings.SHOW_MAILBOX,
        "sent_again": request.GET.get("sent") == "again",
        "back_url": sign_in_url(pending["next"]),
    }
    return render(request, "account/confirm_login_code.html", context)


@sensitive_variables("digits")
def _sign_in(request: HttpRequest, pending: Pending, digits: str) -> HttpResponse:
    """Hand the person over to allauth, which asks for the second factor where there is one."""
    person = codes.use(
        code_id=pending["code"], email=pending["email"], digits=digits, network=network_of(request)
    )
    del request.session[PENDING]
    if not person.is_active:
        logger.warning("A closed account was refused: person %s", person.pk)
        return redirect("account_inactive")
    clear_login(request)
    record_authentication(request, person, method="code")
    login = Login(user=person, redirect_url=pending["next"] or settings.LOGIN_REDIRECT_URL)
    response: HttpResponse = perform_login(request, login)
    return response


def _explained(refused: codes.CodeRefused) -> str:
    if refused.reason == codes.CodeRefused.WRONG:
        tries = "1 try" if refused.tries_left == 1 else f"{refused.tries_left} tries"
        return f"The code is not right. Take it from our newest email. You have {tries} left"
    return {
        codes.CodeRefused.EXPIRED: "The code has expired. Ask for a new code",
        codes.CodeRefused.ENDED: "This code no longer works. Enter the newest code, or ask for another",
        codes.CodeRefused.TOO_MANY_TRIES: "Too many wrong codes were entered. Ask for a new code, "
        "or wait an hour if a new code does not help",
    }[refused.reason]


@require_POST
def resend(request: HttpRequest) -> HttpResponse:
    """Send another code to the same address; the one before stops working."""
    pending: Pending | None = request.session.get(PENDING)
    if pending is None:
        return redirect("account_request_login_code")
    try:
        _send(request, pending["email"], pending["next"])
    except codes.TooManyCodes as refused:
        context = {"until": refused.until, "back_url": reverse("account_confirm_login_code")}
        return render(request, "account/too_many_codes.html", context, status=429)
    return redirect(f"{reverse('account_confirm_login_code')}?sent=again")


@require_POST
def use_different_address(request: HttpRequest) -> HttpResponse:
    """Forget the address this browser gave, and ask again."""
    pending: Pending | None = request.session.pop(PENDING, None)
    return redirect(sign_in_url(pending["next"] if pending else ""))


@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session on POST; ask first on GET, because a link must not sign anybody out.

    A form may name the page of ours to go on to as ``next``.
    """
    if request.method != "POST":
        return render(request, "account/sign_out.html", {"signed_in": request.user.is_authenticated})
    logout(request)
    response = HttpResponseRedirect(own_path(request.POST.get("next", "")) or reverse("account_signed_out"))
    # Not «cookies»: that would reach every service under the same registered domain.
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    return render(request, "account/signed_out.html")


@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """Tell somebody who proved their address that their account was closed."""
    return render(request, "account/closed.html", status=403)


def not_staff(request: HttpRequest) -> HttpResponse:
    """Explain the admin to somebody signed in who has no staff role."""
    context: dict[str, Any] = {"signed_in": True, "email": getattr(request.user, "email", "")}
    return render(request, "account/not_staff.html", context, status=403)
