"""The home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from declaration.public_pages import public_page
from signatories.browsing import Choice, Show, chosen, themes
from signatories.models import Signature
from signatories.register import councils, councils_signed, signatories

LATEST = 5
TOP_THEMES = 6


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """Say what the Declaration is, how many have signed it, and what they are working on."""
    council_count, signed_count = councils().count(), councils_signed().count()
    page = {
        "signatory_count": Signature.objects.published().count(),
        "council_count": council_count,
        "council_signed_count": signed_count,
        "share": round(100 * signed_count / council_count) if council_count else 0,
        "latest": signatories()[:LATEST],
        "updated": chosen(Choice(show=Show.UPDATED))[:LATEST],
        "themes": [theme for theme in themes()[:TOP_THEMES] if theme.count],
    }
    return render(request, "pages/home.html", page)
