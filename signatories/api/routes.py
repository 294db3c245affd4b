"""The API at /api/v1/: what the public pages show, for programs. It is only read."""

from datetime import date
from typing import Annotated, Literal

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Path, Query
from ninja.errors import HttpError

from declaration.fresh_pages import freshness_of
from declaration.freshness import freshness
from signatories.api import schemas
from signatories.api.narrowing import WITHOUT_NUL, Narrowing
from signatories.api.pages import page_of_commitments, page_of_signatories
from signatories.api.problems import HonestAPI, tell_problems
from signatories.api.records import (
    Record,
    absolute,
    address,
    change_record,
    commitment_record,
    commitments,
    organisation_record,
    organisations,
    share_record,
    signatories,
    signatory_record,
    version_record,
    versions,
)
from signatories.models import Kind, Nation, Organisation, Region, RegisterChange
from signatories.models.progress import Stage
from signatories.register import as_at
from signatories.register.as_at_records import record_of
from signatories.register.coverage import Query as CoverageQuery
from signatories.register.coverage import Share, by_kind, by_nation, by_region, share, survey
from signatories.register.organisations import find_organisations
from signatories.register.snapshot import current
from signatories.register.standing import standings_now

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Contains National Statistics data © Crown copyright and database right 2026. "
    "Contains data from mySociety's UK Local Authority Names and Codes (CC BY 4.0), changed."
)
# The greatest whole number that every database and every program understands.
GREATEST = 2**53 - 1
MOST_NAMES = 100

api = HonestAPI(
    title="Local Digital Declaration",
    version="1",
    description="Who has signed the Declaration, and what they promised. Read only, no key needed.",
    urls_namespace="api",
    docs_url=None,
    openapi_url="openapi.json",
    openapi_extra={"info": {"license": {"name": "Open Government Licence v3.0", "url": LICENCE}}},
)
tell_problems(api)

WrongQuery = {400: schemas.Problem}
NotThere = {400: schemas.Problem, 404: schemas.Problem}
MOVED = "An organisation that was merged into another answers 301, with the address of the other."
# To the same address of the organisation that it is part of now.
Moved = {301: None}
PageNumber = Annotated[int, Query(ge=1, le=100_000, description="Which page, from 1.")]
PerPage = Annotated[int, Query(ge=1, le=100, description="How many on a page.")]
Nations = Annotated[list[Nation], Query(description="Only these nations.")]
Regions = Annotated[list[Region], Query(description="Only these regions.")]
Kinds = Annotated[list[Kind], Query(description="Only these kinds of body.")]
SlugInPath = Annotated[str, Path(max_length=120, pattern="^[a-z0-9-]+$", description="The slug.")]
NumberInPath = Annotated[int, Path(ge=1, le=GREATEST, description="The number.")]


def moved(name: str, slug: str) -> HttpResponse:
    """Lead on from the slug of an organisation that is part of another now. Raises Http404 for any other."""
    now = get_object_or_404(Organisation, merged__slug=slug)
    return HttpResponsePermanentRedirect(address(name, slug=now.slug))


def narrowed(rows: QuerySet, prefix: str, nation: list, region: list, kind: list) -> QuerySet:
    """Return the rows whose organisation is of these nations, regions and kinds."""
    asked = {"nation": nation, "region": region, "kind": kind}
    return rows.filter(Q(**{f"{prefix}{name}__in": values for name, values in asked.items() if values}))


@api.get("/", response=schemas.Root, url_name="api-root", summary="Where things are", operation_id="root")
def root(request: HttpRequest) -> Record:
    names = ("organisations", "signatories", "commitments", "versions", "check", "coverage", "changes")
    links = {name: address(name) for name in names}
    links |= {"openapi": address("openapi-json"), "docs": absolute("/api/v1/docs")}
    return {
        "name": settings.SERVICE_NAME,
        "newest_change": freshness().number,
        "licence": LICENCE,
        "attribution": ATTRIBUTION,
        "links": links,
    }


