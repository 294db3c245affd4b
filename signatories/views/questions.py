"""The sign-up, one question a page, with the answers kept on the server."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from declaration.accounts.people import SignedInRequest
from signatories import registering, signing
from signatories.access import signature_of
from signatories.completeness import unanswered
from signatories.forms import authority, questions
from signatories.models import Commitment, ImpossibleTransition, Representative, Signature, Status
from signatories.models.signature import LIVE
from signatories.views.beginning import has_ended
from signatories.views.unsaved import signed_in, unsaved
from signatories.views.writing import advice_about, advice_beside


@dataclass(frozen=True)
class Question:
    """One page of the sign-up: its place in the address, its title, its form, and what it is about."""

    slug: str
    title: str
    form: type[questions.QuestionForm]
    about: str

    @property
    def guidance(self) -> str:
        return f"signing_up/guidance/{self.slug.replace('-', '_')}.html"


QUESTIONS = (
    Question("you", "About you", questions.YouForm, "officer"),
    Question("title", "Your commitment", questions.TitleForm, "commitment"),
    Question("mission", "Mission", questions.MissionForm, "commitment"),
    Question("impact", "Impact", questions.ImpactForm, "commitment"),
    Question("partners", "Partners", questions.PartnersForm, "commitment"),
    Question("principles", "Principles", questions.PrinciplesForm, "commitment"),
    Question("service-areas", "Service areas", questions.ServiceAreasForm, "commitment"),
    Question("target-date", "Target date", questions.TargetDateForm, "commitment"),
    Question("open-to-others", "Open to others", questions.OpenToOthersForm, "commitment"),
    Question("approver", "Who signs", authority.ApproverForm, "signature"),
    Question("decision", "Your organisation's decision", authority.DecisionForm, "signature"),
    Question("consents", "What we may do", authority.ConsentsForm, "signature"),
)
BY_SLUG = {question.slug: question for question in QUESTIONS}
ORDER = [question.slug for question in QUESTIONS]


def _form(
    question: Question, signature: Signature, officer: Representative, typed: QueryDict | None
) -> questions.QuestionForm:
    """Return the form of a question against what is stored at this moment."""
    record: Representative | Signature | Commitment
    if question.about == "officer":
        record = Representative.objects.get(pk=officer.pk)
    elif question.about == "signature":
        record = Signature.objects.get(pk=signature.pk)
    else:
        record = Commitment.objects.get(signature=signature)
    unfinished = signature.status == Status.DRAFT
    return question.form(typed, instance=record, officer=officer, unfinished=unfinished)


def _back_url(question: Question, signature: Signature, *, changing: bool) -> str:
    place = ORDER.index(question.slug)
    if changing:
        return reverse("check_answers", args=[signature.reference])
    if place == 0:
        return reverse("dashboard")
    return reverse("question", args=[signature.reference, ORDER[place - 1]])


@signed_in
@require_safe
def sign_up(request: SignedInRequest, reference: str) -> HttpResponse:
    """Lead to the first question that still needs an answer, or to the check of all answers."""
    signature, officer = signature_of(request.user, reference)
    missing = unanswered(signature, officer)
    if not signature.is_editable:
        return redirect("dashboard")
    if missing:
        return redirect("question", reference, missing[0])
    return redirect("check_answers", reference)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: SignedInRequest, reference: str, slug: str) -> HttpResponse:
    """Ask one question and keep the answer. Nothing that was typed is lost by an error."""
    if slug not in BY_SLUG:
        raise Http404
    asked = BY_SLUG[slug]
    signature, officer = signature_of(request.user, reference)
    if not signature.is_editable:
        typed_too_late = _form(asked, signature, officer, request.POST) if request.method == "POST" else None
        return _no_longer_editable(request, signature, form=typed_too_late)
    changing = "change" in request.GET
    typed = unsaved(request)
    if request.method == "POST":
        try:
            form = signing.save_answers(
                signature=signature, read=lambda: _form(asked, signature, officer, request.POST)
            )
        except ImpossibleTransition:
            form = _form(asked, signature, officer, request.POST)
            return _no_longer_editable(request, Signature.objects.get(pk=signature.pk), form=form)
        if form.is_valid():
            return _after_saving(request, signature, asked, changing=changing)
    else:
        form = _form(asked, signature, officer, typed)
    page = {
        "signed_in": True,
        "form": form,
        "question": asked,
        "signature": signature,
        "number": ORDER.index(slug) + 1,
        "total": len(ORDER),
        "changing": changing,
        "back_url": _back_url(asked, signature, changing=changing),
        **advice_beside(request, slug, form, signature.organisation),
    }
    return render(request, "signing_up/question.html", page)


def _after_saving(
    request: SignedInRequest, signature: Signature, asked: Question, *, changing: bool
) -> HttpResponse:
    if "later" in request.POST:
        return redirect(f"{reverse('dashboard')}?saved={signature.reference}")
    if "check" in request.POST:
        return redirect(f"{request.path}?checked{'&change' * changing}")
    place = ORDER.index(asked.slug)
    if changing or place + 1 == len(ORDER):
        return redirect("check_answers", signature.reference)
    return redirect("question", signature.reference, ORDER[place + 1])


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def check_answers(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show every answer with a way to change it; the button submits."""
    signature, officer = signature_of(request.user, reference)
    if request.method == "POST":
        return _submit(request, signature, officer)
    if not signature.is_editable:
        return _no_longer_editable(request, signature)
    return _show_answers(request, signature, officer)


