"""Browse the commitments of all signatories."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from declaration.fresh_pages import fresh_page
from signatories.register.browsing import PER_PAGE, Choice, Show, Theme, chosen, principles, themes, totals

FEW = 3


@fresh_page()
def commitments(request: HttpRequest) -> HttpResponse:
    """Show the themes; with something chosen, the commitments that answer it."""
    areas, statements = themes(), principles()
    choice = Choice.read(request.GET, areas, statements)
    if choice.is_empty and "page" not in request.GET:
        return _overview(request, areas, statements)
    # Whatever page is asked for, there is one.
    shown = Paginator(chosen(choice), PER_PAGE).get_page(request.GET.get("page"))
    page = {
        "choice": choice,
        "page": shown,
        "themes": areas,
        "principles": statements,
        "shows": Show.choices,
        "total": totals().commitments,
    }
    return render(request, "commitments/list.html", page)


def _overview(request: HttpRequest, areas: list[Theme], statements: list[Theme]) -> HttpResponse:
    page = {
        "themes": areas,
        "principles": statements,
        "totals": totals(),
        "partners": chosen(Choice(show=Show.PARTNERS))[:FEW],
        "updated": chosen(Choice(show=Show.UPDATED))[:FEW],
        "finished": chosen(Choice(show=Show.FINISHED))[:FEW],
    }
    return render(request, "commitments/overview.html", page)
