"""What we hold about whoever is signed in: to read, to take away, and to have erased."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from declaration.accounts.models import User
from declaration.accounts.people import SignedInRequest
from declaration.personal_data import erasing
from declaration.personal_data.exporting import as_json, held_about
from declaration.personal_data.models import Erasure
from declaration.public_pages import public_page
from signatories.views.unsaved import signed_in

# Of each kind on the page; the file has all of them.
SHOWN = 10


@signed_in
@require_safe
def own_data(request: SignedInRequest) -> HttpResponse:
    """Show every kind of record that is about this person, the newest of each."""
    page = {
        "signed_in": True,
        "held": held_about(request.user.email, at_most=SHOWN),
        "asked": Erasure.objects.awaiting_staff().filter(address=request.user.email).first(),
        "notice": next((name for name in ("asked", "erased") if name in request.GET), ""),
        "back_url": reverse("dashboard"),
    }
    return render(request, "own_data/own_data.html", page)


@signed_in
@require_safe
def own_data_file(request: SignedInRequest) -> HttpResponse:
    """Send all of it as JSON."""
    return JsonResponse(
        as_json(request.user.email),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": 'attachment; filename="what-we-hold-about-you.json"'},
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def erase_own_data(request: SignedInRequest) -> HttpResponse:
    """Say what would go and stay; on POST erase it, or ask staff where something live hangs on it."""
    plan, changed = erasing.plan_for(request.user.email), False
    if request.method == "POST":
        if plan.needs_staff:
            erasing.ask(address=plan.address)
            return redirect(f"{reverse('own_data')}?asked")
        try:
            erasing.erase(address=plan.address, by=request.user, seen=request.POST.get("seen", ""))
        except erasing.PlanHasChanged:
            plan, changed = erasing.plan_for(request.user.email), True
        else:
            return _after(request)
    page = {
        "signed_in": True,
        "plan": plan,
        "changed": changed,
        "asked": Erasure.objects.awaiting_staff().filter(address=plan.address).first(),
        "back_url": reverse("own_data"),
    }
    return render(request, "own_data/erase.html", page)


def _after(request: SignedInRequest) -> HttpResponse:
    if User.objects.filter(pk=request.user.pk).exists():
        return redirect(f"{reverse('own_data')}?erased")
    logout(request)
    response = redirect("own_data_erased")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@public_page
def own_data_erased(request: HttpRequest) -> HttpResponse:
    """Tell somebody whose account is gone that it is."""
    return render(request, "own_data/erased.html")
