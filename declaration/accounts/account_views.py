"""The pages about a staff account itself, and what the idle warning asks."""

import time

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from declaration.accounts import staffing, unsaved
from declaration.accounts.middleware import LONGEST_SESSION, STAFF_IDLE
from declaration.accounts.models import User
from declaration.accounts.paths import own_path, sign_in_url

LAST_SIGN_INS = 10


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Show staff their role and their last sign-ins; let them turn the weekday summary off and on."""
    person = request.user
    if not isinstance(person, User):
        return redirect(sign_in_url(reverse("account")))
    if not person.is_staff:
        raise Http404("Only staff have an account page.")
    if request.method == "POST":
        staffing.want_digest(person=person, wanted="digest" in request.POST)
        return redirect(f"{reverse('account')}?saved")
    context = {
        "signed_in": True,
        "person": person,
        "may_get_digest": person.has_perm("signatories.decide_signature"),
        "sign_ins": person.sign_ins.all()[:LAST_SIGN_INS],
        "saved": "saved" in request.GET,
    }
    return render(request, "account/account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """Tell a script how many seconds are left of a staff session. Asking alone does not prolong it."""
    if request.method == "POST" and request.user.is_authenticated:
        request.session["seen_at"] = int(time.time())
    return JsonResponse({"seconds": _seconds_left(request)})


def _seconds_left(request: HttpRequest) -> int:
    now = int(time.time())
    if "_auth_user_id" not in request.session:
        return 0
    started, seen = request.session.get("signed_in_at", now), request.session.get("seen_at", now)
    ends = min(started + LONGEST_SESSION.total_seconds(), seen + STAFF_IDLE.total_seconds())
    return max(0, int(ends - now))


@require_POST
def discard_unsaved(request: HttpRequest) -> HttpResponse:
    """Drop what was kept of a page, and go there."""
    path = own_path(request.POST.get("page", "")) or reverse("admin:index")
    unsaved.forget_words(request, path.partition("?")[0])
    return redirect(path)
