"""Words, parts of words and misspelt words find signatories, the same on both databases."""

import itertools
from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from signatories import signing
from signatories.changes import record_change
from signatories.models import OrganisationAlias, What
from signatories.register import snapshot
from signatories.register.facets import Answer, Query
from signatories.register.searching import WordIndex, _parts_of, words_of
from signatories.register.snapshot import SORTS
from tests.factories import CommitmentFactory, SignatureFactory

NAMES = {
    "sandwell": "Sandwell Metropolitan Borough Council",
    "st-albans": "St Albans City and District Council",
    "st-helens": "St Helens Borough Council",
    "kings-lynn": "Borough Council of King's Lynn and West Norfolk",
    "ynys-mon": "Isle of Anglesey County Council",
    "birmingham": "Birmingham City Council",
    "camden": "London Borough of Camden",
    "hereford-fire": "Hereford and Worcester Fire and Rescue Authority",
}
KINDS = {"camden": "london-borough", "hereford-fire": "fire-and-rescue"}
TITLES = {"camden": "Fewer calls about housing repairs", "sandwell": "Show which bins were emptied"}


@pytest.fixture(scope="module")
def signed(database, django_db_blocker):
    with django_db_blocker.unblock():
        for slug, name in NAMES.items():
            signature = SignatureFactory(
                published=True,
                organisation__slug=slug,
                organisation__name=name,
                organisation__kind=KINDS.get(slug, "unitary"),
                commitment=None,
            )
            CommitmentFactory(signature=signature, title=TITLES.get(slug, "A pledge"), mission="", impact="")
        anglesey = signature.organisation.__class__.objects.get(slug="ynys-mon")
        OrganisationAlias.objects.create(organisation=anglesey, name="Cyngor Sir Ynys Môn")
        snapshot.forget()


def found(q):
    data = QueryDict(mutable=True)
    data["q"] = q
    now = snapshot.current()
    return {row.slug for _, row, _ in Answer(now, Query.read(data, now.choices)).rows()}


@pytest.mark.parametrize(
    ("q", "slugs"),
    {
        "sandwel": {"sandwell"},
        "SANDWELL": {"sandwell"},
        "sadnwell": {"sandwell"},
        "sandwall": {"sandwell"},
        "birmingam": {"birmingham"},
        "birminham city": {"birmingham"},
        "brimingh": {"birmingham"},
        "st albans": {"st-albans"},
        "saint albans": {"st-albans"},
        "St. Alban's": {"st-albans"},
        "albns": {"st-albans"},
        "kings lynn": {"kings-lynn"},
        "king’s lynn & west norfolk": {"kings-lynn"},
        "ynys mon": {"ynys-mon"},
        "Ynys Môn": {"ynys-mon"},
        "fire": {"hereford-fire"},
        "rescu": {"hereford-fire"},
        "housing": {"camden"},
        "houzing repiars": {"camden"},
        "camden housing": {"camden"},
        "Camden council": {"camden"},
        "LB Camden": {"camden"},
        "camden lbc": {"camden"},
        "fire council": set(),
        "sandwell housing": set(),
        "empt bin": {"sandwell"},
        "zzzzzz": set(),
        "": set(NAMES),
        "%": set(),
        "_": set(),
    }.items(),
)
def test_find_signatories(signed, q, slugs):
    assert found(q) == slugs


def test_find_what_was_signed_a_moment_ago(signed):
    assert found("brandnewborough") == set()
    new = SignatureFactory(published=True, organisation__name="Brandnewborough Council")
    assert found("brandnewborough") == {new.organisation.slug}


LETTERS = st.text("abcd", min_size=1, max_size=8)
ENTRIES = st.lists(st.sets(LETTERS, max_size=5), max_size=200)


@given(entries=ENTRIES, word=LETTERS)
def test_find_exactly_the_entries_whose_words_contain_it(entries, word):
    index = WordIndex.of(enumerate(entries))
    expected = {
        number
        for number, words in enumerate(entries)
        if (len(word) > 2 and any(word in other for other in words))
        or (len(word) == 2 and any(other.startswith(word) for other in words))
        or word in words
    }
    bits = index.search([word])
    if not bits.read_as:
        assert {n for n in range(len(entries)) if bits.entries >> n & 1} == expected


