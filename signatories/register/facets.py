"""What somebody asks of the register, which rows answer it, and how many each further choice would show."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from itertools import compress, islice
from operator import and_, or_
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict

from signatories.register.rows import ListedCommitment, Row
from signatories.register.searching import MAXIMUM_SEARCH_LENGTH, Found, words_of
from signatories.register.snapshot import OF_COMMITMENTS, ONE_EACH, SORTS, Snapshot

FACETS = ("nation", "region", "kind", "principle", "area", "status", "year")
PER_PAGE = 50
# The order of whoever searches and chose no other; addresses never name it.
BEST = "best"
_IS_ONE = bytes.maketrans(b"01", b"\0\1")
# So many rows are put in order faster than they are found on a walk through the whole order.
_FEW = 1_000


@dataclass(frozen=True)
class Query:
    """What is asked. Values that mean nothing are dropped when it is read: any query has an answer."""

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""  # one of SORTS, or nothing: see ``order``
    page: int = 1

    @classmethod
    def read(cls, data: QueryDict, choices: Mapping[str, list[tuple[str, str]]]) -> "Query":
        chosen = {}
        for facet in FACETS:
            asked = data.getlist(facet)
            if values := tuple(value for value, _ in choices[facet] if value in asked) if asked else ():
                chosen[facet] = values
        page, sort = data.get("page", ""), data.get("sort", "")
        return cls(
            q=" ".join("".join(c if c.isprintable() else " " for c in data.get("q", "")).split())[
                :MAXIMUM_SEARCH_LENGTH
            ].strip(),
            chosen=chosen,
            sort=sort if sort in SORTS else "",
            # Seven digits are more than any list has pages.
            page=max(1, int(page[:7])) if page.isascii() and page.isdigit() else 1,
        )

    @property
    def is_narrow(self) -> bool:
        """Whether it asks for less than everything."""
        return bool(self.q or self.chosen)

    def without(self, facet: str, value: str) -> "Query":
        """Return the query with one choice taken back, from its first page."""
        left = tuple(v for v in self.chosen.get(facet, ()) if v != value)
        chosen = {**self.chosen, facet: left}
        return replace(self, chosen={f: values for f, values in chosen.items() if values}, page=1)

    def on_page(self, page: int) -> "Query":
        return replace(self, page=page)

    @property
    def order(self) -> str:
        """The order asked for. Whoever chose none gets the best match first, without words the newest."""
        return self.sort or self._usual_order

    @property
    def _usual_order(self) -> str:
        return BEST if self.q else SORTS[0]

    def sorted_by(self, sort: str) -> "Query":
        return replace(self, sort=sort)

    @property
    def without_words(self) -> "Query":
        return replace(self, q="", page=1)

    @property
    def address(self) -> str:
        """The query string, always the same for the same question; empty for everything."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(facet, value) for facet in FACETS for value in self.chosen.get(facet, ())]
        pairs += [("sort", self.sort)] if self.order != self._usual_order else []
        pairs += [("page", str(self.page))] if self.page > 1 else []
        return f"?{urlencode(pairs)}" if pairs else ""


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int
    is_chosen: bool


class Shown(NamedTuple):
    """A row with some of its commitments; ``key`` stands for just these in pieces of text."""

    key: Hashable
    row: Row
    commitments: tuple[ListedCommitment, ...]


