"""Commitments that are like another one, each with what they have in common."""

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Prefetch, Q

from signatories.models import Commitment, CommitmentEdit, Organisation, Status
from signatories.models.commitment import CommitmentText
from signatories.naming import plain

# How many of those that share a service area or a partner are compared word by word.
CANDIDATES: Final = 200
SHOWN: Final = 3
OWN: Final = 12
LONG_ENOUGH: Final = re.compile(r"[^\W\d_]{3,}")
# Words that stand in every second commitment and tell nothing.
SAY_NOTHING: Final = frozenset(
    """able about access across after again all also and any are area areas around ask available based
    been before being behind better both build built but can change clear contact council councils
    county currently customer customers day deliver delivered delivery develop did different
    digital district each easier easy end every few fewer find first for from get give got had has
    have help her high his home households how improve improved information into its keep know
    less let local made make many may more most much need needs new not now off one online only
    other our out over own part people per place process project provide public put residents run
    same see service services set she should simple single some staff support team teams than that
    the their them then there these they this those through time too top two under until use used
    user users using via want was way ways well were what when where which while who why with
    within without work working would year years yet you your
    january february march april june july august september october november december month months
    spring summer autumn winter""".split()
)
# Shared words count for as much as they are rare; a shared area counts as much as two or three of them.
AREA: Final = 3.0
PARTNER: Final = 3.0
# Two areas, an area and a telling word, or a partner and a word.
ENOUGH: Final = 5.0
WORDS_NAMED: Final = 3


@dataclass(frozen=True)
class Similar:
    """Another commitment and why it is like one's own: at least one of the three lists is not empty."""

    commitment: Commitment
    service_areas: list[str]
    partners: list[str]
    words: list[str]
    # Which one of several it is like.
    own: Commitment | CommitmentEdit | None = None


def similar_to(
    commitment: Commitment | CommitmentEdit,
    shown: int = SHOWN,
    statuses: Collection[str] = (Status.PUBLISHED,),
) -> list[Similar]:
    """Return the published commitments of other organisations most like this one, the likest first.

    Staff ask for those of other statuses too; whatever the public reads asks for none.
    It may be a draft itself, or an addition. Only those that share a service area or a partner come
    into question: a word alone is too little. Always the same number of queries.
    """
    return _likest([commitment], statuses)[:shown]


def similar_to_any(commitments: Sequence[Commitment], shown: int = SHOWN) -> list[Similar]:
    """Return the published commitments most like any of these of one organisation, and which it is like.

    Of an organisation with very many the first are compared. Of several with one title one is told.
    """
    different: dict[str, Similar] = {}
    for similar in _likest(commitments[:OWN], [Status.PUBLISHED]):
        different.setdefault(plain(similar.commitment.title), similar)
    return list(different.values())[:shown]


def _likest(commitments: Sequence[Commitment | CommitmentEdit], statuses: Collection[str]) -> list[Similar]:
    areas = {one.pk: {area.pk for area in one.service_areas.all()} for one in commitments}
    partners = {one.pk: {partner.pk for partner in one.partner_organisations.all()} for one in commitments}
    candidates = _candidates(
        commitments[0], set().union(*areas.values()), set().union(*partners.values()), statuses
    )
    words = {candidate.pk: words_of(candidate) for candidate in candidates}
    frequency = Counter(stem for found in words.values() for stem in found)
    weights = {stem: weight_of(many, len(candidates)) for stem, many in frequency.items()}
    areas_of = {one.pk: [(a.pk, a.name) for a in one.service_areas.all()] for one in candidates}
    partners_of = {one.pk: [(p.pk, p.name) for p in one.partner_organisations.all()] for one in candidates}
    likest: dict[int, tuple[float, int, Similar]] = {}
    for own in commitments:
        own_words = words_of(own).keys()
        for candidate in candidates:
            same_areas = [name for pk, name in areas_of[candidate.pk] if pk in areas[own.pk]]
            same_partners = [name for pk, name in partners_of[candidate.pk] if pk in partners[own.pk]]
            if not same_areas and not same_partners:
                continue
            written = words[candidate.pk]
            shared = {stem: weights[stem] for stem in own_words & written.keys()}
            score = AREA * len(same_areas) + PARTNER * len(same_partners) + sum(shared.values())
            if score >= ENOUGH and score > likest.get(candidate.pk, (0.0,))[0]:
                telling = sorted(shared, key=lambda stem: (-shared[stem], stem))[:WORDS_NAMED]
                similar = Similar(candidate, same_areas, same_partners, [written[s] for s in telling], own)
                likest[candidate.pk] = (score, candidate.pk, similar)
    scored = sorted(likest.values(), key=lambda one: one[:2], reverse=True)
    return [similar for _, _, similar in scored]


def _candidates(
    commitment: Commitment | CommitmentEdit, areas: set[int], partners: set[int], statuses: Collection[str]
) -> list[Commitment]:
    found = (
        Commitment.objects.shown()
        .filter(signature__status__in=statuses)
        .filter(Q(service_areas__in=areas) | Q(partner_organisations__in=partners))
        .exclude(signature__organisation_id=commitment.signature.organisation_id)
        .annotate(in_common=Count("service_areas", filter=Q(service_areas__in=areas), distinct=True))
        .order_by("-in_common", "-public_change_at", "-pk")
        .select_related("signature__organisation")
        .prefetch_related("service_areas", Prefetch("partner_organisations", Organisation.objects.listed()))
    )
    return list(found[:CANDIDATES])


def words_of(commitment: CommitmentText) -> dict[str, str]:
    """Return the telling words of a commitment: what they are compared by, and how they are written."""
    words: dict[str, str] = {}
    # The mission last: in a title any word may have a capital.
    for word in LONG_ENOUGH.findall(f"{commitment.title} {commitment.mission}"):
        small = plain(word)
        stem = _stem(small)
        if small not in SAY_NOTHING and stem not in SAY_NOTHING:
            words[stem] = word
    return words


def _stem(word: str) -> str:
    """Return a word without the ending of the plural: bins and bin are the same."""
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def weight_of(frequency: int, candidates: int) -> float:
    """Return what a word in this many of the candidates is worth: 2 for a rare one, near nothing for all."""
    return 2.0 * (1 - math.log(frequency) / math.log(candidates + 1))
