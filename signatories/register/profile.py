"""What the public reads about one organisation: its signature, its commitments, who came before and after."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Prefetch, Q, QuerySet

from signatories.comparing import Change, changes_in
from signatories.models import Commitment, CommitmentEdit, Organisation, Progress, Signature, Status

# A council of many districts is named as a partner by all of them.
MOST_PARTNERSHIPS = 20


@dataclass(frozen=True)
class Revision:
    """One accepted edit: when the public text changed, and what was said before."""

    at: datetime
    changes: list[Change]


@dataclass(frozen=True)
class Profile:
    organisation: Organisation
    signature: Signature | None
    commitments: list[Commitment]
    # By the key of the commitment, newest first.
    revisions: dict[int, list[Revision]]
    # Signatures that were public and that the organisation has ended, newest first.
    earlier: list[Signature]
    # The newest that the department has taken down and says so, while there is no other.
    taken_down: Signature | None
    predecessors: list[Organisation]
    successors: list[Organisation]
    # Other signatories' commitments that name this organisation as a partner.
    partnerships: list[Commitment]


class BadgeState(models.TextChoices):
    SIGNED = "signed"
    ENDED = "ended"
    NOT_SIGNED = "not-signed"


@dataclass(frozen=True)
class Badge:
    state: BadgeState
    at: datetime | None = None


def published_commitments() -> QuerySet[Commitment]:
    """Return what signatories have promised, as the public reads it."""
    return Commitment.objects.filter(signature__status=Status.PUBLISHED).select_related(
        "signature__organisation"
    )


def profile_of(organisation: Organisation) -> Profile:
    """Gather the page of a listed organisation, in as many queries for a busy one as for a new one."""
    signatures = _public_signatures(organisation)
    signature = next((one for one in signatures if one.status == Status.PUBLISHED), None)
    partnerships = published_commitments().filter(partner_organisations=organisation)
    commitments = _commitments(signature) if signature else []
    return Profile(
        organisation=organisation,
        signature=signature,
        commitments=commitments,
        revisions={commitment.pk: _revisions(commitment) for commitment in commitments},
        earlier=[one for one in signatures if one.status == Status.WITHDRAWN],
        taken_down=None if signature else _taken_down(organisation),
        predecessors=_neighbours(Q(successors=organisation)),
        successors=_neighbours(Q(predecessors=organisation)),
        partnerships=list(partnerships.order_by("-public_change_at", "-pk")[:MOST_PARTNERSHIPS]),
    )


def badge_of(organisation: Organisation) -> Badge:
    """Return what the badge of an organisation says now."""
    signatures = _public_signatures(organisation)
    for signature in signatures:
        if signature.status == Status.PUBLISHED:
            return Badge(BadgeState.SIGNED, signature.signed_at)
    if ended := signatures[0] if signatures else _taken_down(organisation):
        return Badge(BadgeState.ENDED, ended.ended_at)
    return Badge(BadgeState.NOT_SIGNED)


def _public_signatures(organisation: Organisation) -> list[Signature]:
    signatures = Signature.objects.once_public().filter(organisation=organisation)
    return list(signatures.select_related("version", "signed_by").order_by("-signed_at", "-pk"))


def _taken_down(organisation: Organisation) -> Signature | None:
    taken_down = organisation.signatures.filter(status=Status.TAKEN_DOWN, public_notice=True)
    return taken_down.order_by("-ended_at", "-pk").first()


def _commitments(signature: Signature) -> list[Commitment]:
    accepted = CommitmentEdit.objects.accepted().prefetch_related(
        "partner_organisations", "principles", "service_areas"
    )
    commitments = signature.commitments.select_related("signature__organisation").prefetch_related(
        "principles",
        "service_areas",
        Prefetch("partner_organisations", Organisation.objects.listed()),
        Prefetch("progress", Progress.objects.shown(), to_attr="history"),
        Prefetch("edits", accepted, to_attr="accepted_edits"),
    )
    return list(commitments.order_by("pk"))


def _revisions(commitment: Commitment) -> list[Revision]:
    edits: list[CommitmentEdit] = commitment.accepted_edits  # type: ignore[attr-defined]
    return [
        Revision(edit.ended_at, changes)
        for edit in reversed(edits)
        if edit.ended_at and (changes := changes_in(edit))
    ]


def _neighbours(who: Q) -> list[Organisation]:
    """Return listed organisations by name, each with ``published_signatures``: one or none."""
    published = Prefetch("signatures", Signature.objects.published(), to_attr="published_signatures")
    return list(Organisation.objects.listed().filter(who).prefetch_related(published).order_by("name"))
