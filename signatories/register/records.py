"""The register as data: one record for each signatory, the same for every format."""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from declaration.spreadsheets import neutral
from signatories.models import Commitment, Organisation, Status
from signatories.register.facets import Answer, Shown

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
ATTRIBUTION = (
    "Contains public sector information licensed under the Open Government Licence v3.0. "
    "Contains National Statistics data © Crown copyright and database right 2026. "
    "Contains data from mySociety's UK Local Authority Names and Codes (CC BY 4.0), changed."
)
# Rows read from the database at a time, so that a file of any length needs little memory.
_AT_A_TIME = 500

Record = dict[str, Any]


def json_of(answer: Answer, places: Iterable[int]) -> Iterator[str]:
    """Return the record of each row as JSON."""
    return _written(answer, places, "json", _as_json)


def csv_of(answer: Answer, places: Iterable[int]) -> Iterator[str]:
    """Return the lines of each row as CSV, without the head."""
    return _written(answer, places, "csv", _as_csv)


def _written(
    answer: Answer, places: Iterable[int], kind: str, write: Callable[[Record], str]
) -> Iterator[str]:
    """Return what is written of each row, in this order, with its commitments that answer the query.

    What stopped being published since the answer was found is left out.
    """
    waiting, pieces = iter(places), answer.snapshot.pieces
    is_first = True
    while chunk := [answer.shown(place) for place in islice(waiting, _AT_A_TIME)]:
        # The rows of a long file would leave no room for those of pages.
        is_first, is_short = False, is_first and len(chunk) < _AT_A_TIME
        ready = {one.key: text for one in chunk if (text := pieces.get(kind, one.key))}
        made = _records(answer, [one for one in chunk if one.key not in ready])
        for one in chunk:
            if one.key in ready:
                yield ready[one.key]
            elif one.key in made:
                text = write(made[one.key])
                yield pieces.keep(kind, one.key, text) if is_short else text


_JSON: Final = json.JSONEncoder(ensure_ascii=False, default=lambda value: plain_json(value))


def _as_json(record: Record) -> str:
    return _JSON.encode(record)


def _as_csv(record: Record) -> str:
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows(_lines_of(record))
    return lines.getvalue()


def _records(answer: Answer, rows: list[Shown]) -> dict[Hashable, Record]:
    if not rows:
        return {}
    shown = [commitment for _, _, commitments in rows for commitment in commitments]
    texts = _texts([commitment.id for commitment in shown])
    partners = _partners([commitment.id for commitment in shown if commitment.has_partners])
    successors = _successors([row.organisation_id for _, row, _ in rows if row.has_successors])
    titles = {facet: dict(answer.snapshot.choices[facet]) for facet in ("principle", "area", "status")}
    base = settings.SITE_URL + reverse("signatories")
    records = {}
    for key, row, commitments in rows:
        published = [commitment for commitment in commitments if commitment.id in texts]
        if not published:
            continue
        records[key] = {
            "reference": row.reference,
            "organisation": row.name,
            "slug": row.slug,
            "gss_code": row.gss_code,
            "kind": row.kind,
            "nation": row.nation,
            "region": row.region,
            "signed_date": row.signed_on,
            "signed_at": row.signed_at,
            "version": row.version,
            "signer_role": row.signer_role,
            "signer_name": row.signer_name,
            "status": "published",
            "superseded_by": successors[row.organisation_id],
            "last_updated": row.updated_at,
            "url": f"{base}{row.slug}/",
            "commitments": [
                {
                    "id": commitment.id,
                    "title": commitment.title,
                    **texts[commitment.id],
                    "committed_date": texts[commitment.id]["committed_date"] or row.signed_on,
                    "partners": partners[commitment.id] + texts[commitment.id]["partners"],
                    "principles": [titles["principle"].get(p, p) for p in commitment.principles],
                    "service_areas": [titles["area"].get(a, a) for a in commitment.areas],
                    "stage": titles["status"][commitment.stage],
                }
                for commitment in published
            ],
        }
    return records


