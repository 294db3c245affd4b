"""Find entries by words, parts of words and misspelt words, in memory and without the database.

An index holds every different word once, with the set of entries that have it. Both databases
only store the text, so both find the same. Indexes are never altered: ``adding`` returns another
that shares what did not change, so a search needs no lock.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from signatories.naming import plain

MAXIMUM_SEARCH_LENGTH = 100
MAXIMUM_WORDS = 6
# A word in more entries than this is kept as a set of bits, one in fewer as a list of numbers.
_DENSE = 128
# Of the words that share most three-letter parts with a misspelt one, so many are compared with it.
_CANDIDATES = 120


def words_of(text: str) -> list[str]:
    """Return the words to search for, as they stand in the index: at most six."""
    return plain(text[:MAXIMUM_SEARCH_LENGTH]).split()[:MAXIMUM_WORDS]


@dataclass(frozen=True)
class Found:
    """The entries found, as bits, and what was read for words that stand nowhere."""

    entries: int
    read_as: Mapping[str, tuple[str, ...]]


Posting = int | array


class WordIndex:
    """Which entries, numbered from 0, have which words."""

    def __init__(
        self, postings: dict[str, Posting], text: str, parts: dict[str, array], words: list[str]
    ) -> None:
        self._postings = postings
        self._text = text  # every word once, between line feeds
        self._parts = parts
        self._words = words

    @classmethod
    def of(cls, entries: Iterable[tuple[int, Iterable[str]]]) -> "WordIndex":
        """Index the words of numbered entries. A number comes once, and a word once in it."""
        lists: dict[str, array] = {}
        for number, words in entries:
            for word in words:
                if word in lists:
                    lists[word].append(number)
                else:
                    lists[word] = array("I", (number,))
        postings: dict[str, Posting] = {
            word: bits_of(numbers) if len(numbers) > _DENSE else numbers for word, numbers in lists.items()
        }
        words = list(postings)
        parts: dict[str, array] = {}
        for place, word in enumerate(words):
            for part in _parts_of(word):
                parts.setdefault(part, array("I")).append(place)
        return cls(postings, "\n" + "".join(f"{word}\n" for word in words), parts, words)

    def adding(self, number: int, words: Iterable[str]) -> "WordIndex":
        """Return an index that also has this entry."""
        postings, parts, known = dict(self._postings), self._parts, self._words
        new = []
        for word in words:
            posting = postings.get(word)
            if posting is None:
                postings[word] = array("I", (number,))
                new.append(word)
            elif isinstance(posting, int):
                postings[word] = posting | 1 << number
            else:
                postings[word] = posting + array("I", (number,))
        if new:
            parts, known = dict(parts), known + new
            for place, word in enumerate(new, start=len(self._words)):
                for part in _parts_of(word):
                    parts[part] = parts.get(part, array("I")) + array("I", (place,))
        return WordIndex(postings, self._text + "".join(f"{word}\n" for word in new), parts, known)

    def search(self, words: Iterable[str]) -> Found:
        """Return the entries that have every word, or a word like it where it stands nowhere."""
        entries, read_as = -1, {}
        for word in words:
            matching = self.containing(word)
            if not matching:
                matching = self.alike(word)
                if matching:
                    read_as[word] = tuple(sorted(matching))
            entries &= self._entries_with(matching)
            if not entries:
                break
        return Found(max(entries, 0), read_as)

    def containing(self, word: str) -> list[str]:
        """Return the indexed words that a typed one stands for.

        Three letters may stand anywhere in a word, two at its beginning, and one is a word.
        """
        if len(word) < 2:
            return [word] if word in self._postings else []
        sought = word if len(word) > 2 else f"\n{word}"
        text, found, at = self._text, [], 0
        while (at := text.find(sought, at)) >= 0:
            start = text.rfind("\n", 0, at + 1) + 1
            at = text.index("\n", max(start, at + 1))
            found.append(text[start:at])
        return found

    def alike(self, word: str) -> list[str]:
        """Return the indexed words that a misspelt one, or its beginning, was most likely meant to be.

        One slip is forgiven in four or five letters, two in more: a letter left out, added,
        taken for another, or changed places with its neighbour.
        """
        if len(word) < 4:
            return []
        allowed = 1 if len(word) < 6 else 2
        shared = Counter(place for part in _parts_of(word) for place in self._parts.get(part, ()))
        best: list[str] = []
        for candidate in self._likeliest(shared):
            slips = _slips(word, candidate, allowed)
            if slips <= allowed:
                if slips < allowed:
                    best, allowed = [], slips
                best.append(candidate)
        return sorted(best)

    def _likeliest(self, shared: Counter[int]) -> list[str]:
        """Return the words with the most parts in common; equals by the alphabet, the same everywhere."""
        if not shared:
            return []
        least = sorted(shared.values(), reverse=True)[:_CANDIDATES][-1]
        more = [self._words[place] for place, parts in shared.items() if parts > least]
        equal = sorted(self._words[place] for place, parts in shared.items() if parts == least)
        return more + equal[: _CANDIDATES - len(more)]

    def _entries_with(self, words: Iterable[str]) -> int:
        entries, few = 0, []
        for word in words:
            posting = self._postings[word]
            if isinstance(posting, int):
                entries |= posting
            else:
                few.append(posting)
        if few:
            entries |= bits_of({number for numbers in few for number in numbers})
        return entries


def bits_of(numbers: Iterable[int]) -> int:
    """Return the set of some numbers as the bits of one integer."""
    numbers = list(numbers)
    if not numbers:
        return 0
    digits = bytearray(b"0") * (max(numbers) + 1)
    for number in numbers:
        digits[-1 - number] = 49  # «1»
    return int(digits, 2)


def _parts_of(word: str) -> set[str]:
    """Return all that stands in three neighbouring letters, the beginning and the end being letters too."""
    padded = f"  {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _slips(typed: str, word: str, allowed: int) -> int:
    """Return how many slips lead from a word, or from its beginning, to what was typed.

    More than allowed is returned as one more than allowed. (Optimal string alignment; the last
    row holds every beginning of the word.)
    """
    if len(typed) - len(word) > allowed:
        return allowed + 1
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(typed, start=1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(word, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and typed[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > allowed:
            return allowed + 1
    # A beginning counts from five letters on: four can be the beginning of too much.
    slips = min(row[-1], min(row) + 1) if len(typed) > 4 else row[-1]
    return min(slips, allowed + 1)
