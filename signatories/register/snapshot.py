"""The published register as one process holds it in memory: rows, sets of rows and words.

The database's number of the newest public change is read for each request. When it has moved, the
organisations that changed since are read again, and only those. So every process shows what is
published now, and lists, counts and searches are operations on sets, however many have signed. A
snapshot is never altered.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, reduce
from operator import or_

from declaration.freshness import Freshness
from declaration.models import Principle, ServiceArea
from signatories.models import (
    Kind,
    Nation,
    Region,
    Stage,
)
from signatories.naming import plain
from signatories.register.following import MANY_CHANGES, Held
from signatories.register.pieces import Pieces
from signatories.register.relevance import Relevance, RelevanceGathering
from signatories.register.rows import NO_PLACE, Loaded, Row, read, read_all
from signatories.register.searching import WordIndex, bits_of

# The facets of a signature, and those of each of its commitments.
ONE_EACH = ("nation", "region", "kind", "year")
OF_COMMITMENTS = ("principle", "area", "status")
SORTS = ("newest", "name", "updated")


# What a row is sorted by; the organisation last, so that equals stand alike in every process.
Key = tuple[datetime, str, datetime, int]
# value → one set of rows for the first commitment of each row, one for the second, and so on
Layers = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Snapshot:
    """Rows by number, and sets of those numbers as the bits of integers."""

    fresh: Freshness
    rows: tuple[Row, ...]
    listed: int  # the rows that count; others were replaced by newer ones
    facets: dict[str, dict[str, int]]
    commitment_facets: dict[str, Layers]
    depth: int
    index: WordIndex
    relevance: Relevance
    orders: dict[str, tuple[int, ...]]
    keys: dict[int, Key]
    choices: dict[str, list[tuple[str, str]]]
    pieces: Pieces = field(default_factory=Pieces, repr=False, compare=False)

    @property
    def count(self) -> int:
        return self.listed.bit_count()

    @cached_property
    def present(self) -> dict[str, set[str]]:
        """The values that some row has, in each facet."""
        found = {
            facet: {v for v, rows in of.items() if rows & self.listed} for facet, of in self.facets.items()
        }
        for facet, of in self.in_any_commitment.items():
            found[facet] = {v for v, rows in of.items() if rows & self.listed}
        return found

    @cached_property
    def ranks(self) -> dict[str, array]:
        """Where each row that counts stands in each order, by its number."""
        found = {}
        for sort, order in self.orders.items():
            ranks = array("I", bytes(array("I").itemsize * len(self.rows)))
            for rank, place in enumerate(order):
                ranks[place] = rank
            found[sort] = ranks
        return found

    @cached_property
    def first_to_sign(self) -> tuple[int, ...]:
        """The rows that count, in the order in which they signed."""
        rows = self.rows
        return tuple(sorted(self.keys, key=lambda place: (rows[place].signed_at, rows[place].reference)))

    @cached_property
    def commitments(self) -> tuple[int, ...]:
        """The numbers of all commitments of the rows that count."""
        return tuple(sorted(one.id for place in self.keys for one in self.rows[place].commitments))

    @cached_property
    def in_any_commitment(self) -> dict[str, dict[str, int]]:
        """The rows that have a value in some commitment, for each facet of commitments."""
        return {
            facet: {value: reduce(or_, layers, 0) for value, layers in of.items()}
            for facet, of in self.commitment_facets.items()
        }


def _choices() -> dict[str, list[tuple[str, str]]]:
    """Return value and label of all that may be chosen, in the order in which it is offered."""
    titles = dict(
        Principle.objects.filter(version__published_at__isnull=False)
        .order_by("version__number")
        .values_list("number", "title")
    )
    areas = ServiceArea.objects.order_by("order", "name").values_list("slug", "name")
    return {
        "nation": [*Nation.choices, (NO_PLACE, "No single nation")],
        "region": [*Region.choices, (NO_PLACE, "No single region")],
        "kind": Kind.choices,
        "principle": [(str(number), title) for number, title in sorted(titles.items())],
        "area": list(areas),
        "status": Stage.choices,
    }


def _years(facets: dict[str, dict[str, int]], listed: int) -> list[tuple[str, str]]:
    years = sorted((year for year, rows in facets["year"].items() if rows & listed), reverse=True)
    return [(year, year) for year in years]


def _whole(fresh: Freshness) -> Snapshot:
    """Read everything that is published."""
    rows: list[Row] = []
    facets: dict[str, dict[str, list[int]]] = {name: defaultdict(list) for name in ONE_EACH}
    layers: dict[str, dict[str, dict[int, list[int]]]] = {
        name: defaultdict(lambda: defaultdict(list)) for name in OF_COMMITMENTS
    }
    keys = {}
    relevance = RelevanceGathering()

    def words() -> Iterator[tuple[int, set[str]]]:
        for place, one in enumerate(read_all()):
            rows.append(one.row)
            keys[place] = _key(one)
            for name, value in one.facets.items():
                facets[name][value].append(place)
            for layer, name, value in one.layers():
                layers[name][value][layer].append(place)
            relevance.take(place, one)
            yield place, one.words

    index = WordIndex.of(words())
    depth = max((len(row.commitments) for row in rows), default=0)
    made = {name: {value: bits_of(places) for value, places in of.items()} for name, of in facets.items()}
    listed = (1 << len(rows)) - 1
    return Snapshot(
        fresh=fresh,
        rows=tuple(rows),
        listed=listed,
        facets=made,
        commitment_facets={
            name: {
                value: tuple(bits_of(of_layer.get(layer, ())) for layer in range(depth))
                for value, of_layer in of.items()
            }
            for name, of in layers.items()
        },
        depth=depth,
        index=index,
        relevance=relevance.whole(),
        orders=_orders(keys),
        keys=keys,
        choices={**_choices(), "year": _years(made, listed)},
    )


def _key(one: Loaded) -> Key:
    return one.row.signed_at, plain(one.row.name), one.row.updated_at, one.row.organisation_id


def _orders(keys: dict[int, Key]) -> dict[str, tuple[int, ...]]:
    """Return the rows in each order that a list may have. Equals stand newest first."""
    newest = sorted(keys, key=lambda place: (keys[place][0], keys[place][3]), reverse=True)
    return {
        "newest": tuple(newest),
        "name": tuple(sorted(newest, key=lambda place: keys[place][1])),
        "updated": tuple(sorted(newest, key=lambda place: keys[place][2], reverse=True)),
    }


def _following(old: Snapshot, fresh: Freshness, changed: set[int]) -> Snapshot:
    """Return what is published now, reading again only the organisations that changed since."""
    # With more rows out of date than rows that count, it is cheaper to read everything.
    if len(old.rows) > 2 * old.count + MANY_CHANGES:
        return _whole(fresh)
    loaded = read(changed)
    gone = {place for place in old.keys if old.rows[place].organisation_id in changed}
    listed, rows, depth = old.listed, list(old.rows), old.depth
    index, relevance = old.index, old.relevance
    for place in gone:
        listed &= ~(1 << place)
    keys = {place: key for place, key in old.keys.items() if place not in gone}
    facets = {name: dict(of) for name, of in old.facets.items()}
    layers = {name: dict(of) for name, of in old.commitment_facets.items()}
    for one in loaded:
        place, bit = len(rows), 1 << len(rows)
        rows.append(one.row)
        listed |= bit
        keys[place] = _key(one)
        index = index.adding(place, one.words)
        relevance = relevance.adding(place, one)
        depth = max(depth, len(one.row.commitments))
        for name, value in one.facets.items():
            facets[name][value] = facets[name].get(value, 0) | bit
        for layer, name, value in one.layers():
            layers[name][value] = _with_bit(layers[name].get(value, ()), layer, bit)
    return Snapshot(
        fresh=fresh,
        rows=tuple(rows),
        listed=listed,
        facets=facets,
        commitment_facets=layers,
        depth=depth,
        index=index,
        relevance=relevance,
        orders=_orders(keys),
        keys=keys,
        choices={**_choices(), "year": _years(facets, listed)},
        # A row never changes: what has changed has another number.
        pieces=old.pieces.only("row"),
    )


def _with_bit(layers: tuple[int, ...], layer: int, bit: int) -> tuple[int, ...]:
    longer = [*layers, *([0] * (layer + 1 - len(layers)))]
    longer[layer] |= bit
    return tuple(longer)


held = Held(_whole, _following)


def current(fresh: Freshness | None = None) -> Snapshot:
    """Return what is published at this number, or now. It may hold newer changes, never older ones."""
    return held.current(fresh)


def forget() -> None:
    """Drop what this process holds; the next question reads everything again."""
    held.forget()
