"""How much of the country has signed: a map, the same as tables, and how the register grew."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from declaration.fresh_pages import fresh_page
from signatories.models import Kind, Region
from signatories.register.coverage import Query, by_kind, by_nation, by_region, growth, share, survey
from signatories.register.drawing import draw_growth, draw_map
from signatories.register.organisations import COUNCIL_KINDS
from signatories.register.standing import State, in_process_now


@fresh_page(besides=in_process_now)
def coverage(request: HttpRequest) -> HttpResponse:
    """Show which councils have signed. Whatever the query string holds, the page makes sense."""
    country, query, years = survey(), Query.read(request.GET), growth()
    counties = bool(query.tier) or query.kind == [Kind.COUNTY]
    everywhere = Query()
    councils = query.select(country.councils)
    cells = [
        cell
        for cell in country.cells
        if query.matches(cell.council) or (cell.council.county and query.matches(cell.council.county))
    ]
    page = {
        "query": query,
        "counties": counties,
        "regions": Region.choices,
        "kinds": [(kind.value, kind.label) for kind in COUNCIL_KINDS],
        "states": State.choices,
        "map": draw_map(cells, counties=counties),
        "councils": councils,
        "people_shown": sum(council.population for council in councils if council.counts_people),
        "council_count": len(country.councils),
        "all": share("All", country.councils, everywhere),
        "groups": [
            ("nation", "By nation", by_nation(country)),
            ("region", "By region or nation", by_region(country)),
            ("kind", "By kind of council", by_kind(country)),
        ],
        "growth": years,
        "chart": draw_growth(years),
        "signatory_count": years[-1].total if years else 0,
    }
    return render(request, "coverage/coverage.html", page)
