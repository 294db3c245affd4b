"""Pages of the lists of signatories and commitments: each record is checked and written once, and kept.

To read fifty signatories with their commitments from the database and to check what is told of them takes
a hundred times as long as to join what was written before. What is written stands for one state of the
register, as rows of the list do, and is dropped with it.
"""

import json
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Any, TypeVar

from django.http import HttpResponse
from ninja import Schema
from ninja.responses import NinjaJSONEncoder

from signatories.api import schemas
from signatories.api.records import (
    Record,
    commitment_record,
    commitments,
    signatories,
    signatory_record,
)
from signatories.register.pieces import Pieces
from signatories.register.snapshot import Snapshot

One = TypeVar("One", bound=Hashable)
# The records of some of what is listed; what is no longer public has none.
Tell = Callable[[Collection[One]], Iterable[tuple[One, Record]]]


def page_of_signatories(snapshot: Snapshot, places: Sequence[int], page: int, per_page: int) -> HttpResponse:
    """Return one page of the signatories in these places of a snapshot."""

    def tell(wanted: Collection[int]) -> Iterable[tuple[int, Record]]:
        place_of = {snapshot.rows[place].organisation_id: place for place in wanted}
        for signature in signatories().filter(organisation__in=place_of):
            yield place_of[signature.organisation_id], signatory_record(signature)

    return _page("signatories", schemas.Signatory, tell, snapshot.pieces, places, page, per_page)


def page_of_commitments(snapshot: Snapshot, numbers: Sequence[int], page: int, per_page: int) -> HttpResponse:
    """Return one page of the commitments with these numbers."""

    def tell(wanted: Collection[int]) -> Iterable[tuple[int, Record]]:
        for commitment in commitments().filter(pk__in=wanted):
            yield commitment.pk, commitment_record(commitment, commitment.signature.organisation)

    return _page("commitments", schemas.Commitment, tell, snapshot.pieces, numbers, page, per_page)


def _page(
    name: str,
    schema: type[Schema],
    tell: Tell[One],
    pieces: Pieces,
    listed: Sequence[One],
    page: int,
    per_page: int,
) -> HttpResponse:
    start = (page - 1) * per_page
    shown = listed[start : start + per_page]
    kind = f"api {name}"
    texts = {one: text for one in shown if (text := pieces.get(kind, one))}
    if missing := [one for one in shown if one not in texts]:
        for one, record in tell(missing):
            texts[one] = pieces.keep(kind, one, _written(schema, record))
    head = {"total": len(listed), "page": page, "pages": -(-len(listed) // per_page) or 1}
    rows = ", ".join(texts[one] for one in shown if one in texts)
    return HttpResponse(
        f'{json.dumps(head)[:-1]}, "{name}": [{rows}]}}', content_type="application/json; charset=utf-8"
    )


def _written(schema: type[Schema], record: Record) -> str:
    """Return a record as JSON. Raises pydantic's ValidationError for one that is not what we describe."""
    told: dict[str, Any] = schema.model_validate(record).model_dump()
    return json.dumps(told, cls=NinjaJSONEncoder)
