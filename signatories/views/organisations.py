"""The public page of an organisation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from declaration.fresh_pages import fresh_page
from signatories.models import Organisation
from signatories.register.profile import profile_of
from signatories.register.similarity import similar_to


@fresh_page()
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a listed organisation: its signature and commitments, or that it has not signed.

    The address of one that is part of another now leads there for good.
    """
    shown = Organisation.objects.listed().filter(slug=slug).first()
    if shown is None:
        now = get_object_or_404(Organisation, merged__slug=slug)
        return redirect("organisation", now.slug, permanent=True)
    profile = profile_of(shown)
    page = {
        "organisation": shown,
        "profile": profile,
        "signature": profile.signature,
        "similar": similar_to(profile.commitments[0]) if profile.commitments else [],
    }
    return render(request, "signatories/organisation.html", page)
