"""The list of signatories, and where signing begins."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse

from declaration.fresh_pages import fresh_page, freshness_of
from declaration.models import DeclarationVersion
from declaration.public_pages import public_page
from signatories.models import Stage
from signatories.register.facets import FACETS, PER_PAGE, Answer, Choice, Query, Shown
from signatories.register.snapshot import Snapshot, current

_STAGES = dict(Stage.choices)


@fresh_page()
def signatory_list(request: HttpRequest) -> HttpResponse:
    """List who has signed. Whatever the query string holds, the page makes sense."""
    snapshot = current(freshness_of(request))
    answer = Answer(snapshot, Query.read(request.GET, snapshot.choices))
    facets = [(facet, tuple(answer.choices(facet))) for facet in FACETS]
    page = {
        "answer": answer,
        "query": answer.query,
        "facets": facets,
        "boxes": [_box(snapshot, facet, choices) for facet, choices in facets if choices],
        "items": [_item(snapshot, shown) for shown in answer.rows()],
        "pagination": _pagination(answer),
    }
    return render(request, "signatories/list.html", page)


def _item(snapshot: Snapshot, shown: Shown) -> str:
    """Return one row as it stands in the list, written once with the same commitments."""
    kept = snapshot.pieces.get("row", shown.key)
    if kept is None:
        written = _macros("signatories/row.html").item(shown.row, shown.commitments, _STAGES)
        kept = snapshot.pieces.keep("row", shown.key, written)
    return kept


def _box(snapshot: Snapshot, facet: str, choices: tuple[Choice, ...]) -> str:
    """Return the choices of one facet, written once for the same counts."""
    kept = snapshot.pieces.get(facet, choices)
    if kept is None:
        written = _macros("signatories/facets.html").facet_boxes(facet, choices)
        kept = snapshot.pieces.keep(facet, choices, written)
    return kept


def _macros(template: str) -> Any:
    """Return the macros of a template, to write a piece of a page with. What they write is markup."""
    return get_template(template).template.module  # type: ignore[attr-defined]


def _pagination(answer: Answer) -> dict[str, Any]:
    """Return the parameters of the pagination component, whose links keep the question."""
    here, pages = reverse("signatories"), Paginator(range(answer.count), PER_PAGE)

    def link(number: int) -> dict[str, Any]:
        return {"href": here + answer.query.on_page(number).address}

    shown = answer.page
    parts: dict[str, Any] = {
        "items": [
            {"number": number, "current": number == shown, **link(number)}
            if isinstance(number, int)
            else {"ellipsis": True}
            for number in pages.get_elided_page_range(shown, on_each_side=1, on_ends=1)
        ]
    }
    if shown > 1:
        parts["previous"] = link(shown - 1)
    if shown < answer.pages:
        parts["next"] = link(shown + 1)
    return parts


@public_page
def sign_start(request: HttpRequest) -> HttpResponse:
    """The start page of the sign-up."""
    if DeclarationVersion.objects.current() is None:
        raise Http404
    return render(request, "pages/sign_start.html")


@public_page
def suppliers(request: HttpRequest) -> HttpResponse:
    """Help private suppliers, who cannot sign, to take part otherwise."""
    return render(request, "pages/suppliers.html")
