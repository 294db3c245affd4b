"""What the public reads about one organisation: its signature, its commitments, who came before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Prefetch, Q, QuerySet

from signatories.comparing import Change, compare, text_of
from signatories.models import Commitment, CommitmentEdit, Organisation, Progress, Signature, Status

# A council of many districts is named as a partner by all of them.
MOST_PARTNERSHIPS = 20


@dataclass(frozen=True)
class Removal:
    """A text that staff took out of the history: when it stood there, and when it was removed."""

    since: datetime | None
    until: datetime
    at: datetime


@dataclass(frozen=True)
class Revision:
    """How the public text changed, when, and what was said before.

    Where texts between the two were removed, they are told of and the change goes past them; where the
    very first was, nothing is left to compare with.
    """

    at: datetime
    changes: list[Change]
    removed: list[Removal]


@dataclass(frozen=True)
class Profile:
    organisation: Organisation
    signature: Signature | None
    commitments: list[Commitment]
    # Of the same signature, those of which the department says that it has taken them down.
    commitments_taken_down: list[Commitment]
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
    return Commitment.objects.public().select_related("signature__organisation")


def profile_of(organisation: Organisation) -> Profile:
    """Gather the page of a listed organisation, in as many queries for a busy one as for a new one."""
    signatures = _public_signatures(organisation)
    signature = next((one for one in signatures if one.status == Status.PUBLISHED), None)
    partnerships = published_commitments().filter(partner_organisations=organisation)
    promised = _commitments(signature) if signature else []
    commitments = [one for one in promised if one.is_shown]
    return Profile(
        organisation=organisation,
        signature=signature,
        commitments=commitments,
        commitments_taken_down=[one for one in promised if one.public_notice],
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
    accepted = (
        CommitmentEdit.objects.accepted()
        .select_related("hidden_text")
        .prefetch_related("partner_organisations", "principles", "service_areas")
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
    """Return what the text said before, newest first, going past what staff took out of the history."""
    edits: list[CommitmentEdit] = commitment.accepted_edits  # type: ignore[attr-defined]
    revisions: list[Revision] = []
    before: Mapping[str, Any] | None = None
    removed: list[Removal] = []
    since = commitment.promised_at
    for place, edit in enumerate(edits):
        assert edit.ended_at is not None  # noqa: S101 - accepted means ended
        hidden = getattr(edit, "hidden_text", None)
        if hidden:
            removed.append(Removal(since, edit.ended_at, hidden.hidden_at))
        else:
            before = edit.replaced
        since = edit.ended_at
        following = edits[place + 1] if place + 1 < len(edits) else None
        if following and hasattr(following, "hidden_text"):
            continue  # what this edit wrote was removed: the change is told with the next text that was not
        changes = compare(before, text_of(edit)) if before is not None else []
        if changes or removed:
            revisions.append(Revision(edit.ended_at, changes, removed))
        before, removed = None, []
    return revisions[::-1]


def _neighbours(who: Q) -> list[Organisation]:
    """Return listed organisations by name, each with ``published_signatures``: one or none."""
    published = Prefetch("signatures", Signature.objects.published(), to_attr="published_signatures")
    return list(Organisation.objects.listed().filter(who).prefetch_related(published).order_by("name"))
