"""Hand over to a colleague, take over from one, say who looks after it, and stop acting."""

from http import HTTPStatus

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from declaration.accounts.people import SignedInRequest
from signatories import contact_checks, handing_over
from signatories.access import signature_of
from signatories.email_domains import domain_of, works_for
from signatories.forms.handing_over import HandOverForm
from signatories.models import Handover, ImpossibleTransition
from signatories.views.unsaved import signed_in, signed_in_to_press, unsaved


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask which colleague takes over, and email them on POST."""
    signature, officer = signature_of(request.user, reference)
    if not signature.is_live:
        return redirect(f"{reverse('dashboard')}?too-late")
    posted = request.POST if request.method == "POST" else unsaved(request)
    form = HandOverForm(posted, officer=signature.officer.email)
    if request.method == "POST" and form.is_valid():
        try:
            handing_over.ask_to_take_over(signature=signature, by=officer, **form.cleaned_data)
        except ImpossibleTransition:
            return redirect(f"{reverse('dashboard')}?too-late")
        except handing_over.TooManyHandovers:
            form.refuse_another_today()
        else:
            return redirect(f"{reverse('dashboard')}?handed-over")
    page = {
        "signed_in": True,
        "form": form,
        "signature": signature,
        "asked": signature.handovers.open().first(),
        "back_url": reverse("dashboard"),
    }
    return render(request, "dashboard/hand_over.html", page)


@signed_in_to_press
@require_POST
def take_back_handover(request: SignedInRequest, reference: str) -> HttpResponse:
    signature, officer = signature_of(request.user, reference)
    ended = handing_over.take_back(signature=signature, by=officer)
    return redirect(f"{reverse('dashboard')}?{'taken-back' if ended else 'too-late'}")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: SignedInRequest, key: str) -> HttpResponse:
    """Show the colleague who was asked what it is about; the button takes it over.

    Whoever signed in with another address learns nothing but that.
    """
    key = "" if "\0" in key else key
    asked = get_object_or_404(Handover.objects.select_related("signature__organisation", "asked_by"), key=key)
    page = {"signed_in": True, "handover": asked, "back_url": reverse("dashboard")}
    if asked.email != request.user.email.lower():
        page = {"signed_in": True, "path": request.path}
        return render(request, "dashboard/handover_elsewhere.html", page, status=HTTPStatus.FORBIDDEN)
    if asked.accepted_at:
        return redirect("dashboard")
    over = not asked.is_open or not asked.signature.is_live
    if request.method == "POST" and not over:
        try:
            handing_over.take_over(handover=asked, user=request.user)
        except handing_over.HandoverIsOver:
            over = True
        else:
            return redirect(f"{reverse('dashboard')}?taken-over")
    if over:
        return render(request, "dashboard/handover_over.html", page, status=HTTPStatus.GONE)
    matches = works_for(request.user.email, asked.signature.organisation)
    page |= {"matches": matches, "domain": domain_of(request.user.email)}
    return render(request, "dashboard/take_over.html", page)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_contact(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask whether this person looks after what was signed, and keep the answer on POST."""
    signature, person = signature_of(request.user, reference)
    if not signature.is_public:
        return redirect(f"{reverse('dashboard')}?too-late")
    if signature.officer.pk != person.pk and not person.is_verified:
        # Nothing shows that they work there, so a colleague has to ask them.
        raise Http404
    changed = False
    if request.method == "POST":
        seen = request.POST.get("officer", "")
        try:
            contact_checks.confirm_contact(signature=signature, by=person, seen=seen)
        except ImpossibleTransition:
            return redirect(f"{reverse('dashboard')}?too-late")
        except contact_checks.SomebodyElseLooksAfterIt:
            signature, person = signature_of(request.user, reference)
            changed = True
        else:
            return redirect(f"{reverse('dashboard')}?confirmed")
    page = {
        "signed_in": True,
        "signature": signature,
        "is_officer": signature.officer.pk == person.pk,
        "changed": changed,
        "back_url": reverse("dashboard"),
    }
    return render(request, "dashboard/confirm_contact.html", page)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def stop_acting(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask whether to stop acting for the organisation, and do it on POST."""
    signature, officer = signature_of(request.user, reference)
    needed = handing_over.is_needed(signature, officer)
    if request.method == "POST":
        try:
            handing_over.stop_acting(signature=signature, by=officer)
        except handing_over.StillNeeded:
            needed = True
        else:
            return redirect(f"{reverse('dashboard')}?stopped")
    page = {
        "signed_in": True,
        "signature": signature,
        "needed": needed,
        "asked": signature.handovers.open().first(),
        "back_url": reverse("dashboard"),
    }
    return render(request, "dashboard/stop_acting.html", page)