@api.get(
    "/organisations/",
    response={200: schemas.Organisations} | WrongQuery,
    url_name="organisations",
    summary="Organisations that may sign",
    operation_id="organisations",
)
def list_organisations(
    request: HttpRequest,
    q: Annotated[
        str,
        Query(max_length=100, pattern=WITHOUT_NUL, description="Words of a name, or of an old or other one."),
    ] = "",
    nation: Nations = [],  # noqa: B006 # ninja copies it
    region: Regions = [],  # noqa: B006
    kind: Kinds = [],  # noqa: B006
    current: Annotated[bool, Query(description="Only those that exist today.")] = False,
    page: PageNumber = 1,
    per_page: PerPage = 50,
) -> Record:
    rows = narrowed(organisations(), "", nation, region, kind)
    if q:
        rows = rows.filter(pk__in=find_organisations(q).order_by().values("pk"))
    if current:
        today = timezone.localdate()
        rows = rows.filter(
            Q(start_date__isnull=True) | Q(start_date__lte=today),
            Q(end_date__isnull=True) | Q(end_date__gte=today),
        )
    total = rows.count()
    shown = list(rows[(page - 1) * per_page : page * per_page])
    standings = standings_now(row.pk for row in shown)
    return {
        "total": total,
        "page": page,
        "pages": -(-total // per_page) or 1,
        "organisations": [organisation_record(row, standings) for row in shown],
    }


@api.get(
    "/organisations/{slug}/",
    response={200: schemas.Organisation} | Moved | NotThere,
    url_name="organisation",
    summary="One organisation",
    description=MOVED,
    operation_id="organisation",
)
def one_organisation(request: HttpRequest, slug: SlugInPath) -> Record | HttpResponse:
    found = organisations().filter(slug=slug).first()
    if found is None:
        return moved("organisation", slug)
    return organisation_record(found, standings_now([found.pk]))


@api.get(
    "/signatories/",
    response={200: schemas.Signatories} | WrongQuery,
    url_name="signatories",
    summary="Organisations that have signed",
    description=(
        "The same signatories as the page for the same question. Each is told with all of its commitments."
    ),
    operation_id="signatories",
)
def list_signatories(
    request: HttpRequest,
    asked: Annotated[Narrowing, Query()],
    sort: Annotated[
        Literal["signed", "best"],
        Query(
            description="The first to sign first, so that a new signature comes on the last page; or the best"
            " match for `q`, as on the page."
        ),
    ] = "signed",
    page: PageNumber = 1,
    per_page: PerPage = 50,
) -> HttpResponse:
    snapshot = current(freshness_of(request))
    places = asked.places(snapshot, best_first=sort == "best")
    return page_of_signatories(snapshot, places, page, per_page)


@api.get(
    "/signatories/{slug}/",
    response={200: schemas.Signatory} | Moved | NotThere,
    url_name="signatory",
    summary="One signatory with its commitments",
    description=MOVED,
    operation_id="signatory",
)
def one_signatory(request: HttpRequest, slug: SlugInPath) -> Record | HttpResponse:
    found = signatories().filter(organisation__slug=slug).first()
    return moved("signatory", slug) if found is None else signatory_record(found)


@api.get(
    "/commitments/",
    response={200: schemas.Commitments} | WrongQuery,
    url_name="commitments",
    summary="What signatories promised",
    description=(
        "The commitments that the page shows for the same question. `q` finds signatories, so it gives all"
        " commitments of those that have the words in a name or in any commitment."
    ),
    operation_id="commitments",
)
def list_commitments(
    request: HttpRequest,
    asked: Annotated[Narrowing, Query()],
    stage: Annotated[list[Stage], Query(description="The same as status, which more lists have.")] = [],  # noqa: B006
    page: PageNumber = 1,
    per_page: PerPage = 50,
) -> HttpResponse:
    asked.status += stage
    snapshot = current(freshness_of(request))
    return page_of_commitments(snapshot, asked.commitments(snapshot), page, per_page)


@api.get(
    "/commitments/{number}/",
    response={200: schemas.Commitment} | NotThere,
    url_name="commitment",
    summary="One commitment",
    operation_id="commitment",
)
def one_commitment(request: HttpRequest, number: NumberInPath) -> Record:
    found = get_object_or_404(commitments(), pk=number)
    return commitment_record(found, found.signature.organisation)


@api.get(
    "/versions/",
    response=schemas.Versions,
    url_name="versions",
    summary="Versions of the Declaration",
    operation_id="versions",
)
def list_versions(request: HttpRequest) -> Record:
    return {"versions": [version_record(version) for version in versions()]}


@api.get(
    "/versions/{number}/",
    response={200: schemas.Version} | NotThere,
    url_name="version",
    summary="One version",
    operation_id="version",
)
def one_version(request: HttpRequest, number: NumberInPath) -> Record:
    if number > 32_767:
        raise Http404
    return version_record(get_object_or_404(versions(), number=number))


@api.get(
    "/check/",
    response={200: schemas.Check} | NotThere,
    url_name="check",
    summary="Whether organisations had signed on a day",
    operation_id="check",
)
def check(
    request: HttpRequest,
    who: Annotated[
        list[Annotated[str, Query(min_length=1, max_length=as_at.MAXIMUM_LENGTH, pattern=WITHOUT_NUL)]],
        Query(min_length=1, max_length=MOST_NAMES, description="Names, slugs or GSS codes, one each time."),
    ],
    on: Annotated[date, Query(description="A day in London, from 2018-01-01 to today.")],
) -> Record:
    if not as_at.EARLIEST <= on <= timezone.localdate():
        raise HttpError(404, f"on: there are answers for the days from {as_at.EARLIEST} to today")
    report = as_at.check(enumerate(who, start=1), on)
    counts = {value.replace("-", "_"): count for value, _, count in report.counts}
    return {"on": on, "counts": counts, "answers": [record_of(answer) for answer in report.answers]}


@api.get(
    "/coverage/",
    response=schemas.Coverage,
    url_name="coverage",
    summary="How much of the country has signed",
    operation_id="coverage",
)
def coverage(request: HttpRequest) -> Record:
    country = survey()

    def told(shares: list[Share], name: str) -> list[Record]:
        return [share_record(one, getattr(one.query, name)[0]) for one in shares]

    return {
        "on": timezone.localdate(),
        "everywhere": share_record(share("All", country.councils, CoverageQuery()), "all"),
        "nations": told(by_nation(country), "nation"),
        "regions": told(by_region(country), "region"),
        "kinds": told(by_kind(country), "kind"),
    }


@api.get(
    "/changes/",
    response={200: schemas.Changes} | WrongQuery,
    url_name="changes",
    summary="What changed after a number",
    description=(
        "Ask with the number you were given as `next` the last time: you will miss no change and get none"
        " twice. The first time ask with 0 for all there ever was, or with `newest_change` of the root"
        " after you have read everything. Read an organisation again when it is named here."
    ),
    operation_id="changes",
)
def changes(
    request: HttpRequest,
    since: Annotated[
        int, Query(ge=0, le=GREATEST, description="The number of the last change you have.")
    ] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000, description="How many at most.")] = 100,
) -> Record:
    rows = RegisterChange.objects.after(since).select_related("organisation")[: limit + 1]
    found = list(rows)
    told = found[:limit]
    return {
        # An organisation that is not confirmed is nobody's business yet; its number is passed over.
        "changes": [change_record(one) for one in told if not one.organisation.is_awaiting_confirmation],
        "next": told[-1].number if told else since,
        "has_more": len(found) > limit,
    }
