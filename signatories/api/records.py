"""From rows to what the API tells of them, a fixed number of queries for any number of rows."""

from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from declaration.models import DeclarationVersion
from signatories.models import (
    Commitment,
    Organisation,
    Progress,
    RegisterChange,
    Signature,
)
from signatories.register.coverage import People, Share
from signatories.register.standing import NOT_SIGNED, Standing, State

Record = dict[str, Any]


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def address(name: str, **arguments: Any) -> str:
    """Return the whole address of something in the API."""
    return absolute(reverse(f"api:{name}", kwargs=arguments))


def name_of(organisation: Organisation) -> Record:
    return {
        "name": organisation.name,
        "slug": organisation.slug,
        "gss_code": organisation.gss_code or None,
        "url": absolute(organisation.get_absolute_url()),
    }


def organisations() -> QuerySet[Organisation]:
    """Return listed organisations by slug, with what is told of them."""
    listed = Organisation.objects.listed()
    return (
        listed.select_related("county")
        .prefetch_related(
            "aliases",
            Prefetch("predecessors", listed.only("slug").order_by("slug")),
            Prefetch("successors", listed.only("slug").order_by("slug")),
        )
        .order_by("slug")
    )


def organisation_record(organisation: Organisation, standings: dict[int, Standing]) -> Record:
    return name_of(organisation) | {
        "short_name": organisation.short_name,
        "other_names": sorted(alias.name for alias in organisation.aliases.all()),
        "kind": organisation.kind,
        "nation": organisation.nation or None,
        "region": organisation.region or None,
        "website": organisation.website or None,
        "start_date": organisation.start_date,
        "end_date": organisation.end_date,
        "population": organisation.population,
        "latitude": organisation.latitude,
        "longitude": organisation.longitude,
        "county": organisation.county.slug if organisation.county else None,
        "predecessors": [other.slug for other in organisation.predecessors.all()],
        "successors": [other.slug for other in organisation.successors.all()],
        "state": standings.get(organisation.pk, NOT_SIGNED).state.value,
        "api_url": address("organisation", slug=organisation.slug),
    }


def commitments() -> QuerySet[Commitment]:
    """Return the commitments of signatories by number, with what is told of them."""
    return (
        Commitment.objects.public()
        .select_related("signature__organisation")
        .prefetch_related(
            "principles",
            "service_areas",
            Prefetch("partner_organisations", Organisation.objects.listed().only("slug").order_by("slug")),
            Prefetch("progress", Progress.objects.shown(), to_attr="shown_progress"),
        )
        .order_by("pk")
    )


def commitment_record(commitment: Commitment, organisation: Organisation) -> Record:
    shown: list[Progress] = commitment.shown_progress  # type: ignore[attr-defined]
    return {
        "id": commitment.pk,
        "organisation": organisation.slug,
        "title": commitment.title,
        "mission": commitment.mission,
        "impact": commitment.impact,
        "partners": commitment.partner_lines,
        "partner_organisations": [other.slug for other in commitment.partner_organisations.all()],
        "principles": [{"number": p.number, "title": p.title} for p in commitment.principles.all()],
        "service_areas": [{"slug": a.slug, "name": a.name} for a in commitment.service_areas.all()],
        "committed_date": timezone.localdate(commitment.promised_at),
        "target_date": commitment.target_date,
        "open_to_others": commitment.open_to_others,
        "stage": commitment.stage,
        "progress": [
            {
                "stage": one.stage,
                "happened": one.happened,
                "learned": one.learned,
                "reported_date": timezone.localdate(one.reported_at),
            }
            for one in shown
        ],
        "last_updated": commitment.public_change_at,
        "api_url": address("commitment", number=commitment.pk),
    }


def signatories() -> QuerySet[Signature]:
    """Return published signatures, the first to sign first, with what is told of them."""
    return (
        Signature.objects.published()
        .select_related("organisation", "version", "signed_by")
        .prefetch_related(
            Prefetch("commitments", commitments()),
            Prefetch("organisation__successors", Organisation.objects.listed().only("slug").order_by("slug")),
        )
        .order_by("signed_at", "pk")
    )


def signatory_record(signature: Signature) -> Record:
    organisation, signer = signature.organisation, signature.signed_by
    named = signature.publish_signer_name and signer is not None
    return {
        "organisation": name_of(organisation),
        "kind": organisation.kind,
        "nation": organisation.nation or None,
        "region": organisation.region or None,
        "reference": signature.reference,
        "signed_date": timezone.localdate(signature.signed_at),
        "version": signature.version.number if signature.version else None,
        "wording_hash": signature.wording_hash,
        "signer_role": signature.get_signed_capacity_display(),
        "signer_name": signer.full_name if named and signer else None,
        "superseded_by": [other.slug for other in organisation.successors.all()],
        "commitments": [commitment_record(one, organisation) for one in signature.commitments.all()],
        "api_url": address("signatory", slug=organisation.slug),
    }


def versions() -> QuerySet[DeclarationVersion]:
    """Return published versions, the newest first."""
    return DeclarationVersion.objects.published().prefetch_related("principles").order_by("-number")


def version_record(version: DeclarationVersion) -> Record:
    return {
        "number": version.number,
        "title": version.title,
        "introduction": version.introduction,
        "is_summary": version.is_summary,
        "published_date": timezone.localdate(version.published_at),
        "wording_hash": version.wording_hash,
        "principles": [
            {"number": p.number, "title": p.title, "text": p.text}
            for p in sorted(version.principles.all(), key=lambda p: p.number)
        ],
        "url": absolute(version.get_absolute_url()),
        "api_url": address("version", number=version.number),
    }


def share_record(share: Share, group: str) -> Record:
    return {
        "group": group,
        "councils": share.councils,
        "signed": share.states[State.SIGNED],
        "in_process": share.states[State.IN_PROCESS],
        "not_signed": share.states[State.NOT_SIGNED],
        "people": share.population,
        "people_own": share.people[People.OWN],
        "people_county": share.people[People.COUNTY],
        "people_neither": share.people[People.NEITHER],
    }


def change_record(change: RegisterChange) -> Record:
    return {
        "number": change.number,
        "at": change.at,
        "what": change.what,
        "organisation": name_of(change.organisation),
        "api_url": address("organisation", slug=change.organisation.slug),
    }
