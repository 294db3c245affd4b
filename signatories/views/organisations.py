"""The public page of an organisation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from declaration.fresh_pages import fresh_page
from signatories.models import Organisation
from signatories.register.profile import profile_of
from signatories.register.similarity import similar_to_any
from signatories.views.moved import of_organisation


@fresh_page()
@of_organisation
def organisation(request: HttpRequest, shown: Organisation) -> HttpResponse:
    """Show a listed organisation: its signature and commitments, or that it has not signed."""
    profile = profile_of(shown)
    page = {
        "organisation": shown,
        "profile": profile,
        "signature": profile.signature,
        "similar": similar_to_any(profile.commitments) if profile.commitments else [],
    }
    return render(request, "signatories/organisation.html", page)
