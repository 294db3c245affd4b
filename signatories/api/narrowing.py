"""Narrow what the API lists by the search and the facets of the page, to the same sets."""

from collections.abc import Sequence
from typing import Annotated, Literal

from ninja import Field, Schema

from signatories.models import Kind, Nation, Region
from signatories.models.progress import Stage
from signatories.register.facets import FACETS, Answer, Query
from signatories.register.searching import MAXIMUM_SEARCH_LENGTH
from signatories.register.snapshot import SORTS, Snapshot

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

    def places(self, snapshot: Snapshot, *, best_first: bool = False) -> Sequence[int]:
        """Return the places in the snapshot of the signatories that answer.

        The first to sign comes first, or if that is asked for and there are words, the best match.
        """
        question = self.question
        if not question.is_narrow:
            return snapshot.first_to_sign
        if best_first and question.q:
            return list(Answer(snapshot, question).places())
        rows = snapshot.rows
        found = Answer(snapshot, question.sorted_by(SORTS[0])).places()
        return sorted(found, key=lambda place: (rows[place].signed_at, rows[place].reference))

    def commitments(self, snapshot: Snapshot) -> Sequence[int]:
        """Return the numbers of the commitments that answer, in order."""
        if not self.question.is_narrow:
            return snapshot.commitments
        answer = Answer(snapshot, self.question.sorted_by(SORTS[0]))
        return sorted(one.id for place in answer.places() for one in answer.shown(place).commitments)
