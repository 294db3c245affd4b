"""The home page."""

from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from declaration.fresh_pages import fresh_page
from signatories.models import Signature
from signatories.register.browsing import Choice, Show, chosen, themes
from signatories.register.coverage import percent
from signatories.register.organisations import councils, signatories

LATEST = 5
TOP_THEMES = 6


@fresh_page()
def home(request: HttpRequest) -> HttpResponse:
    """Say what the Declaration is, how many have signed it, and what they are working on."""
    is_signed = Exists(Signature.objects.published().filter(organisation=OuterRef("pk")))
    counted = councils().aggregate(all=Count("pk"), signed=Count("pk", filter=is_signed))
    council_count, signed_count = counted["all"], counted["signed"]
    page = {
        "signatory_count": Signature.objects.published().count(),
        "council_count": council_count,
        "council_signed_count": signed_count,
        "share": percent(signed_count, council_count),
        "latest": signatories()[:LATEST],
        "updated": chosen(Choice(show=Show.UPDATED))[:LATEST],
        "themes": [theme for theme in themes()[:TOP_THEMES] if theme.count],
    }
    return render(request, "pages/home.html", page)
