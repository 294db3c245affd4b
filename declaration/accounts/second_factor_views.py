"""Pages for the second factor that differ from allauth's."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from declaration.accounts.second_factor import FACTORS


def _count_as_used(request: HttpRequest, kind: str) -> None:
    """Whoever just added a factor has just proved it: don't ask for it again at once."""
    newest = Authenticator.objects.filter(user=request.user, type=kind).latest("pk")
    post_authentication(request, newest, reauthenticated=True)


# The picture of the secret is a «data:» address, allowed on this page alone.
@method_decorator(csp_update({"img-src": ["data:"]}), name="dispatch")
class AddApp(ActivateTOTPView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _count_as_used(self.request, Authenticator.Type.TOTP)
        return response


class AddKey(AddWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _count_as_used(self.request, Authenticator.Type.WEBAUTHN)
        return response


@require_safe
@reauthentication_required(app="allauth.mfa")
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show the recovery codes that are left. Unlike allauth's page, looking changes nothing."""
    kept = Authenticator.objects.filter(
        user_id=request.user.pk, type=Authenticator.Type.RECOVERY_CODES
    ).first()
    if kept is None:
        raise Http404("This person has no recovery codes.")
    context = {"codes": kept.wrap().get_unused_codes(), "signed_in": True}
    return render(request, "mfa/recovery_codes/index.html", context)


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show what second factors the person has, and how to add one."""
    kept = list(Authenticator.objects.filter(user_id=request.user.pk).order_by("pk"))
    context = {
        "app": next((one for one in kept if one.type == Authenticator.Type.TOTP), None),
        "keys": [one for one in kept if one.type == Authenticator.Type.WEBAUTHN],
        "enrolled": any(one.type in FACTORS for one in kept),
        "signed_in": True,
    }
    return render(request, "mfa/index.html", context)
