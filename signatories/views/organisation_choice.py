"""Which organisation the signed-in officer acts for."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from declaration.accounts.people import SignedInRequest
from declaration.switches import current as current_switches
from signatories import registering
from signatories.access import signatures_of
from signatories.email_domains import (
    domain_of,
    ended_organisations_of,
    is_webmail,
    organisations_of,
    successors_today,
    works_for,
)
from signatories.forms.organisations import (
    SUPPLIER,
    OrganisationChoiceForm,
    OrganisationSearchForm,
    ProposalForm,
)
from signatories.models import Organisation
from signatories.register.organisations import find_organisations
from signatories.views.beginning import begin_draft, has_ended, sign_up_is_paused
from signatories.views.unsaved import signed_in, unsaved

MAXIMUM_RESULTS = 20


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def choose_organisation(request: SignedInRequest) -> HttpResponse:
    """Suggest the organisations of the person's email domain; the look-up is for everybody else.

    Of a domain whose organisation was replaced, those are suggested that replaced it.
    """
    found = organisations_of(request.user)
    ended = [] if found else ended_organisations_of(request.user)
    found = found or successors_today(ended)
    page = {
        "signed_in": True,
        "found": found,
        "ended": ended,
        "back_url": reverse("sign_start"),
        "domain": domain_of(request.user.email),
    }
    if not found:
        if is_webmail(request.user.email):
            return render(request, "organisations/webmail.html", page)
        return render(
            request,
            "organisations/search.html",
            {**page, "form": OrganisationSearchForm(), "domain_is_unknown": True},
        )
    initial = {"organisation": found[0].slug} if len(found) == 1 else None
    form = OrganisationChoiceForm(request.POST or unsaved(request) or None, found=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        return redirect("organisation_start", form.cleaned_data["organisation"].slug)
    return render(request, "organisations/suggested.html", {**page, "form": form})


@signed_in
@require_safe
def search_organisations(request: SignedInRequest) -> HttpResponse:
    """Look an organisation up by name. Works as a plain form; scripts add suggestions."""
    asked = "q" in request.GET
    form = OrganisationSearchForm(request.GET if asked else None)
    found: list[Organisation] = []
    ended: list[Organisation] = []
    if asked and form.is_valid():
        named = find_organisations(form.cleaned_data["q"])
        found = list(named.current()[:MAXIMUM_RESULTS])
        if not found:
            ended = list(named.filter(end_date__lt=timezone.localdate())[:MAXIMUM_RESULTS])
    page = {
        "signed_in": True,
        "form": form,
        "found": found,
        "ended": ended,
        "asked": asked and form.is_valid(),
        "back_url": reverse("choose_organisation"),
        "domain": domain_of(request.user.email),
    }
    return render(request, "organisations/search.html", page)


@signed_in
@require_safe
def suggest_organisations(request: SignedInRequest) -> JsonResponse:
    """Return up to ten organisations whose name has the typed words, for the autocomplete."""
    q = request.GET.get("q", "")[:100]
    found = find_organisations(q).current()[:10] if len(q.strip()) > 1 else []
    return JsonResponse(
        {"organisations": [{"slug": o.slug, "name": o.name, "note": o.get_kind_display()} for o in found]}
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_start(request: SignedInRequest, slug: str) -> HttpResponse:
    """Confirm that one acts for this organisation, and begin or go on with its draft."""
    organisation = get_object_or_404(Organisation, slug=slug)
    if organisation.merged_into:
        return redirect("organisation_start", organisation.merged_into.slug)
    if organisation.is_awaiting_confirmation and organisation.proposed_by_id != request.user.pk:
        return redirect("choose_organisation")
    if not organisation.exists_today:
        return has_ended(request, organisation)
    page = {
        "signed_in": True,
        "organisation": organisation,
        "domain": domain_of(request.user.email),
        "matches": works_for(request.user.email, organisation),
        "back_url": reverse("choose_organisation"),
    }
    if request.method != "POST":
        live = organisation.signatures.live().first()
        joined = live and signatures_of(request.user).filter(pk=live.pk).exists()
        return render(request, "organisations/start.html", {**page, "live": live, "joined": joined})
    if current_switches().sign_up_paused and not organisation.signatures.exists():
        return sign_up_is_paused(request)
    representative = registering.become_representative(organisation=organisation, user=request.user)
    return begin_draft(request, representative)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def propose_organisation(request: SignedInRequest) -> HttpResponse:
    """Propose a body that is not listed. A private supplier gets the page that helps them."""
    form = ProposalForm(request.POST or unsaved(request) or None)
    too_many, paused = False, current_switches().sign_up_paused
    if request.method == "POST" and form.data.get("kind") == SUPPLIER:
        return redirect("suppliers")
    if request.method == "POST" and form.is_valid() and not paused:
        try:
            organisation = registering.propose_organisation(**form.cleaned_data, by=request.user)
        except registering.TooManyProposals:
            too_many = True
        else:
            return redirect("organisation_start", organisation.slug)
    page = {
        "signed_in": True,
        "form": form,
        "too_many": too_many,
        "paused": paused,
        "back_url": reverse("search_organisations"),
    }
    return render(request, "organisations/propose.html", page)
