"""Published commitments close to one that is being written, found in memory before anything is read."""

import heapq
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from signatories.models import Commitment
from signatories.models.commitment import CommitmentText
from signatories.register.profile import published_commitments
from signatories.register.searching import places_in
from signatories.register.similarity import (
    AREA,
    ENOUGH,
    PARTNER,
    SHOWN,
    WORDS_NAMED,
    Similar,
    weight_of,
    words_of,
)
from signatories.register.snapshot import Snapshot, current

# Organisations whose commitments are read and compared word by word.
CANDIDATES: Final = 12
# While nothing but words can be alike, there have to be two of them, and not in every tenth commitment.
WORDS_ALONE: Final = 2
WORDS_ENOUGH: Final = 2.5
# A word that more organisations use tells nothing; in a small register none is so common.
COMMON: Final = 10
FEW: Final = 50
# How rare a word is says little in a register of a handful, so it is taken for at least this long.
LONG_ENOUGH: Final = 100


def close_to(text: CommitmentText, *, organisation: int, shown: int = SHOWN) -> list[Similar]:
    """Return published commitments of others like this text, the likest first, none with the same title.

    The text may be half written: words of its title are enough, if they are rare. ``organisation``
    is the key of the one whose text it is. Always the same number of queries, if there are words.
    """
    words = words_of(text)
    if not words:
        return []
    snapshot = current()
    areas = {area.slug: area.pk for area in text.service_areas.all()}
    found, weights = _organisations(snapshot, words, areas)
    rows = [snapshot.rows[place] for place in found]
    keys = [one.id for row in rows if row.organisation_id != organisation for one in row.commitments]
    candidates = published_commitments().filter(pk__in=keys)
    candidates = candidates.prefetch_related("service_areas", "partner_organisations")
    partners = {partner.pk for partner in text.partner_organisations.all()}
    scored = []
    for candidate in candidates:
        score, similar = _compared(candidate, words, weights, set(areas.values()), partners)
        if similar:
            scored.append((score, candidate.pk, similar))
    different: dict[str, Similar] = {}
    for _, _, similar in sorted(scored, key=lambda one: one[:2], reverse=True):
        different.setdefault(similar.commitment.title.casefold(), similar)
    return list(different.values())[:shown]


def _organisations(
    snapshot: Snapshot, words: Mapping[str, str], areas: Collection[str]
) -> tuple[list[int], dict[str, float]]:
    """Return the rows that have most in common, and what each of the rarer words is worth."""
    at_most, length = max(FEW, snapshot.count // COMMON), max(LONG_ENOUGH, snapshot.count)
    scores: defaultdict[int, float] = defaultdict(float)
    weights: dict[str, float] = {}
    postings = snapshot.index.postings
    for stem in words:
        places = {*postings.with_word(stem, at_most), *postings.with_word(f"{stem}s", at_most)}
        places = {place for place in places if snapshot.listed >> place & 1}
        if places:
            weights[stem] = weight_of(len(places), length)
            for place in places:
                scores[place] += weights[stem]
    for area in areas:
        for place in places_in(snapshot.in_any_commitment["area"].get(area, 0) & snapshot.listed):
            scores[place] += AREA
    best = heapq.nlargest(CANDIDATES, scores.items(), key=lambda one: (one[1], one[0]))
    return [place for place, _ in best], weights


def _compared(
    candidate: Commitment,
    words: Mapping[str, str],
    weights: Mapping[str, float],
    areas: Collection[int],
    partners: Collection[int],
) -> tuple[float, Similar | None]:
    written = words_of(candidate)
    shared = sorted(
        (stem for stem in words.keys() & written.keys() & weights.keys()),
        key=lambda stem: (-weights[stem], stem),
    )
    same_areas = [area.name for area in candidate.service_areas.all() if area.pk in areas]
    same_partners = [one.name for one in candidate.partner_organisations.all() if one.pk in partners]
    of_words = sum(weights[stem] for stem in shared)
    score = AREA * len(same_areas) + PARTNER * len(same_partners) + of_words
    only_words = not same_areas and not same_partners
    enough = len(shared) >= WORDS_ALONE and score >= WORDS_ENOUGH if only_words else score >= ENOUGH
    why = [written[stem] for stem in shared[:WORDS_NAMED]]
    return score, Similar(candidate, same_areas, same_partners, why) if enough else None
