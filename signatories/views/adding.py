"""Add a further commitment: the questions of the sign-up about it, a check, and the moderators' queue."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from declaration.accounts.people import SignedInRequest
from signatories import adding, editing, finishing, registering, signing
from signatories.access import signature_of
from signatories.completeness import unanswered_in_edit
from signatories.models import CommitmentEdit, ImpossibleEdit, ImpossibleTransition, Signature, Status
from signatories.views.beginning import has_ended
from signatories.views.editing import ASKED, keep_answer, question_about_text, too_late, typed_too_late
from signatories.views.questions import BY_SLUG, Question
from signatories.views.unsaved import signed_in
from signatories.views.writing import advice_about, advice_beside

ORDER = [question.slug for question in ASKED]


def _open_addition(signature: Signature) -> CommitmentEdit | None:
    if signature.status != Status.PUBLISHED:
        return None
    return signature.additions.open().first()


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def add_commitment(request: SignedInRequest, reference: str) -> HttpResponse:
    """Say how a commitment is added, and begin on POST; one that is begun goes on where it stands."""
    signature, officer = signature_of(request.user, reference)
    if request.method == "POST":
        try:
            adding.start_addition(signature=signature, by=officer)
        except ImpossibleTransition:
            return too_late()
        except registering.OrganisationHasEnded as error:
            return has_ended(request, error.organisation)
        except finishing.TooManyUnfinished:
            return _show_start(request, signature)
        return redirect("add_commitment", reference)
    if signature.status != Status.PUBLISHED:
        return too_late()
    addition = _open_addition(signature)
    if addition is None:
        return _show_start(request, signature)
    missing = unanswered_in_edit(addition)
    if missing and addition.is_editable:
        return redirect("addition_question", reference, missing[0])
    return redirect("check_addition", reference)


def _show_start(request: SignedInRequest, signature: Signature) -> HttpResponse:
    unfinished = finishing.unfinished(signature)
    page = {
        **_page_of(signature),
        "unfinished": unfinished,
        "total": len(ORDER),
        "rejected": adding.last_rejected(signature),
        "too_many": len(unfinished) >= finishing.MAXIMUM_UNFINISHED,
        "maximum": finishing.MAXIMUM_UNFINISHED,
        "back_url": reverse("dashboard"),
    }
    return render(request, "dashboard/start_addition.html", page)


def _page_of(signature: Signature) -> dict[str, Any]:
    return {"signed_in": True, "signature": signature, "reference": signature.reference}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def addition_question(request: SignedInRequest, reference: str, slug: str) -> HttpResponse:
    """Ask one question of the sign-up about the further commitment, and keep the answer."""
    signature, officer = signature_of(request.user, reference)
    asked = question_about_text(slug)
    addition = _open_addition(signature)
    if addition is None or not addition.is_editable:
        newest = addition or signature.additions.order_by("pk").last()
        return typed_too_late(request, newest, asked, officer) or redirect("add_commitment", reference)
    changing = "change" in request.GET
    form, refused = keep_answer(request, addition, asked, officer)
    if refused is not None:
        return refused
    if request.method == "POST" and form.is_valid():
        return _after_saving(request, reference, asked, changing=changing)
    page = {
        **_page_of(signature),
        "form": form,
        "question": asked,
        "number": ORDER.index(slug) + 1,
        "total": len(ORDER),
        "changing": changing,
        "back_url": _back_url(reference, asked, changing=changing),
        **advice_beside(request, slug, form, signature.organisation),
    }
    return render(request, "dashboard/addition_question.html", page)


def _back_url(reference: str, asked: Question, *, changing: bool) -> str:
    if changing:
        return reverse("check_addition", args=[reference])
    place = ORDER.index(asked.slug)
    if place == 0:
        return reverse("dashboard")
    return reverse("addition_question", args=[reference, ORDER[place - 1]])


def _after_saving(
    request: SignedInRequest, reference: str, asked: Question, *, changing: bool
) -> HttpResponse:
    if "later" in request.POST:
        return redirect(f"{reverse('dashboard')}?saved={reference}")
    if "check" in request.POST:
        return redirect(f"{request.path}?checked{'&change' * changing}")
    place = ORDER.index(asked.slug)
    if changing or place + 1 == len(ORDER):
        return redirect("check_addition", reference)
    return redirect("addition_question", reference, ORDER[place + 1])


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def check_addition(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show every answer with a way to change it, and what becomes of it; the button sends it for review."""
    signature, officer = signature_of(request.user, reference)
    addition = _open_addition(signature)
    if addition is None:
        return redirect("add_commitment", reference)
    missing: list[str] = []
    unfinished = []
    if request.method == "POST":
        try:
            editing.submit_edit(edit=addition, by=officer)
        except signing.AnswersAreMissing as error:
            missing = error.questions
        except finishing.TooManyUnfinished:
            unfinished = finishing.unfinished(signature)
        except ImpossibleEdit:
            return redirect("add_commitment", reference)
        else:
            return redirect(f"{reverse('dashboard')}?addition-sent")
    page = {
        **_page_of(signature),
        "edit": addition,
        "missing": [BY_SLUG[slug] for slug in missing],
        "unfinished": unfinished,
        "maximum": finishing.MAXIMUM_UNFINISHED,
        "hints": advice_about(addition, signature.organisation) if addition.is_editable else [],
        "last_decision": addition.decisions.prefetch_related("reasons").last(),
        "back_url": reverse("dashboard"),
    }
    return render(request, "dashboard/check_addition.html", page)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_addition(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask whether to drop the further commitment, and do it on POST."""
    signature, officer = signature_of(request.user, reference)
    addition = _open_addition(signature)
    if addition is None:
        return redirect("add_commitment", reference)
    if request.method == "POST":
        try:
            editing.withdraw_edit(edit=addition, by=officer)
        except ImpossibleEdit:
            return too_late()
        return redirect(f"{reverse('dashboard')}?addition-withdrawn")
    page = {**_page_of(signature), "edit": addition, "back_url": reverse("check_addition", args=[reference])}
    return render(request, "dashboard/withdraw_addition.html", page)
