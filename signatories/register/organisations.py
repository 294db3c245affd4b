"""The public register as querysets: who has signed, who may, and who is meant by a name."""

import re
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from signatories.models import Kind, Organisation, OrganisationAlias, Signature
from signatories.models.organisation import OrganisationQuerySet
from signatories.models.signature import SignatureQuerySet
from signatories.naming import plain_words
from signatories.register import searching

MAXIMUM_SEARCH_LENGTH = 100
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def words_of(text: str) -> list[str]:
    """Return the words to search for: at most six, without control characters, which nothing can show."""
    return CONTROL_CHARACTERS.sub(" ", text)[:MAXIMUM_SEARCH_LENGTH].split()[:6]


def find_organisations(text: str) -> OrganisationQuerySet:
    """Return listed organisations with every typed word in a name, or as GSS code. Nothing for no words.

    Where no name has them as they were typed, the names most like them are found.
    """
    words = words_of(text)
    listed = Organisation.objects.listed().order_by("name")
    if not words:
        return listed.none()
    found = listed
    for word in words:
        other_names = OrganisationAlias.objects.filter(name__icontains=word)
        found = found.filter(
            Q(name__icontains=word)
            | Q(short_name__icontains=word)
            | Q(pk__in=other_names.values("organisation"))
            | Q(gss_code__iexact=word)
        )
    return found if found.exists() else listed.filter(pk__in=_written_otherwise(text))


def organisations_named(names: Iterable[str]) -> dict[str, Organisation]:
    """Return the listed organisations that have one of these whole names, by the name in lower case.

    An official name comes before another name people know, and what exists today before what has
    ended. A name that several are known by names none of them.
    """
    typed = [name.lower() for name in names]
    known: dict[str, Organisation | None] = {}
    aliases = OrganisationAlias.objects.annotate(small=Lower("name")).filter(small__in=typed)
    listed = Organisation.objects.listed()
    for alias in aliases.filter(organisation__in=listed).select_related("organisation"):
        known[alias.name.casefold()] = None if alias.name.casefold() in known else alias.organisation
    official = listed.annotate(small=Lower("name")).filter(small__in=typed)
    for organisation in sorted(official, key=lambda one: one.exists_today):
        known[organisation.name.casefold()] = organisation
    return {name: one for name, one in known.items() if one is not None}


def _written_otherwise(text: str) -> list[int]:
    """Return the organisations whose names have the words in another spelling: «saint», «birmingam»."""
    plain = searching.words_of(text)
    if not plain:
        return []
    names: dict[int, list[str]] = defaultdict(list)
    for columns in (
        Organisation.objects.values_list("pk", "name"),
        Organisation.objects.values_list("pk", "short_name"),
        OrganisationAlias.objects.values_list("organisation", "name"),
    ):
        for organisation, name in columns.order_by():
            names[organisation].append(name)
    organisations = list(names)
    index = searching.WordIndex.of(
        (place, set(plain_words(" ".join(names[organisation]))))
        for place, organisation in enumerate(organisations)
    )
    found = index.search(plain).entries
    return [organisation for place, organisation in enumerate(organisations) if found >> place & 1]


def signatories() -> SignatureQuerySet:
    """Return every published signature with what the public pages show of it."""
    return (
        Signature.objects.published()
        .select_related("organisation", "version", "signed_by")
        .prefetch_related("commitments")
        .order_by("-signed_at", "-pk")
    )


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
