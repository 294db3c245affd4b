"""The list of signatories as files: the same query as the page, the same rows."""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from itertools import chain, islice

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render

from declaration.fresh_pages import fresh_page, freshness_of
from signatories.models import Stage
from signatories.register.facets import Answer, Query
from signatories.register.records import ATTRIBUTION, COLUMNS, LICENCE, csv_of, json_of
from signatories.register.snapshot import current


def _answer(request: HttpRequest) -> Answer:
    snapshot = current(freshness_of(request))
    return Answer(snapshot, Query.read(request.GET, snapshot.choices))


def _places(request: HttpRequest, answer: Answer) -> Iterable[int]:
    """Return all rows that answer; those of one page for whoever asks for a page."""
    return answer.places_on_page() if "page" in request.GET else answer.places()


def _with_next(request: HttpRequest, answer: Answer, response: HttpResponseBase) -> HttpResponseBase:
    """Name the page that follows for whoever reads page by page. After the last one there is none."""
    if "page" in request.GET and answer.page < answer.pages:
        following = settings.SITE_URL + request.path + answer.query.on_page(answer.page + 1).address
        response["Link"] = f'<{following}>; rel="next"'
    return response


def _open_data(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let pages of other sites read it with scripts, also that nothing changed, and name the licence."""

    @wraps(view)
    def served(request: HttpRequest) -> HttpResponseBase:
        response = view(request)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Link"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        links = (f'<{LICENCE}>; rel="license"', response.get("Link"))
        response["Link"] = ", ".join(link for link in links if link)
        return response

    return served


@_open_data
@fresh_page(by_day=False)
def signatories_csv(request: HttpRequest) -> HttpResponseBase:
    """Every commitment that answers the query, a line each."""
    answer = _answer(request)
    # The mark that Excel looks for stands before the head.
    head = "\ufeff" + ",".join(COLUMNS) + "\r\n"
    text = _gathered(chain([head], csv_of(answer, _places(request, answer))))
    response = StreamingHttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="signatories.csv"'
    return _with_next(request, answer, response)


@_open_data
@fresh_page(by_day=False)
def signatories_json(request: HttpRequest) -> HttpResponseBase:
    """Every signatory that answers the query, with its commitments that do."""
    answer = _answer(request)
    head = {
        "licence": LICENCE,
        "attribution": ATTRIBUTION,
        "query": answer.query.address.removeprefix("?"),
        "total": answer.snapshot.count,
        "count": answer.count,
    }
    if "page" in request.GET:
        head |= {"page": answer.page, "pages": answer.pages}

    def text() -> Iterator[str]:
        yield json.dumps(head, ensure_ascii=False)[:-1] + ', "signatories": [\n'
        between = ""
        for record in json_of(answer, _places(request, answer)):
            yield between + record
            between = ",\n"
        yield "\n]}\n"

    if "page" in request.GET:
        page = HttpResponse("".join(text()), content_type="application/json")
        return _with_next(request, answer, page)
    return StreamingHttpResponse(_gathered(text()), content_type="application/json")


def _gathered(pieces: Iterator[str], at_a_time: int = 100) -> Iterator[str]:
    """Return pieces of text in fewer, longer ones: each one sent has its price."""
    while gathered := "".join(islice(pieces, at_a_time)):
        yield gathered


@_open_data
@fresh_page(by_day=False)
def signatories_atom(request: HttpRequest) -> HttpResponseBase:
    """The signatories that answer, most recently updated first, fifty on a page with a link to the next."""
    snapshot = current(freshness_of(request))
    # The feed has one order, so its addresses name none.
    query = Query.read(request.GET, snapshot.choices).sorted_by("")
    answer = Answer(snapshot, query.sorted_by("updated"))
    page = {
        "query": query,
        "answer": answer,
        "stages": dict(Stage.choices),
        "updated": max((row.updated_at for _, row, _ in answer.rows()), default=snapshot.fresh.changed_at),
        "licence": LICENCE,
    }
    return render(request, "signatories/feed.xml", page, content_type="application/atom+xml; charset=utf-8")


@fresh_page()
def signatories_data(request: HttpRequest) -> HttpResponse:
    """Say what each column means, and under which licence the data may be used."""
    page = {"licence": LICENCE, "attribution": ATTRIBUTION, "stages": Stage.labels}
    return render(request, "signatories/data.html", page)
