"""Report progress on a published commitment: a page of questions, a check, and it is public."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from declaration.accounts.people import SignedInRequest
from declaration.switches import publication_paused_until
from signatories import releasing, reporting
from signatories.access import commitment_of
from signatories.forms.progress import ProgressForm
from signatories.models import ImpossibleTransition, Signature, Stage
from signatories.views.unsaved import signed_in, take_unsaved, unsaved

# Where an update waits between the two pages: in the session of whoever writes it.
SESSION_KEY = "progress"


def _kept(request: SignedInRequest, reference: str) -> dict[str, str]:
    answers: dict[str, str] = request.session.get(SESSION_KEY, {}).get(reference, {})
    return answers


def _keep(request: SignedInRequest, reference: str, answers: dict[str, str] | None) -> None:
    kept = {name: value for name, value in request.session.get(SESSION_KEY, {}).items()}
    kept.pop(reference, None)
    if answers is not None:
        kept[reference] = answers
    request.session[SESSION_KEY] = kept


def _too_late() -> HttpResponse:
    return redirect(f"{reverse('dashboard')}?too-late")


def _paused(request: SignedInRequest, signature: Signature, until: date) -> HttpResponse:
    """Say until when nothing becomes public. An update that was written waits in the session."""
    page = {"signed_in": True, "signature": signature, "until": until, "back_url": reverse("dashboard")}
    return render(request, "dashboard/publication_paused.html", page, status=409)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def report_progress(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask where the commitment stands, what happened and what was learned."""
    commitment, signature, _ = commitment_of(request.user, reference)
    if not commitment.is_public:
        return _too_late()
    paused_until = publication_paused_until()
    if paused_until and request.method != "POST":
        return _paused(request, signature, paused_until)
    posted = request.POST if request.method == "POST" else unsaved(request)
    form = ProgressForm(posted, initial=_kept(request, reference))
    if request.method == "POST" and form.is_valid():
        _keep(request, reference, form.cleaned_data)
        return redirect("check_progress", reference)
    page = {
        "signed_in": True,
        "form": form,
        "signature": signature,
        "commitment": commitment,
        "newest": commitment.progress.shown().first(),
        "back_url": reverse("dashboard"),
    }
    return render(request, "dashboard/report_progress.html", page)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def check_progress(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show the update as it will read; the button publishes it, with the words that stand on this page.

    Another tab may have left other words in the session since, or the session may have run out.
    """
    commitment, signature, officer = commitment_of(request.user, reference)
    if not commitment.is_public:
        return _too_late()
    restored = take_unsaved(request)
    on_page = request.POST if "happened" in request.POST else restored
    form = ProgressForm(on_page or _kept(request, reference))
    if not form.is_valid():
        return redirect("report_progress", reference)
    if restored:
        _keep(request, reference, form.cleaned_data)
    if request.method == "POST":
        try:
            reporting.report_progress(
                signature=signature, commitment=commitment, by=officer, **form.cleaned_data
            )
        except ImpossibleTransition:
            return _too_late()
        except releasing.PublicationIsPaused as error:
            return _paused(request, signature, error.until)
        _keep(request, reference, None)
        return redirect(f"{reverse('dashboard')}?reported")
    page = {
        "signed_in": True,
        "signature": signature,
        "commitment": commitment,
        "answers": form.cleaned_data,
        "stage": Stage(form.cleaned_data["stage"]),
        "restored": restored is not None,
        "back_url": reverse("report_progress", args=[reference]),
    }
    return render(request, "dashboard/check_progress.html", page)
