"""The register as data: one record for each signatory, the same for every format."""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from signatories.models import Commitment, Organisation, Status
from signatories.register.facets import Answer

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

    Whole records are written once for a snapshot. What stopped being published since the answer
    was found is left out.
    """
    waiting, snapshot = iter(places), answer.snapshot
    while chunk := list(islice(waiting, _AT_A_TIME)):
        ready = {}
        if not answer.narrows_commitments:
            ready = {place: text for place in chunk if (text := snapshot.remembered(kind, place))}
        made = _records(answer, [place for place in chunk if place not in ready])
        for place in chunk:
            if place in ready:
                yield ready[place]
            elif place in made:
                text = write(made[place])
                yield text if answer.narrows_commitments else snapshot.remember(kind, place, text)


def _as_json(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False, default=plain_json)


def _as_csv(record: Record) -> str:
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows(_lines_of(record))
    return lines.getvalue()


def _records(answer: Answer, places: list[int]) -> dict[int, Record]:
    if not places:
        return {}
    rows = [(place, answer.snapshot.rows[place], answer.commitments(place)) for place in places]
    shown = [commitment for _, _, commitments in rows for commitment in commitments]
    texts = _texts([commitment.id for commitment in shown])
    partners = _partners([commitment.id for commitment in shown if commitment.has_partners])
    successors = _successors([row.organisation_id for _, row, _ in rows if row.has_successors])
    titles = {facet: dict(answer.snapshot.choices[facet]) for facet in ("principle", "area", "status")}
    base = settings.SITE_URL + reverse("signatories")
    records = {}
    for place, row, commitments in rows:
        published = [commitment for commitment in commitments if commitment.id in texts]
        if not published:
            continue
        records[place] = {
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
            link.filter(commitment__in=commitments)
            .order_by("organisation__name")
            .values_list("commitment_id", "organisation__name")
        ):
            found[commitment].append(name)
    return found


def _texts(commitments: list[int]) -> dict[int, Record]:
    columns = ("mission", "impact", "partners", "target_date", "open_to_others", "public_change_at")
    found = Commitment.objects.filter(pk__in=commitments, signature__status=Status.PUBLISHED)
    return {
        pk: {
            "mission": mission,
            "impact": impact,
            "partners": [line.strip() for line in others.splitlines() if line.strip()],
            "target_date": target_date,
            "open_to_others": open_to_others,
            "last_updated": changed_at,
        }
        for pk, mission, impact, others, target_date, open_to_others, changed_at in (
            found.order_by().values_list("pk", *columns)
        )
    }


def _successors(organisations: list[int]) -> defaultdict[int, list[str]]:
    found = defaultdict(list)
    if organisations:
        link = Organisation.successors.through.objects
        for organisation, slug in (
            link.filter(from_organisation__in=organisations)
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
)


def _lines_of(record: Record) -> Iterator[list[str]]:
    """Return the record as lines of a table, one for each commitment."""
    for commitment in record["commitments"]:
        line = {**record, **commitment}
        line |= {"commitment_id": commitment["id"], "commitment_title": commitment["title"]}
        line["last_updated"] = commitment["last_updated"] or record["last_updated"]
        yield [_cell(line[column]) for column in COLUMNS]


def _cell(value: object) -> str:
    """Return a value as text that no spreadsheet takes for a formula.

    Excel and others work out a cell that begins with one of these signs, also after a tab or a
    line break; an apostrophe before it makes it text (OWASP, CSV injection).
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        text = "; ".join(value)
    elif isinstance(value, (int, str)):
        text = str(value)
    else:
        text = plain_json(value)
    return f"'{text}" if text.lstrip()[:1] in {"=", "+", "-", "@"} or text[:1] in {"\t", "\r"} else text


def plain_json(value: Any) -> str:
    """Return a date as «2026-11-21», and a moment as UTC to the second: «2026-11-21T15:04:05Z»."""
    if hasattr(value, "hour"):
        return value.astimezone(timezone.get_fixed_timezone(0)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()
