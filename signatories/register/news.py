"""What the newsletter may say about the register of signatories."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

from django.db.models import QuerySet

from declaration.newsletter.register import Block, News
from signatories.links import absolute
from signatories.models import Commitment, Organisation, Signature, Status
from signatories.models.organisation import Kind, Region

LISTED_AT_MOST = 30


class SignatoriesRegister:
    """Answers for `declaration.newsletter.register.Register`."""

    def regions(self) -> Sequence[str]:
        return list(Region.values)

    def kinds(self) -> Sequence[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in Kind.choices]

    def news(self, since: datetime, until: datetime) -> Sequence[News]:
        found = (
            Signature.objects.published()
            .filter(signed_at__gte=since, signed_at__lt=until)
            .select_related("organisation")
            .prefetch_related("commitments__service_areas")
            .order_by("signed_at", "pk")
        )
        signed = [_of_signature(signature) for signature in found]
        added = [
            _news(one.added_at, one.signature.organisation, [one])
            for one in _further(since).filter(added_at__lt=until).prefetch_related("service_areas")
            if one.added_at
        ]
        return sorted([*signed, *added], key=attrgetter("at"))

    def blocks(self, since: datetime) -> Sequence[Block]:
        blocks = []
        new = Signature.objects.published().filter(signed_at__gte=since).select_related("organisation")
        signed = [
            f"- {_link(one.organisation)}" for one in new.order_by("organisation__name")[:LISTED_AT_MOST]
        ]
        if signed:
            blocks.append(Block("New signatories", "## New signatories\n\n" + "\n".join(signed) + "\n"))
        promised = [
            f"- {one.title}: {_link(one.signature.organisation)}" for one in _further(since)[:LISTED_AT_MOST]
        ]
        if promised:
            listed = "\n".join(promised)
            blocks.append(Block("Further commitments", f"## Further commitments\n\n{listed}\n"))
        partners = (
            Signature.objects.published()
            .filter(commitments__open_to_others=True)
            .select_related("organisation")
            .prefetch_related("commitments")
            .distinct()
            .order_by("-signed_at")
        )
        looking = [
            f"- {commitment.title}: {_link(one.organisation)}"
            for one in partners[:LISTED_AT_MOST]
            for commitment in one.commitments.all()
            if commitment.open_to_others
        ]
        if looking:
            blocks.append(
                Block("Looking for partners", "## Looking for partners\n\n" + "\n".join(looking) + "\n")
            )
        return blocks


def _further(since: datetime) -> QuerySet[Commitment]:
    """Return what signatories have added to their signatures since a moment, oldest first."""
    added = Commitment.objects.filter(signature__status=Status.PUBLISHED, added_at__gte=since)
    return added.select_related("signature__organisation").order_by("added_at", "pk")


def _link(organisation: Organisation) -> str:
    return f"[{organisation.name}]({absolute(organisation.get_absolute_url())})"


def _of_signature(signature: Signature) -> News:
    """Tell of what was signed with; what was added later is news of its own."""
    assert signature.signed_at is not None  # noqa: S101 - published means signed
    signed_with = [commitment for commitment in signature.commitments.all() if commitment.added_at is None]
    return _news(signature.signed_at, signature.organisation, signed_with)


def _news(at: datetime, organisation: Organisation, commitments: list[Commitment]) -> News:
    return News(
        at=at,
        organisation=organisation.name,
        what="; ".join(commitment.title for commitment in commitments),
        url=absolute(organisation.get_absolute_url()),
        region=organisation.region,
        kind=organisation.kind,
        areas=frozenset(area.pk for one in commitments for area in one.service_areas.all()),
    )
