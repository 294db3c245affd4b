"""Which of the rows that a search found match it best: first by name, last by what they promise.

Searching only says yes or no. Here is kept where a word stands: in a name, in another name, in the
title of a commitment. It is read for the rows found alone, a step at a time, and never altered.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice, product

from signatories.naming import key, plain
from signatories.register.rows import Loaded
from signatories.register.searching import MAXIMUM_SEARCH_LENGTH, Found, Gathering, Postings, bits_of

# A misspelt question may be read in several ways; so many of them are compared with whole names.
_MOST_READINGS = 30
# After any letter of a plain name.
_LAST = "\x7f"


class WholeNames:
    """Whole names in the order of the alphabet, and whose each is."""

    def __init__(self, names: Sequence[str], places: array) -> None:
        self._names = names
        self._places = places

    @classmethod
    def of(cls, names: list[tuple[str, int]]) -> "WholeNames":
        names.sort()
        return cls([name for name, _ in names], array("I", [place for _, place in names]))

    def adding(self, place: int, called: set[str]) -> "WholeNames":
        names, places = list(self._names), self._places[:]
        for name in called:
            at = bisect_right(names, name)
            names.insert(at, name)
            places.insert(at, place)
        return WholeNames(names, places)

    def exactly(self, name: str) -> int:
        """Return whose name this is, as bits."""
        return bits_of(self._places[bisect_left(self._names, name) : bisect_right(self._names, name)])

    def beginning(self, name: str) -> int:
        """Return whose name begins like this."""
        return bits_of(self._places[bisect_left(self._names, name) : bisect_left(self._names, name + _LAST)])


class Relevance:
    """Where the words of each row stand."""

    def __init__(self, called: WholeNames, named: Postings, also_named: Postings, titles: Postings) -> None:
        self._called = called
        self._named = named
        self._also_named = also_named
        self._titles = titles

    def adding(self, place: int, one: Loaded) -> "Relevance":
        return Relevance(
            self._called.adding(place, one.called - {""}),
            self._named.adding(place, one.named),
            self._also_named.adding(place, one.also_named),
            self._titles.adding(place, one.titles),
        )

    def steps(self, typed: str, found: Found) -> Iterator[int]:
        """Return sets of rows, those that match best first; the last has all that are left.

        A row may be in several, and may have been replaced: its best step counts, among those found.
        """
        readings = _readings(typed, found)
        yield self._exactly(readings)
        keys = list(dict.fromkeys(key(reading) for reading in readings))
        yield self._exactly(keys)
        in_names = [self._named.with_any(words) for words in found.meant]
        beginning = 0
        for reading in dict.fromkeys([*readings, *keys]):
            beginning |= self._called.beginning(reading)
        yield beginning & _in_all(in_names)
        yield self._whole_words_in_names(readings)
        yield _in_all(in_names)
        for where in (self._also_named, self._titles):
            in_names = [
                here | where.with_any(words) for here, words in zip(in_names, found.meant, strict=True)
            ]
            yield _in_all(in_names)
        yield -1

    def _exactly(self, names: list[str]) -> int:
        rows = 0
        for name in names:
            rows |= self._called.exactly(name)
        return rows

    def _whole_words_in_names(self, readings: list[str]) -> int:
        """Return the rows whose names have every word whole: for «ham», East Ham before Birmingham."""
        rows = 0
        for reading in readings:
            rows |= _in_all([self._named.with_any([word]) for word in reading.split()])
        return rows


class RelevanceGathering:
    """Takes rows one after the other."""

    def __init__(self) -> None:
        self._called: list[tuple[str, int]] = []
        self._named, self._also_named, self._titles = Gathering(), Gathering(), Gathering()

    def take(self, place: int, one: Loaded) -> None:
        self._called += [(name, place) for name in one.called if name]
        self._named.take(place, one.named)
        self._also_named.take(place, one.also_named)
        self._titles.take(place, one.titles)

    def whole(self) -> Relevance:
        return Relevance(
            WholeNames.of(self._called),
            self._named.whole(),
            self._also_named.whole(),
            self._titles.whole(),
        )


def _readings(typed: str, found: Found) -> list[str]:
    """Return what was typed as plain words, with each word that stands nowhere as it was read."""
    words = plain(typed[:MAXIMUM_SEARCH_LENGTH]).split()
    ways = product(*(found.read_as.get(word, (word,)) for word in words))
    return [" ".join(way) for way in islice(ways, _MOST_READINGS)]


def _in_all(sets: list[int]) -> int:
    rows = -1
    for one in sets:
        rows &= one
    return rows