def _partners(commitments: list[int]) -> defaultdict[int, list[str]]:
    found = defaultdict(list)
    if commitments:
        link = Commitment.partner_organisations.through.objects
        for commitment, name in (
            link.filter(commitment__in=commitments, organisation__in=Organisation.objects.listed())
            .order_by("organisation__name")
            .values_list("commitment_id", "organisation__name")
        ):
            found[commitment].append(name)
    return found


def _texts(commitments: list[int]) -> dict[int, Record]:
    """Return what else is told of those that still are published."""
    # Whether they are is looked at here: asked for it, SQLite would begin with all that are.
    columns = (
        "mission",
        "impact",
        "partners",
        "target_date",
        "open_to_others",
        "public_change_at",
        "added_at",
    )
    found = Commitment.objects.shown().filter(pk__in=commitments).order_by()
    return {
        pk: {
            "mission": mission,
            "impact": impact,
            "partners": [line.strip() for line in others.splitlines() if line.strip()],
            "target_date": target_date,
            "open_to_others": open_to_others,
            "last_updated": changed_at,
            "committed_date": timezone.localdate(added_at) if added_at else None,
        }
        for pk, status, mission, impact, others, target_date, open_to_others, changed_at, added_at in (
            found.values_list("pk", "signature__status", *columns)
        )
        if status == Status.PUBLISHED
    }


def _successors(organisations: list[int]) -> defaultdict[int, list[str]]:
    found = defaultdict(list)
    if organisations:
        link = Organisation.successors.through.objects
        for organisation, slug in (
            link.filter(
                from_organisation__in=organisations, to_organisation__in=Organisation.objects.listed()
            )
            .order_by("to_organisation__slug")
            .values_list("from_organisation_id", "to_organisation__slug")
        ):
            found[organisation].append(slug)
    return found


# The columns of the CSV, in this order for good: new ones come at the end.
COLUMNS = (
    "reference",
    "organisation",
    "slug",
    "gss_code",
    "kind",
    "nation",
    "region",
    "signed_date",
    "version",
    "signer_role",
    "signer_name",
    "status",
    "superseded_by",
    "commitment_id",
    "commitment_title",
    "mission",
    "impact",
    "partners",
    "principles",
    "service_areas",
    "stage",
    "target_date",
    "open_to_others",
    "last_updated",
    "url",
    "committed_date",
)


# What each commitment says for itself, in these columns.
_OF_COMMITMENTS: Final = {"commitment_id": "id", "commitment_title": "title"} | {
    name: name
    for name in (
        "mission",
        "impact",
        "partners",
        "principles",
        "service_areas",
        "stage",
        "target_date",
        "open_to_others",
        "committed_date",
    )
}


def _lines_of(record: Record) -> Iterator[list[str]]:
    """Return the record as lines of a table, one for each commitment."""
    whole = {column: _cell(record[column]) for column in COLUMNS if column not in _OF_COMMITMENTS}
    for commitment in record["commitments"]:
        own = {column: _cell(commitment[name]) for column, name in _OF_COMMITMENTS.items()}
        if commitment["last_updated"]:
            own["last_updated"] = _cell(commitment["last_updated"])
        line = {**whole, **own}
        yield [line[column] for column in COLUMNS]


def _cell(value: object) -> str:
    """Return a value as text that no spreadsheet takes for a formula."""
    if isinstance(value, str):
        text = value
    elif value is None:
        return ""
    elif isinstance(value, bool):
        return "yes" if value else "no"
    elif isinstance(value, list):
        text = "; ".join(value)
    else:
        text = str(value) if isinstance(value, int) else plain_json(value)
    return text if text[:1].isalnum() else str(neutral(text))


def plain_json(value: Any) -> str:
    """Return a date as «2026-11-21», and a moment as UTC to the second: «2026-11-21T15:04:05Z»."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
    text: str = value.isoformat()
    return text
