"""Narrow what the API lists by the search and the facets of the page, to the same sets."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Schema

from declaration.fresh_pages import freshness_of
from signatories.api.records import commitments, signatories
from signatories.models import Commitment, Kind, Nation, Region, Signature
from signatories.models.progress import Stage
from signatories.register.facets import FACETS, Answer, Query
from signatories.register.searching import MAXIMUM_SEARCH_LENGTH
from signatories.register.snapshot import current

# Any text that a person could type, as the service takes it nowhere else either.
WITHOUT_NUL = r"^[^\x00]*$"
NoPlace = Literal["none"]
AND_SO_ON = " Several widen the answer; different parameters narrow it."


class Narrowing(Schema):
    """What is asked of signatories. A signatory answers when one of its commitments has all that is asked."""

    q: str = Field(
        "",
        max_length=MAXIMUM_SEARCH_LENGTH,
        pattern=WITHOUT_NUL,
        description="Words, parts of words or misspelt words of names and commitments, as on the page.",
    )
    nation: list[Nation | NoPlace] = Field(
        [], description="Only these nations; `none` for bodies of no single one." + AND_SO_ON
    )
    region: list[Region | NoPlace] = Field(
        [], description="Only these regions; `none` for bodies of no single one."
    )
    kind: list[Kind] = Field([], description="Only these kinds of body.")
    principle: list[int] = Field([], description="Only commitments to these principles, by number.")
    area: list[Annotated[str, Field(pattern=WITHOUT_NUL)]] = Field(
        [], description="Only commitments of these service areas, by slug."
    )
    status: list[Stage] = Field([], description="Only commitments that go like this.")
    year: list[int] = Field([], description="Only signatures of these years.")

    @property
    def question(self) -> Query:
        """The question that the page would ask. What no signatory has is kept: it finds nothing."""
        chosen = {facet: tuple(str(value) for value in getattr(self, facet)) for facet in FACETS}
        return Query(
            q=" ".join(self.q.split()), chosen={facet: values for facet, values in chosen.items() if values}
        )

    def signatures(self, request: HttpRequest) -> list[tuple[Any, ...]]:
        """Return for each signature that answers its time, its reference and its organisation, in order."""
        answer = self._answer(request)
        rows = (answer.snapshot.rows[place] for place in answer.places())
        return sorted((row.signed_at, row.reference, row.organisation_id) for row in rows)

    def commitments(self, request: HttpRequest) -> list[int]:
        """Return the numbers of the commitments that answer."""
        answer = self._answer(request)
        return sorted(one.id for place in answer.places() for one in answer.shown(place).commitments)

    def _answer(self, request: HttpRequest) -> Answer:
        return Answer(current(freshness_of(request)), self.question)


def signatures_of(found: list[tuple[Any, ...]]) -> list[Signature]:
    """Return these signatures in this order; what is no longer public is left out."""
    organisations = [organisation for _, _, organisation in found]
    told = {one.organisation_id: one for one in signatories().filter(organisation__in=organisations)}
    return [told[organisation] for organisation in organisations if organisation in told]


def commitments_of(found: list[int]) -> list[Commitment]:
    """Return these commitments by number; what is no longer public is left out."""
    return list(commitments().filter(pk__in=found))
