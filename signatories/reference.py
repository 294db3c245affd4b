"""Load what every installation begins with. Loading again adds what is new and repeats nothing.

What staff have edited since is left alone: an organisation is brought up to date from the
register only while it is marked as coming from it; texts are written once.
"""

import csv
import json
from datetime import date
from operator import attrgetter
from pathlib import Path
from typing import Any

from django.db import transaction

from declaration.models import DeclarationVersion, Principle, ServiceArea
from declaration.publishing import publish
from signatories.changes import record_changes
from signatories.models import Organisation, OrganisationAlias, OrganisationDomain, Origin, Reason, What

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
    """Bring the organisations of the register, their domains, names and successors up to date."""
    rows = _rows("organisations.csv")
    by_slug = {o.slug: o for o in Organisation.objects.filter(slug__in=[row["slug"] for row in rows])}
    new = [Organisation(slug=row["slug"], **_fields(row)) for row in rows if row["slug"] not in by_slug]
    Organisation.objects.bulk_create(new)
    corrected = {
        known
        for row in rows
        if (known := by_slug.get(row["slug"]))
        and known.origin == Origin.REGISTER
        and _update_if_changed(known, _fields(row))
    }
    by_slug |= {o.slug: o for o in new}
    from_register = [row for row in rows if by_slug[row["slug"]].origin == Origin.REGISTER]
    load_counties(by_slug)
    OrganisationDomain.objects.bulk_create(
        [
            OrganisationDomain(organisation=by_slug[row["slug"]], domain=domain.lower())
            for row in from_register
            for domain in row["domains"].split(";")
            if domain
        ],
        ignore_conflicts=True,
    )
    corrected |= _add_aliases({row["slug"]: by_slug[row["slug"]] for row in from_register})
    corrected |= _add_successors(from_register, by_slug)
    record_changes(organisations=new, what=What.ADDED)
    record_changes(organisations=sorted(corrected - set(new), key=attrgetter("slug")), what=What.CORRECTED)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _add_aliases(by_slug: dict[str, Organisation]) -> set[Organisation]:
    """Add other names that are not there yet. Return whose they are."""
    known = set(OrganisationAlias.objects.values_list("organisation__slug", "name"))
    new = [
        OrganisationAlias(organisation=by_slug[row["slug"]], name=row["name"])
        for row in _rows("aliases.csv")
        if row["slug"] in by_slug and (row["slug"], row["name"]) not in known
    ]
    OrganisationAlias.objects.bulk_create(new)
    return {alias.organisation for alias in new}


def _add_successors(rows: list[dict[str, str]], by_slug: dict[str, Organisation]) -> set[Organisation]:
    """Add successions that are not there yet. Return the organisations at both ends."""
    link = Organisation.successors.through
    known = set(link.objects.values_list("from_organisation_id", "to_organisation_id"))
    pairs = [
        (by_slug[row["slug"]], by_slug[successor])
        for row in rows
        for successor in row["successors"].split(";")
        if successor
    ]
    new = [(old, successor) for old, successor in pairs if (old.pk, successor.pk) not in known]
    link.objects.bulk_create(
        [link(from_organisation_id=old.pk, to_organisation_id=successor.pk) for old, successor in new]
    )
    return {organisation for pair in new for organisation in pair}


def load_counties(by_slug: dict[str, Organisation]) -> None:
    """Say of each district council which county council serves the same people."""
    with (DATA / "district-county.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    changed = []
    for row in rows:
        district, county = by_slug[row["district_slug"]], by_slug[row["county_slug"]]
        if district.origin == Origin.REGISTER and district.county_id != county.pk:
            district.county = county
            changed.append(district)
    Organisation.objects.bulk_update(changed, ["county"])


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


def _update_if_changed(organisation: Organisation, fields: dict[str, Any]) -> bool:
    changed = [name for name, value in fields.items() if str(getattr(organisation, name)) != str(value)]
    for name in changed:
        setattr(organisation, name, fields[name])
    if changed:
        organisation.save(update_fields=changed)
    return bool(changed)


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