class Answer:
    """The rows of a snapshot that answer a query.

    Choices within one facet widen, different facets narrow. Principle, service area and status
    are facts of a commitment: a row answers when one and the same commitment has all of them.
    """

    def __init__(self, snapshot: Snapshot, query: Query) -> None:
        self.snapshot, self.query = snapshot, query
        self.found = Found(snapshot.listed, {})
        if query.q:
            words = words_of(query.q)
            self.found = snapshot.index.search(words, snapshot.listed) if words else Found(0, {})
        self._base = self.found.entries & snapshot.listed
        # What each facet leaves, one set; for those of commitments one set for each layer.
        self._left = {
            facet: reduce(or_, (snapshot.facets[facet].get(value, 0) for value in query.chosen[facet]))
            for facet in ONE_EACH
            if facet in query.chosen
        }
        self._left_in_layers = {
            facet: [
                reduce(
                    or_,
                    (_layer(snapshot.commitment_facets[facet], value, n) for value in query.chosen[facet]),
                )
                for n in range(snapshot.depth)
            ]
            for facet in OF_COMMITMENTS
            if facet in query.chosen
        }

    @cached_property
    def bits(self) -> int:
        return self._bits_but_for("")

    @cached_property
    def count(self) -> int:
        return self.bits.bit_count()

    def _bits_but_for(self, facet: str) -> int:
        """Return the rows that the query would leave if nothing were chosen in one facet."""
        rows = reduce(and_, (left for name, left in self._left.items() if name != facet), self._base)
        layers = self._layers_but_for(facet)
        return rows if layers is None else rows & reduce(or_, layers, 0)

    @cached_property
    def _layers(self) -> list[int] | None:
        return self._layers_but_for("")

    def _layers_but_for(self, facet: str) -> list[int] | None:
        chosen = [layers for name, layers in self._left_in_layers.items() if name != facet]
        return [reduce(and_, sets) for sets in zip(*chosen, strict=True)] if chosen else None

    def choices(self, facet: str) -> list[Choice]:
        """Return what may be chosen in a facet, with how many rows it shows under the other choices.

        What no row of the whole register has is not offered.
        """
        chosen = self.query.chosen.get(facet, ())
        sets = self._sets_of_commitments(facet) if facet in OF_COMMITMENTS else self.snapshot.facets[facet]
        rows = self._bits_but_for(facet) if facet in OF_COMMITMENTS or facet in self._left else self.bits
        return [
            Choice(value, label, (rows & sets.get(value, 0)).bit_count(), value in chosen)
            for value, label in self.snapshot.choices[facet]
            if value in self.snapshot.present[facet] or value in chosen
        ]

    def _sets_of_commitments(self, facet: str) -> dict[str, int]:
        """Return for each value the rows that have it in a commitment that answers the other facets."""
        layers, sets = self._layers_but_for(facet), self.snapshot.commitment_facets[facet]
        if layers is None:
            return self.snapshot.in_any_commitment[facet]
        return {value: reduce(or_, map(and_, of_value, layers), 0) for value, of_value in sets.items()}

    # The rows.

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PER_PAGE))

    @property
    def page(self) -> int:
        """The page shown: the last one for whoever asks for one beyond it."""
        return min(self.query.page, self.pages)

    @property
    def first(self) -> int:
        """The position in the list of the first row on the page shown, from 1."""
        return (self.page - 1) * PER_PAGE + 1

    @property
    def last(self) -> int:
        return min(self.page * PER_PAGE, self.count)

    def places_on_page(self) -> list[int]:
        start = (self.page - 1) * PER_PAGE
        return list(islice(self.places(), start, start + PER_PAGE))

    def rows(self) -> list[Shown]:
        """Return the rows of the page shown."""
        return [self.shown(place) for place in self.places_on_page()]

    def shown(self, place: int) -> Shown:
        """Return a row with its commitments that answer: all, unless a facet of commitments is chosen."""
        row = self.snapshot.rows[place]
        if self._layers is None:
            return Shown(place, row, row.commitments)
        bit = 1 << place
        found = tuple(one for one, layer in zip(row.commitments, self._layers, strict=False) if layer & bit)
        whole = len(found) == len(row.commitments)
        return Shown(place if whole else (place, *(one.id for one in found)), row, found)

    def places(self) -> Iterator[int]:
        """Return the numbers of all rows that answer, in the order asked for."""
        order = self.query.order
        return self._best_first() if order == BEST else self._in_order(self.bits, order)

    def _best_first(self) -> Iterator[int]:
        """Return the rows that answer, step by step as they match the words, in each step by name."""
        left = self.bits
        for step in self.snapshot.relevance.steps(self.query.q, self.found) if left else ():
            if here := left & step:
                yield from self._in_order(here, "name")
                left ^= here
            if not left:
                return

    def _in_order(self, bits: int, sort: str) -> Iterator[int]:
        order = self.snapshot.orders[sort]
        if bits == self.snapshot.listed:
            return iter(order)
        digits = bin(bits)[:1:-1].ljust(len(self.snapshot.rows), "0").encode()
        if bits.bit_count() <= _FEW:
            return iter(sorted(_ones(digits), key=self.snapshot.ranks[sort].__getitem__))
        return compress(order, map(digits.translate(_IS_ONE).__getitem__, order))


def _ones(digits: bytes) -> Iterator[int]:
    at = digits.find(b"1")
    while at >= 0:
        yield at
        at = digits.find(b"1", at + 1)


def _layer(sets: Mapping[str, tuple[int, ...]], value: str, layer: int) -> int:
    layers = sets.get(value, ())
    return layers[layer] if layer < len(layers) else 0
