"""Load what every installation begins with. Loading again adds what is new and repeats nothing.

What staff have edited since is left alone: an organisation is brought up to date from the
register only while it is marked as coming from it; texts are written once.
"""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from declaration.models import DeclarationVersion, Principle, ServiceArea
from declaration.publishing import publish
from signatories.models import Organisation, OrganisationDomain, Origin, Reason

DATA = Path(__file__).parent / "data"
TEXT_COLUMNS = ("name", "short_name", "gss_code", "nation", "region", "website")


def load_reference() -> dict[str, int]:
    """Load the register, version 1 of the Declaration, service areas and reasons. Return their counts."""
    with transaction.atomic():
        load_register()
        load_declaration()
        load_service_areas()
        load_reasons()
    return {
        "organisations": Organisation.objects.filter(origin=Origin.REGISTER).count(),
        "versions of the Declaration": DeclarationVersion.objects.published().count(),
        "service areas": ServiceArea.objects.count(),
        "reasons": Reason.objects.count(),
    }


def load_register() -> None:
    """Bring the organisations of the register, their domains and successors up to date."""
    with (DATA / "organisations.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    by_slug = {o.slug: o for o in Organisation.objects.filter(slug__in=[row["slug"] for row in rows])}
    new = [Organisation(slug=row["slug"], **_fields(row)) for row in rows if row["slug"] not in by_slug]
    Organisation.objects.bulk_create(new)
    for row in rows:
        known = by_slug.get(row["slug"])
        if known and known.origin == Origin.REGISTER:
            _update_if_changed(known, _fields(row))
    by_slug |= {o.slug: o for o in new}
    from_register = [row for row in rows if by_slug[row["slug"]].origin == Origin.REGISTER]
    OrganisationDomain.objects.bulk_create(
        [
            OrganisationDomain(organisation=by_slug[row["slug"]], domain=domain.lower())
            for row in from_register
            for domain in row["domains"].split(";")
            if domain
        ],
        ignore_conflicts=True,
    )
    Organisation.successors.through.objects.bulk_create(
        [
            Organisation.successors.through(
                from_organisation_id=by_slug[row["slug"]].pk, to_organisation_id=by_slug[successor].pk
            )
            for row in from_register
            for successor in row["successors"].split(";")
            if successor
        ],
        ignore_conflicts=True,
    )


def _fields(row: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: row[name] for name in TEXT_COLUMNS}
    fields |= {"kind": row["type"], "origin": Origin.REGISTER}
    for name in ("start_date", "end_date"):
        fields[name] = date.fromisoformat(row[name]) if row[name] else None
    for name in ("hex_q", "hex_r", "population"):
        fields[name] = int(row[name]) if row[name] else None
    for name in ("latitude", "longitude"):
        fields[name] = row[name] or None
    return fields


def _update_if_changed(organisation: Organisation, fields: dict[str, Any]) -> None:
    changed = [name for name, value in fields.items() if str(getattr(organisation, name)) != str(value)]
    for name in changed:
        setattr(organisation, name, fields[name])
    if changed:
        organisation.save(update_fields=changed)


def load_declaration() -> None:
    """Write and publish version 1, unless there is one."""
    if DeclarationVersion.objects.exists():
        return
    text = json.loads((DATA / "declaration.json").read_text(encoding="utf-8"))
    version = DeclarationVersion.objects.create(
        number=1,
        title=text["title"],
        introduction=text["introduction"],
        is_summary=text["is_summary"],
    )
    for number, principle in enumerate(text["principles"], start=1):
        Principle.objects.create(
            version=version, number=number, title=principle["title"], text=principle["text"]
        )
    publish(version=version, by=None)


def load_service_areas() -> None:
    areas = json.loads((DATA / "service_areas.json").read_text(encoding="utf-8"))
    ServiceArea.objects.bulk_create(
        [ServiceArea(slug=a["slug"], name=a["name"], order=n) for n, a in enumerate(areas)],
        ignore_conflicts=True,
    )


def load_reasons() -> None:
    reasons = json.loads((DATA / "reasons.json").read_text(encoding="utf-8"))
    Reason.objects.bulk_create(
        [Reason(order=n, **reason) for n, reason in enumerate(reasons)], ignore_conflicts=True
    )
