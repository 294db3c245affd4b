"""The approver's pages. A link from an email opens them; only the button signs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from declaration.accounts.models import User
from declaration.switches import publication_paused_until
from declaration.wording import current_wording
from signatories import asking, registering, signing
from signatories.forms.approval import DeclineForm, SignForm
from signatories.links import (
    ApproverLink,
    LinkIsOld,
    LinkIsWrong,
    read_approver_link,
    signature_for_approver,
)
from signatories.models import ImpossibleTransition, Signature, Status
from signatories.views.unsaved import unsaved


def show_and_sign(
    request: HttpRequest, named: Signature | ApproverLink, *, by: User | None, decline_url: str | None
) -> HttpResponse:
    """Show the commitment and the Declaration; sign on POST.

    ``by`` is the signed-in officer who is their own approver, None for somebody who came by a link.
    Raises LinkIsWrong or LinkIsOld for a link.
    """
    restored = unsaved(request) if by else None
    posted = request.POST if request.method == "POST" else restored
    form = SignForm(posted) if posted is not None else None
    wording_has_changed = False
    if request.method == "POST" and form and form.is_valid():
        answers = form.cleaned_data
        answers.pop("confirmed")
        try:
            signing.sign(signature=named, **answers, by=by)
        except signing.WordingHasChanged:
            wording_has_changed = True
        except (ImpossibleTransition, registering.OrganisationHasEnded, Signature.DoesNotExist):
            pass  # the page below says what happened instead
        else:
            return redirect(request.path)
    if isinstance(named, ApproverLink):
        signature = signature_for_approver(named)
    else:
        signature = Signature.objects.get(pk=named.pk) if form else named
    if signature.status != Status.AWAITING_APPROVER or not signature.organisation.exists_today:
        return _nothing_to_sign(request, signature, signed_in=by is not None)
    version = current_wording()
    assert version is not None  # noqa: S101 - nothing can be accepted before a version is published
    if form is None:
        form = SignForm(
            initial={
                "name": signature.approver_name,
                "job_title": signature.approver_job_title,
                "capacity": signature.approver_capacity,
                "version": version.number,
            }
        )
    elif wording_has_changed:
        form.data = {**request.POST.dict(), "version": str(version.number)}
    page = {
        "signed_in": by is not None,
        "form": form,
        "signature": signature,
        "commitment": signature.commitment,
        "version": version,
        "principles": version.principles.all(),
        "decline_url": decline_url,
        "wording_has_changed": wording_has_changed,
        "restored": restored is not None,
        "public_from": publication_paused_until(),
    }
    return render(request, "approval/sign.html", page)


def _nothing_to_sign(request: HttpRequest, signature: Signature, *, signed_in: bool) -> HttpResponse:
    """Say what became of a signature that waits for the approver no longer."""
    page = {
        "signed_in": signed_in,
        "signature": signature,
        "commitment": signature.commitment,
        "public_from": publication_paused_until(),
    }
    name = "signed" if signature.status in {Status.SIGNED, Status.PUBLISHED} else "closed"
    return render(request, f"approval/{name}.html", page)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link in the approver's email."""
    try:
        link = read_approver_link(token)
        return show_and_sign(request, link, by=None, decline_url=reverse("decline", args=[token]))
    except LinkIsWrong:
        return render(request, "approval/wrong_link.html", status=404)
    except LinkIsOld as error:
        page = {"token": token, "can_renew": error.signature.status == Status.AWAITING_APPROVER}
        return render(request, "approval/old_link.html", page, status=410)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, token: str) -> HttpResponse:
    """Let the approver say no, with a reason."""
    try:
        signature = signature_for_approver(read_approver_link(token))
    except (LinkIsWrong, LinkIsOld):
        return redirect("approve", token)
    if signature.status != Status.AWAITING_APPROVER:
        return redirect("approve", token)
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signing.decline(signature=signature, reason=form.cleaned_data["reason"])
        except ImpossibleTransition:
            pass  # the page behind the link says what happened instead
        return redirect("approve", token)
    page = {"form": form, "signature": signature, "back_url": reverse("approve", args=[token])}
    return render(request, "approval/decline.html", page)


@never_cache
@require_POST
def renew_link(request: HttpRequest, token: str) -> HttpResponse:
    """Send a fresh link to the approver on record. The page never says who that is."""
    try:
        signature_for_approver(read_approver_link(token))
    except LinkIsOld as error:
        try:
            asking.renew_approver_link(signature=error.signature)
        except ImpossibleTransition:
            return redirect("approve", token)
        return render(request, "approval/link_renewed.html")
    except LinkIsWrong:
        return render(request, "approval/wrong_link.html", status=404)
    return redirect("approve", token)
