"""What search engines ask for: which pages there are, and which to leave alone."""

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from declaration.fresh_pages import fresh_page
from declaration.models import DeclarationVersion
from declaration.public_pages import public_page
from signatories.links import absolute
from signatories.models import Organisation
from signatories.register.browsing import themes

# The protocol allows 50,000 addresses in one file.
MOST_ORGANISATIONS = 45_000


@fresh_page(by_day=False)
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every public page with the day it last changed, where that is known."""
    organisations = Organisation.objects.listed().annotate(changed_at=Max("changes__at")).order_by("slug")
    page = {
        "absolute": absolute,
        "organisations": organisations.values_list("slug", "changed_at")[:MOST_ORGANISATIONS],
        "versions": DeclarationVersion.objects.published(),
        "themes": [theme for theme in themes() if theme.count],
    }
    return render(request, "pages/sitemap.xml", page, content_type="application/xml")


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """Keep crawlers out of what is not for readers, and show them the list of pages."""
    page = {"absolute": absolute}
    return render(request, "pages/robots.txt", page, content_type="text/plain; charset=utf-8")
