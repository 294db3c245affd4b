"""The public register: who has signed, found by name, nation, region and kind."""

import re
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.http import QueryDict

from signatories.models import Kind, Nation, Organisation, Region, Signature
from signatories.models.organisation import OrganisationQuerySet
from signatories.models.signature import SignatureQuerySet

PER_PAGE = 50
MAXIMUM_SEARCH_LENGTH = 100
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def words_of(text: str) -> list[str]:
    """Return the words to search for: at most six, without control characters, which nothing can show."""
    return CONTROL_CHARACTERS.sub(" ", text)[:MAXIMUM_SEARCH_LENGTH].split()[:6]


def find_organisations(text: str) -> OrganisationQuerySet:
    """Return listed organisations whose name or GSS code has every typed word. Nothing for no words."""
    words = words_of(text)
    found = Organisation.objects.listed()
    if not words:
        return found.none()
    for word in words:
        found = found.filter(
            Q(name__icontains=word) | Q(short_name__icontains=word) | Q(gss_code__iexact=word)
        )
    return found.order_by("name")


@dataclass(frozen=True)
class Query:
    """What somebody asks of the register. Values that mean nothing are dropped."""

    q: str = ""
    nation: list[str] = field(default_factory=list)
    region: list[str] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, data: QueryDict) -> "Query":
        return cls(
            q=" ".join(words_of(data.get("q", ""))),
            nation=[v for v in Nation.values if v in data.getlist("nation")],
            region=[v for v in Region.values if v in data.getlist("region")],
            kind=[v for v in Kind.values if v in data.getlist("kind")],
        )

    @property
    def is_empty(self) -> bool:
        return not (self.q or self.nation or self.region or self.kind)


def signatories() -> SignatureQuerySet:
    """Return every published signature with what the public pages show of it."""
    return (
        Signature.objects.published()
        .select_related("organisation", "version", "signed_by")
        .prefetch_related("commitments")
        .order_by("-signed_at", "-pk")
    )


def matching(query: Query) -> SignatureQuerySet:
    """Return the published signatures that answer the query, newest first."""
    found = signatories()
    for word in query.q.split():
        found = found.filter(
            Q(organisation__name__icontains=word)
            | Q(organisation__short_name__icontains=word)
            | Q(organisation__gss_code__iexact=word)
        )
    if query.nation:
        found = found.filter(organisation__nation__in=query.nation)
    if query.region:
        found = found.filter(organisation__region__in=query.region)
    if query.kind:
        found = found.filter(organisation__kind__in=query.kind)
    return found


# The kinds that the official count of UK principal councils is made of.
COUNCIL_KINDS = [
    Kind.LONDON_BOROUGH,
    Kind.METROPOLITAN_DISTRICT,
    Kind.UNITARY,
    Kind.COUNTY,
    Kind.NON_METROPOLITAN_DISTRICT,
    Kind.CITY_CORPORATION,
    Kind.WALES_UNITARY,
    Kind.SCOTLAND_UNITARY,
    Kind.NORTHERN_IRELAND_DISTRICT,
]


def councils() -> QuerySet[Organisation]:
    """Return the UK principal councils that exist today."""
    return Organisation.objects.listed().current().filter(kind__in=COUNCIL_KINDS)


def councils_signed() -> QuerySet[Organisation]:
    return councils().filter(signatures__status="published").distinct()
