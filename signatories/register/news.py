"""What the newsletter may say about the register of signatories."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from declaration.newsletter.register import Block, News
from signatories.links import absolute
from signatories.models import Commitment, CommitmentStatus, Organisation, RegisterChange, Signature, What
from signatories.models.organisation import Kind, Region

LISTED_AT_MOST = 30


class SignatoriesRegister:
    """Answers for `declaration.newsletter.register.Register`."""

    def regions(self) -> Sequence[str]:
        return list(Region.values)

    def kinds(self) -> Sequence[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in Kind.choices]

    def number_at(self, moment: datetime) -> int:
        before = RegisterChange.objects.filter(at__lte=moment).order_by("-at", "-number")
        return before.values_list("number", flat=True).first() or 0

    def news(self, after: int) -> Sequence[News]:
        changes = list(RegisterChange.objects.after(after).filter(what__in=[What.PUBLISHED, What.COMMITTED]))
        signatures = (
            Signature.objects.published()
            .filter(pk__in=[change.signature_id for change in changes])
            .select_related("organisation")
            .prefetch_related("commitments__service_areas")
            .in_bulk()
        )
        further = (
            Commitment.objects.public()
            .filter(pk__in=[change.commitment_id for change in changes])
            .select_related("signature__organisation")
            .prefetch_related("service_areas")
            .in_bulk()
        )
        news = []
        for change in changes:
            if signature := signatures.get(change.signature_id):
                news.append(_of_signature(change.number, signature))
            if commitment := further.get(change.commitment_id):
                news.append(_news(change.number, commitment.signature.organisation, [commitment]))
        return news

    def blocks(self, since: datetime) -> Sequence[Block]:
        blocks = []
        # What was signed during a pause became public after it.
        released = RegisterChange.objects.filter(at__gte=since, what=What.PUBLISHED).values("signature")
        is_new = Q(signed_at__gte=since) | Q(pk__in=released)
        new = Signature.objects.published().filter(is_new).select_related("organisation")
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
            .filter(commitments__open_to_others=True, commitments__status=CommitmentStatus.SHOWN)
            .select_related("organisation")
            .prefetch_related("commitments")
            .distinct()
            .order_by("-signed_at")
        )
        looking = [
            f"- {commitment.title}: {_link(one.organisation)}"
            for one in partners[:LISTED_AT_MOST]
            for commitment in one.shown_commitments
            if commitment.open_to_others
        ]
        if looking:
            blocks.append(
                Block("Looking for partners", "## Looking for partners\n\n" + "\n".join(looking) + "\n")
            )
        return blocks


def _further(since: datetime) -> QuerySet[Commitment]:
    """Return what signatories have added to their signatures since a moment, oldest first."""
    added = Commitment.objects.public().filter(added_at__gte=since)
    return added.select_related("signature__organisation").order_by("added_at", "pk")


def _link(organisation: Organisation) -> str:
    return f"[{organisation.name}]({absolute(organisation.get_absolute_url())})"


def _of_signature(number: int, signature: Signature) -> News:
    """Tell of what was signed with; what was added later is news of its own."""
    signed_with = [commitment for commitment in signature.shown_commitments if commitment.added_at is None]
    return _news(number, signature.organisation, signed_with)


def _news(number: int, organisation: Organisation, commitments: list[Commitment]) -> News:
    return News(
        number=number,
        organisation=organisation.name,
        what="; ".join(commitment.title for commitment in commitments),
        url=absolute(organisation.get_absolute_url()),
        region=organisation.region,
        kind=organisation.kind,
        areas=frozenset(area.pk for one in commitments for area in one.service_areas.all()),
    )
