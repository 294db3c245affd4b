"""Change a published commitment: the questions of the sign-up again, a check, and the moderators' queue."""

from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from declaration.accounts.people import SignedInRequest
from signatories import editing, signing
from signatories.access import commitment_of
from signatories.comparing import changes_in
from signatories.forms.questions import QuestionForm
from signatories.models import (
    Commitment,
    CommitmentEdit,
    EditStatus,
    ImpossibleEdit,
    ImpossibleTransition,
    Representative,
)
from signatories.views.questions import BY_SLUG, QUESTIONS, Question
from signatories.views.unsaved import signed_in, unsaved
from signatories.views.writing import advice_about, advice_beside

ASKED = [question for question in QUESTIONS if question.about == "commitment"]


def _open_edit(commitment: Commitment) -> CommitmentEdit | None:
    if not commitment.is_public:
        return None
    return commitment.edits.open().first()


def too_late() -> HttpResponse:
    return redirect(f"{reverse('dashboard')}?too-late")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit_commitment(request: SignedInRequest, reference: str) -> HttpResponse:
    """Say how a published commitment is changed, begin on POST; then show the edit and what becomes of it."""
    commitment, signature, officer = commitment_of(request.user, reference)
    if request.method == "POST":
        try:
            editing.start_edit(signature=signature, commitment=commitment, by=officer)
        except ImpossibleTransition:
            return too_late()
        return redirect("edit_commitment", reference)
    if not commitment.is_public:
        return too_late()
    edit = _open_edit(commitment)
    page = {**_page_of(commitment), "back_url": reverse("dashboard")}
    if edit is None:
        return render(request, "dashboard/start_edit.html", page)
    return _show(request, commitment, edit)


def _page_of(commitment: Commitment) -> dict[str, Any]:
    signature = commitment.signature
    reference = signature.reference_of(commitment)
    return {"signed_in": True, "signature": signature, "commitment": commitment, "reference": reference}


def _show(
    request: SignedInRequest,
    commitment: Commitment,
    edit: CommitmentEdit,
    *,
    missing: list[str] | None = None,
    nothing_changes: bool = False,
) -> HttpResponse:
    page = {
        **_page_of(commitment),
        "edit": edit,
        "changes": changes_in(edit),
        "missing": [BY_SLUG[slug] for slug in missing or []],
        "nothing_changes": nothing_changes,
        "last_decision": edit.decisions.prefetch_related("reasons").last(),
        "hints": advice_about(edit, commitment.signature.organisation) if edit.is_editable else [],
        "back_url": reverse("dashboard"),
    }
    return render(request, "dashboard/check_edit.html", page)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def edit_question(request: SignedInRequest, reference: str, slug: str) -> HttpResponse:
    """Ask one question of the sign-up again, about the edit."""
    commitment, signature, officer = commitment_of(request.user, reference)
    asked = question_about_text(slug)
    edit = _open_edit(commitment)
    if edit is None or not edit.is_editable:
        newest = edit or commitment.edits.order_by("pk").last()
        return typed_too_late(request, newest, asked, officer) or redirect("edit_commitment", reference)
    form, refused = keep_answer(request, edit, asked, officer)
    if refused is not None:
        return refused
    if request.method == "POST" and form.is_valid():
        if "check" in request.POST:
            return redirect(f"{request.path}?checked")
        return redirect("edit_commitment", reference)
    return _ask(request, commitment, asked, form)


def question_about_text(slug: str) -> Question:
    """Return a question about the text of a commitment. Raises Http404."""
    asked = next((question for question in ASKED if question.slug == slug), None)
    if asked is None:
        raise Http404
    return asked


def keep_answer(
    request: SignedInRequest, edit: CommitmentEdit, asked: Question, officer: Representative
) -> tuple[QuestionForm, HttpResponse | None]:
    """Return the form of a question about an edit or addition, which keeps a good answer that was posted.

    Once it can be written no longer, there is a page that says so and shows what was typed.
    """

    def form_with(typed: QueryDict | None) -> QuestionForm:
        stored = CommitmentEdit.objects.get(pk=edit.pk)
        unfinished = stored.status == EditStatus.DRAFT
        return asked.form(typed, instance=stored, officer=officer, unfinished=unfinished)

    if request.method != "POST":
        return form_with(unsaved(request)), None
    try:
        return editing.save_edit(edit=edit, read=lambda: form_with(request.POST)), None
    except ImpossibleEdit as error:
        form = form_with(request.POST)
        return form, no_longer_editable(request, error.edit, form)


def _ask(
    request: SignedInRequest, commitment: Commitment, asked: Question, form: QuestionForm
) -> HttpResponse:
    page = {
        **_page_of(commitment),
        "form": form,
        "question": asked,
        "changing": True,
        "back_url": reverse("edit_commitment", args=[commitment.signature.reference_of(commitment)]),
        **advice_beside(request, asked.slug, form, commitment.signature.organisation),
    }
    return render(request, "dashboard/edit_question.html", page)


def typed_too_late(
    request: SignedInRequest, edit: CommitmentEdit | None, asked: Question, officer: Representative
) -> HttpResponse | None:
    """Return a page with what was posted to an edit or addition that somebody sent or ended meanwhile."""
    if request.method != "POST" or edit is None:
        return None
    return no_longer_editable(request, edit, asked.form(request.POST, instance=edit, officer=officer))


def no_longer_editable(request: SignedInRequest, edit: CommitmentEdit, form: QuestionForm) -> HttpResponse:
    page = {"signed_in": True, "signature": edit.signature, "edit": edit, "unsaved": form}
    return render(request, "signing_up/no_longer_editable.html", page, status=409)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def submit_edit(request: SignedInRequest, reference: str) -> HttpResponse:
    """Hand the edit in on POST; anybody who comes by GET is shown it."""
    commitment, signature, officer = commitment_of(request.user, reference)
    edit = _open_edit(commitment)
    if request.method != "POST" or edit is None:
        return redirect("edit_commitment", reference)
    try:
        editing.submit_edit(edit=edit, by=officer)
    except signing.AnswersAreMissing as error:
        return _show(request, commitment, edit, missing=error.questions)
    except editing.NothingChanges:
        return _show(request, commitment, edit, nothing_changes=True)
    except ImpossibleEdit:
        return redirect("edit_commitment", reference)
    return redirect(f"{reverse('dashboard')}?edit-sent")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_edit(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask whether to drop the edit, and do it on POST."""
    commitment, signature, officer = commitment_of(request.user, reference)
    edit = _open_edit(commitment)
    if edit is None:
        return redirect("edit_commitment", reference)
    if request.method == "POST":
        try:
            editing.withdraw_edit(edit=edit, by=officer)
        except ImpossibleEdit:
            return too_late()
        return redirect(f"{reverse('dashboard')}?edit-withdrawn")
    back_url = reverse("edit_commitment", args=[reference])
    page = {**_page_of(commitment), "edit": edit, "back_url": back_url}
    return render(request, "dashboard/withdraw_edit.html", page)
