"""Where an officer's signatures stand, what is awaited from whom, and what the officer may do."""

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from declaration.accounts.models import User
from declaration.accounts.people import SignedInRequest
from declaration.switches import publication_paused_until
from signatories import asking, signing
from signatories.access import signature_of, signatures_of
from signatories.forms.approval import CorrectApproverForm
from signatories.links import approver_token
from signatories.models import (
    Actor,
    CommitmentEdit,
    Handover,
    ImpossibleTransition,
    Representative,
    Signature,
    Status,
)
from signatories.views.approval import show_and_sign
from signatories.views.beginning import begin_draft
from signatories.views.unsaved import signed_in, signed_in_to_press, unsaved

OPEN_EDITS = Prefetch(
    "commitments__edits",
    CommitmentEdit.objects.open().select_related("started_by", "submitted_by"),
    to_attr="open_edits",
)
OPEN_ADDITIONS = Prefetch(
    "additions",
    CommitmentEdit.objects.open().select_related("started_by", "submitted_by"),
    to_attr="open_additions",
)
NOTICES = {
    "saved",
    "resent",
    "resent-before",
    "corrected",
    "withdrawn",
    "reported",
    "edit-sent",
    "edit-withdrawn",
    "addition-sent",
    "addition-withdrawn",
    "too-late",
    "handed-over",
    "taken-back",
    "taken-over",
    "stopped",
    "confirmed",
}


@signed_in
@require_safe
def dashboard(request: SignedInRequest) -> HttpResponse:
    """List the officer's signatures, the ones that need something first."""
    handovers = Handover.objects.open().select_related("signature__organisation", "asked_by")
    signatures = list(
        signatures_of(request.user)
        .distinct()
        .prefetch_related("commitments__decisions", "decisions__reasons", OPEN_EDITS, OPEN_ADDITIONS)
        .prefetch_related(Prefetch("handovers", handovers, to_attr="open_handovers"))
    )
    signatures.sort(key=lambda s: (s.ended_at is not None, not _waits_for(request.user, s), -s.pk))
    represented = Representative.objects.of_user(request.user)
    shown = {signature.organisation_id for signature in signatures}
    notice = next((name for name in NOTICES if name in request.GET), "")
    page = {
        "signed_in": True,
        "signatures": signatures,
        "verified_in": {r.organisation_id for r in represented if r.is_verified},
        "without_signature": [r for r in represented if r.organisation_id not in shown],
        "notice": notice,
        "asked_of_me": list(handovers.filter(email=request.user.email.lower())),
        "public_from": publication_paused_until(),
        "not_reached": asking.not_reached(signatures),
    }
    return render(request, "dashboard/dashboard.html", page)


def _waits_for(person: User, signature: Signature) -> bool:
    """Tell whether this person is the one who has to do the next thing."""
    if signature.status == Status.AWAITING_APPROVER:
        return signature.approver_email == person.email
    return signature.is_editable


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask whether to withdraw, and do it on POST."""
    signature, officer = signature_of(request.user, reference)
    if "withdraw" not in signature.possible_verbs(Actor.OFFICER):
        return redirect(f"{reverse('dashboard')}?too-late")
    if request.method == "POST":
        try:
            signing.withdraw(signature=signature, by=officer)
        except ImpossibleTransition:
            return redirect(f"{reverse('dashboard')}?too-late")
        return redirect(f"{reverse('dashboard')}?withdrawn")
    page = {"signed_in": True, "signature": signature, "back_url": reverse("dashboard")}
    return render(request, "dashboard/withdraw.html", page)


@signed_in_to_press
@require_POST
def resend_to_approver(request: SignedInRequest, reference: str) -> HttpResponse:
    signature, officer = signature_of(request.user, reference)
    try:
        owed = asking.resend_to_approver(signature=signature, by=officer)
    except ImpossibleTransition:
        return redirect(f"{reverse('dashboard')}?too-late")
    return redirect(f"{reverse('dashboard')}?{'resent' if owed else 'resent-before'}")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def correct_approver(request: SignedInRequest, reference: str) -> HttpResponse:
    """Change who is asked to sign, or put a wrong address right."""
    signature, officer = signature_of(request.user, reference)
    if signature.status != Status.AWAITING_APPROVER:
        return redirect(f"{reverse('dashboard')}?too-late")
    initial = {
        "name": signature.approver_name,
        "job_title": signature.approver_job_title,
        "email": signature.approver_email,
        "capacity": signature.approver_capacity,
    }
    posted = request.POST if request.method == "POST" else unsaved(request)
    form = CorrectApproverForm(posted, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            asking.correct_approver(signature=signature, by=officer, **form.cleaned_data)
        except ImpossibleTransition:
            return redirect(f"{reverse('dashboard')}?too-late")
        except asking.ApproverIsUnknown:
            form.refuse_unknown(signature.organisation.name)
        except asking.TooManyCorrections:
            form.refuse_another_today()
        else:
            return redirect(f"{reverse('dashboard')}?corrected")
    page = {"signed_in": True, "form": form, "signature": signature, "back_url": reverse("dashboard")}
    return render(request, "dashboard/correct_approver.html", page)


@signed_in_to_press
@require_POST
def start_again(request: SignedInRequest, reference: str) -> HttpResponse:
    """Begin a new draft with the text of a signature that was refused, declined or withdrawn."""
    signature, officer = signature_of(request.user, reference)
    return begin_draft(request, officer, text_of=signature)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sign_as_officer(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show the approver's page to an officer who is their own approver."""
    signature, officer = signature_of(request.user, reference)
    if signature.approver_email.lower() != officer.email.lower():
        return redirect("dashboard")
    decline_url = reverse("decline", args=[approver_token(signature)])
    return show_and_sign(request, signature, by=request.user, decline_url=decline_url)