def _show_answers(
    request: SignedInRequest,
    signature: Signature,
    officer: Representative,
    *,
    tried: bool = False,
    tried_while_paused: bool = False,
) -> HttpResponse:
    missing = unanswered(signature, officer)
    page = {
        "signed_in": True,
        "signature": signature,
        "commitment": signature.commitment,
        "officer": officer,
        "missing": [BY_SLUG[slug] for slug in missing],
        "tried": tried,
        "tried_while_paused": tried_while_paused,
        "last_decision": signature.decisions.order_by("pk").last(),
        "hints": advice_about(signature.commitment, signature.organisation),
        "back_url": reverse("question", args=[signature.reference, ORDER[-1]]),
    }
    return render(request, "signing_up/check_answers.html", page)


def _submit(request: SignedInRequest, signature: Signature, officer: Representative) -> HttpResponse:
    try:
        signing.submit(signature=signature, by=officer)
    except signing.AnswersAreMissing:
        return _show_answers(request, signature, officer, tried=True)
    except signing.SignUpIsPaused:
        return _show_answers(request, signature, officer, tried_while_paused=True)
    except registering.OrganisationHasEnded as error:
        return has_ended(request, error.organisation)
    except signing.AnotherSignatureIsLive as error:
        return _somebody_was_first(request, error.signature, officer, draft=signature)
    except ImpossibleTransition as error:
        if error.signature.submitted_by_id == officer.pk:
            # The same person pressed the button twice: the first press is what counts.
            return redirect("submitted", signature.reference)
        if error.signature.status not in LIVE:
            return _no_longer_editable(request, error.signature)
        return _somebody_was_first(request, error.signature, officer, draft=None)
    return redirect("submitted", signature.reference)


def _somebody_was_first(
    request: SignedInRequest, live: Signature, officer: Representative, *, draft: Signature | None
) -> HttpResponse:
    page = {"signed_in": True, "live": live, "officer": officer, "draft": draft}
    return render(request, "signing_up/somebody_was_first.html", page, status=409)


def _no_longer_editable(
    request: SignedInRequest, signature: Signature, form: questions.QuestionForm | None = None
) -> HttpResponse:
    page = {"signed_in": True, "signature": signature, "unsaved": form}
    return render(request, "signing_up/no_longer_editable.html", page, status=409)


@signed_in
@require_safe
def submitted(request: SignedInRequest, reference: str) -> HttpResponse:
    """Confirm a submission, with its reference and what happens next."""
    signature, _ = signature_of(request.user, reference)
    if signature.status != Status.SUBMITTED:
        return redirect("sign_up", reference)
    return render(request, "signing_up/submitted.html", {"signed_in": True, "signature": signature})