@given(entries=st.lists(st.sets(LETTERS, max_size=5), min_size=1, max_size=30), word=LETTERS)
def test_find_the_same_whether_indexed_at_once_or_one_by_one(entries, word):
    whole, grown = WordIndex.of(enumerate(entries)), WordIndex.of([])
    for number, words in enumerate(entries):
        grown = grown.adding(number, words)
    assert whole.search([word]) == grown.search([word])


@given(st.text())
def test_search_for_anything_at_all(text):
    WordIndex.of([(0, {"leeds", "housing"})]).search(words_of(text))


def test_follow_changes_without_reading_everything_again(signed, django_assert_max_num_queries):
    first = snapshot.current()
    signature = SignatureFactory(published=True, organisation__name="Followedshire Council", public=None)
    snapshot.current()
    with transaction.atomic():
        signature.organisation.name = "Renamedshire Council"
        signature.organisation.save()
        record_change(organisation=signature.organisation, what=What.CORRECTED)
    with django_assert_max_num_queries(12):
        now = snapshot.current()
    assert now.count == first.count + 1
    assert found("renamedshire") == {signature.organisation.slug}
    assert found("followedshire") == set()


def test_answer_alike_in_a_process_that_followed_and_in_one_that_began_anew(signed):
    signatures = [
        SignatureFactory(
            published=True,
            signed_at=datetime(2020, 1, 1, tzinfo=UTC),
            organisation__name=f"{name}wick Council",
        )
        for name in ("Quill", "Quell", "Quoll")
    ]
    assert found("wick council") >= {signature.organisation.slug for signature in signatures}
    first, last = signatures[0].organisation, signatures[2].organisation
    with transaction.atomic():
        first.short_name = "Renamed"
        first.save()
        record_change(organisation=first, what=What.CORRECTED)
    signing.withdraw(signature=signatures[1], by=signatures[1].started_by)

    def answers():
        now = snapshot.current()
        told = [
            Answer(now, Query(q=q, sort=sort))
            for q in ("", "quellwick", "quelwick", "wick")
            for sort in (*SORTS, "")
        ]
        return [([row.slug for _, row, _ in one.rows()], one.found.read_as) for one in told]

    followed = answers()
    snapshot.forget()
    assert followed == answers()
    assert followed[4] == ([last.slug, first.slug], {"quellwick": ("quillwick", "quollwick")})


def slips_between(typed, word):
    """Say it once more by the definition: optimal string alignment, a cell of its table at a time."""
    cells = {(0, j): j for j in range(len(word) + 1)} | {(i, 0): i for i in range(len(typed) + 1)}
    for i, j in itertools.product(range(1, len(typed) + 1), range(1, len(word) + 1)):
        different = typed[i - 1] != word[j - 1]
        ways = [cells[i - 1, j] + 1, cells[i, j - 1] + 1, cells[i - 1, j - 1] + different]
        if i > 1 and j > 1 and typed[i - 1] == word[j - 2] and typed[i - 2] == word[j - 1]:
            ways.append(cells[i - 2, j - 2] + 1)
        cells[i, j] = min(ways)
    return [cells[len(typed), j] for j in range(len(word) + 1)]


@given(words=st.sets(LETTERS, max_size=40), typed=st.text("abcd", min_size=4, max_size=8))
def test_read_a_misspelt_word_as_those_with_the_fewest_slips(words, typed):
    slips = {}
    for word in words:
        if _parts_of(word) & _parts_of(typed):
            *beginnings, whole = slips_between(typed, word)
            slips[word] = min(whole, min(beginnings) + 1) if len(typed) > 4 else whole
    fewest = min(slips.values(), default=9)
    allowed = 1 if len(typed) < 6 else 2
    nearest = sorted(word for word, n in slips.items() if n == fewest <= allowed)
    assert WordIndex.of([(0, words)]).alike(typed) == nearest
