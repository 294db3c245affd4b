"""What lists and files show of each published signature, read from the database."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from signatories.models import (
    Capacity,
    Commitment,
    Kind,
    Organisation,
    OrganisationAlias,
    Signature,
)
from signatories.naming import key, plain, plain_words

# The choice that stands for bodies of no one nation or region, so that counts add up.
NO_PLACE = "none"
# What people put beside the name of a body, whatever its full name is: «Camden council», «Kent CC».
CALLED = {
    Kind.LONDON_BOROUGH: "council LB LBC",
    Kind.METROPOLITAN_DISTRICT: "council MBC MDC",
    Kind.UNITARY: "council BC CC UA",
    Kind.COUNTY: "council CC",
    Kind.NON_METROPOLITAN_DISTRICT: "council BC DC",
    Kind.CITY_CORPORATION: "council",
    Kind.WALES_UNITARY: "council CBC CC",
    Kind.SCOTLAND_UNITARY: "council",
    Kind.NORTHERN_IRELAND_DISTRICT: "council BC DC",
    Kind.PARISH: "council PC TC",
}
# Organisations read at a time, so that their texts need little memory.
_AT_A_TIME = 1000


@dataclass(frozen=True, slots=True)
class ListedCommitment:
    id: int
    title: str
    stage: str
    principles: tuple[str, ...]
    areas: tuple[str, ...]
    has_partners: bool  # organisations of the register, that is


@dataclass(frozen=True, slots=True)
class Row:
    """What a list shows of one published signature."""

    reference: str
    organisation_id: int
    slug: str
    name: str
    gss_code: str
    kind: str
    nation: str
    region: str
    signed_on: date
    signed_at: datetime
    version: int
    signer_role: str
    signer_name: str  # empty without consent
    updated_at: datetime
    has_successors: bool
    commitments: tuple[ListedCommitment, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A row with what only its sets and its order are made of."""

    row: Row
    facets: dict[str, str]
    words: set[str]
    # Of these words, those of its names, of its other names and of the titles of its commitments.
    named: set[str]
    also_named: set[str]
    titles: set[str]
    # Each whole name, as it is and without its style, and each code.
    called: set[str]

    def layers(self) -> Iterator[tuple[int, str, str]]:
        """Return what its commitments have: which commitment, which facet, which value."""
        for layer, commitment in enumerate(self.row.commitments):
            yield layer, "status", commitment.stage
            for principle in commitment.principles:
                yield layer, "principle", principle
            for area in commitment.areas:
                yield layer, "area", area


_COLUMNS = (
    "pk",
    "reference",
    "organisation",
    "organisation__slug",
    "organisation__name",
    "organisation__short_name",
    "organisation__gss_code",
    "organisation__kind",
    "organisation__nation",
    "organisation__region",
    "signed_at",
    "version__number",
    "signed_capacity",
    "signed_by__full_name",
    "publish_signer_name",
)


def read_all() -> Iterator[Loaded]:
    """Read every published signature, so many at a time that their texts need little memory."""
    organisations = list(Signature.objects.published().order_by("pk").values_list("organisation", flat=True))
    for start in range(0, len(organisations), _AT_A_TIME):
        yield from read(organisations[start : start + _AT_A_TIME])


def read(organisations: Collection[int]) -> list[Loaded]:
    """Read the published signatures of these organisations."""
    signatures = Signature.objects.published().filter(organisation__in=organisations)
    commitments = Commitment.objects.public().filter(signature__organisation__in=organisations)
    aliases = OrganisationAlias.objects.filter(organisation__in=organisations)
    names, principles, areas = defaultdict(list), defaultdict(list), defaultdict(list)
    for organisation, name in aliases.values_list("organisation", "name"):
        names[organisation].append(name)
    for commitment, principle in (
        commitments.filter(principles__isnull=False)
        .order_by("principles__number")
        .values_list("pk", "principles__number")
    ):
        principles[commitment].append(str(principle))
    for commitment, area in (
        commitments.filter(service_areas__isnull=False)
        .order_by("service_areas__order", "service_areas__name")
        .values_list("pk", "service_areas__slug")
    ):
        areas[commitment].append(area)
    shared = set(
        commitments.filter(partner_organisations__isnull=False).order_by().values_list("pk", flat=True)
    )
    successions = Organisation.successors.through.objects.filter(from_organisation__in=organisations)
    ended = set(successions.values_list("from_organisation", flat=True))
    texts = defaultdict(list)
    columns = ("signature", "pk", "title", "mission", "impact", "partners", "stage", "public_change_at")
    for signature, *commitment in commitments.order_by("pk").values_list(*columns):
        texts[signature].append(commitment)
    loaded = []
    for one in signatures.order_by("pk").values_list(*_COLUMNS, named=True):
        promised = texts[one.pk]
        signed_on = timezone.localdate(one.signed_at)
        kind, nation, region = one.organisation__kind, one.organisation__nation, one.organisation__region
        codes = [one.reference, one.organisation__gss_code]
        own = [one.organisation__name, one.organisation__short_name]
        others = names[one.organisation]
        named = _words([*codes, *own, CALLED.get(Kind(kind), "")])
        also_named, titles = _words(others), _words([commitment[1] for commitment in promised])
        rest = _words([text for commitment in promised for text in commitment[2:5]])
        loaded.append(
            Loaded(
                row=Row(
                    reference=one.reference,
                    organisation_id=one.organisation,
                    slug=one.organisation__slug,
                    name=one.organisation__name,
                    gss_code=one.organisation__gss_code,
                    kind=Kind(kind).label,
                    nation=nation,
                    region=region,
                    signed_on=signed_on,
                    signed_at=one.signed_at,
                    version=one.version__number,
                    signer_role=Capacity(one.signed_capacity).label if one.signed_capacity else "",
                    signer_name=one.signed_by__full_name if one.publish_signer_name else "",
                    updated_at=max([one.signed_at, *(c[6] for c in promised if c[6])]),
                    has_successors=one.organisation in ended,
                    commitments=tuple(
                        ListedCommitment(
                            id=c[0],
                            title=c[1],
                            stage=c[5],
                            principles=tuple(principles[c[0]]),
                            areas=tuple(areas[c[0]]),
                            has_partners=c[0] in shared,
                        )
                        for c in promised
                    ),
                ),
                facets={
                    "nation": nation or NO_PLACE,
                    "region": region or NO_PLACE,
                    "kind": kind,
                    "year": str(signed_on.year),
                },
                words=named | also_named | titles | rest,
                named=named,
                also_named=also_named,
                titles=titles,
                called={plain(name) for name in [*codes, *own, *others]}
                | {key(name) for name in [*own, *others]},
            )
        )
    return loaded


def _words(texts: list[str]) -> set[str]:
    return set(plain_words(" ".join(texts)))
