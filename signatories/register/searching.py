"""Find entries by words, parts of words and misspelt words, in memory and without the database.

An index holds every different word once, with the set of entries that have it. Both databases
only store the text, so both find the same. Indexes are never altered: ``adding`` returns another
that shares what did not change, so a search needs no lock.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from signatories.naming import plain

MAXIMUM_SEARCH_LENGTH = 100
# A word in more entries than this is kept as a set of bits, one in fewer as a list of numbers.
_DENSE = 128
# Of the words that share most three-letter parts with a misspelt one, so many are compared with it.
_CANDIDATES = 120


def words_of(text: str) -> list[str]:
    """Return the words to search for, each once, as they stand in the index."""
    return list(dict.fromkeys(plain(text[:MAXIMUM_SEARCH_LENGTH]).split()))


@dataclass(frozen=True)
class Found:
    """The entries found, as bits, what was read for words that stand nowhere, and for each word."""

    entries: int
    read_as: Mapping[str, tuple[str, ...]]
    # The indexed words that each typed one stands for, as far as it was looked for.
    meant: Sequence[Sequence[str]] = field(default=(), compare=False)


Posting = int | array


class Postings:
    """Which entries, numbered from 0, have which words."""

    def __init__(self, having: dict[str, Posting]) -> None:
        self.having = having

    def adding(self, number: int, words: Iterable[str]) -> "Postings":
        """Return these, and those of one more entry."""
        having = dict(self.having)
        for word in words:
            posting = having.get(word)
            if posting is None:
                having[word] = array("I", (number,))
            elif isinstance(posting, int):
                having[word] = posting | 1 << number
            else:
                having[word] = posting + array("I", (number,))
        return Postings(having)

    def with_any(self, words: Iterable[str]) -> int:
        """Return the entries that have one of these words, as bits."""
        entries, few = 0, []
        for word in words:
            posting = self.having.get(word, 0)
            if isinstance(posting, int):
                entries |= posting
            else:
                few.append(posting)
        if few:
            entries |= bits_of({number for numbers in few for number in numbers})
        return entries

    def with_word(self, word: str, at_most: int) -> Sequence[int]:
        """Return the entries that have exactly this word; none if more than ``at_most`` have it."""
        posting = self.having.get(word, ())
        if isinstance(posting, int):
            return places_in(posting) if posting.bit_count() <= at_most else ()
        return posting if len(posting) <= at_most else ()


class Gathering:
    """Takes the words of numbered entries, one entry after the other. A word comes once in it."""

    def __init__(self) -> None:
        self._lists: dict[str, array] = {}

    def take(self, number: int, words: Iterable[str]) -> None:
        for word in words:
            if word in self._lists:
                self._lists[word].append(number)
            else:
                self._lists[word] = array("I", (number,))

    def whole(self) -> Postings:
        """Return the postings of all that was taken."""
        return Postings(
            {
                word: bits_of(numbers) if len(numbers) > _DENSE else numbers
                for word, numbers in self._lists.items()
            }
        )


class WordIndex:
    """Finds words in postings by their parts, and misspelt."""

    def __init__(self, postings: Postings, text: str, parts: dict[str, array], words: list[str]) -> None:
        self.postings = postings
        self._text = text  # every word once, between line feeds
        self._parts = parts
        self._words = words

    @classmethod
    def of(cls, entries: Iterable[tuple[int, Iterable[str]]]) -> "WordIndex":
        """Index the words of numbered entries. A number comes once, and a word once in it."""
        gathering = Gathering()
        for number, words_of_entry in entries:
            gathering.take(number, words_of_entry)
        postings = gathering.whole()
        words = list(postings.having)
        parts: dict[str, array] = {}
        for place, word in enumerate(words):
            for part in _parts_of(word):
                parts.setdefault(part, array("I")).append(place)
        return cls(postings, "\n" + "".join(f"{word}\n" for word in words), parts, words)

    def adding(self, number: int, words: Iterable[str]) -> "WordIndex":
        """Return an index that also has this entry."""
        words = list(words)
        parts, known = self._parts, self._words
        new = [word for word in words if word not in self.postings.having]
        if new:
            parts, known = dict(parts), known + new
            for place, word in enumerate(new, start=len(self._words)):
                for part in _parts_of(word):
                    parts[part] = parts.get(part, array("I")) + array("I", (place,))
        text = self._text + "".join(f"{word}\n" for word in new)
        return WordIndex(self.postings.adding(number, words), text, parts, known)

    def search(self, words: Iterable[str], among: int = -1) -> Found:
        """Return the entries that have every word, or a word like it where it stands nowhere.

        An index keeps the words of entries that others replaced; ``among`` are those that count.
        """
        entries, read_as, meant = among, {}, []
        for word in words:
            matching = self.containing(word)
            having = self.postings.with_any(matching) & among
            if not having:
                matching = self.alike(word, among)
                if matching:
                    read_as[word] = tuple(sorted(matching))
                having = self.postings.with_any(matching) & among
            meant.append(matching)
            entries &= having
            if not entries:
                break
        return Found(max(entries, 0), read_as, meant)

    def containing(self, word: str) -> list[str]:
        """Return the indexed words that a typed one stands for.

        Three letters may stand anywhere in a word, two at its beginning, and one is a word.
        """
        if len(word) < 2:
            return [word] if word in self.postings.having else []
        sought = word if len(word) > 2 else f"\n{word}"
        text, found, at = self._text, [], 0
        while (at := text.find(sought, at)) >= 0:
            start = text.rfind("\n", 0, at + 1) + 1
            at = text.index("\n", max(start, at + 1))
            found.append(text[start:at])
        return found

    def alike(self, word: str, among: int = -1) -> list[str]:
        """Return the indexed words that a misspelt one, or its beginning, was most likely meant to be.

        One slip is forgiven in four or five letters, two in more: a letter left out, added,
        taken for another, or changed places with its neighbour.
        """
        if len(word) < 4:
            return []
        allowed, letters = 1 if len(word) < 6 else 2, set(word)
        slips_from = _Slips(word)
        best: list[str] = []
        for candidate in self._likeliest(word):
            # A slip brings one letter at most that the word does not have.
            if len(letters.difference(candidate)) > allowed:
                continue
            slips = slips_from(candidate, allowed)
            if slips <= allowed and self.postings.with_any([candidate]) & among:
                if slips < allowed:
                    best, allowed = [], slips
                best.append(candidate)
        return sorted(best)

    def _likeliest(self, word: str) -> list[str]:
        """Return the words with the most parts in common; equals by the alphabet, the same everywhere."""
        shared: Counter[int] = Counter()
        for part in _parts_of(word):
            shared.update(self._parts.get(part, ()))
        least, left = 0, _CANDIDATES
        for parts, words in sorted(Counter(shared.values()).items(), reverse=True):
            if left > 0:
                least, left = parts, left - words
        more = [self._words[place] for place, parts in shared.items() if parts > least]
        equal = sorted(self._words[place] for place, parts in shared.items() if parts == least)
        return more + equal[: _CANDIDATES - len(more)]


def bits_of(numbers: Iterable[int]) -> int:
    """Return the set of some numbers as the bits of one integer."""
    numbers = list(numbers)
    if not numbers:
        return 0
    digits = bytearray(b"0") * (max(numbers) + 1)
    for number in numbers:
        digits[-1 - number] = 49  # «1»
    return int(digits, 2)


def places_in(bits: int) -> list[int]:
    """Return the numbers in a set of bits, the smallest first."""
    return [place for place, digit in enumerate(bin(bits)[:1:-1]) if digit == "1"]


def _parts_of(word: str) -> set[str]:
    """Return all that stands in three neighbouring letters, the beginning and the end being letters too."""
    padded = f"  {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


class _Slips:
    """Says how many slips lead from a word, or from its beginning, to what was typed.

    Optimal string alignment, one column of its table in the bits of a few numbers (H. Hyyrö, «A
    bit-vector algorithm for computing Levenshtein and Damerau edit distances», 2003).
    """

    def __init__(self, typed: str) -> None:
        self._length = len(typed)
        self._last = 1 << len(typed) - 1
        self._standing: dict[str, int] = {}
        for place, letter in enumerate(typed):
            self._standing[letter] = self._standing.get(letter, 0) | 1 << place

    def __call__(self, word: str, allowed: int) -> int:
        """Return how many slips there are; more than allowed as one more than allowed."""
        if self._length - len(word) > allowed:
            return allowed + 1
        least = score = self._length  # of no letter of the word, so far
        last, standing = self._last, self._standing
        up, down, diagonal, before = (last << 1) - 1, 0, 0, 0
        for letter in word:
            same = standing.get(letter, 0)
            swapped = (~diagonal & same) << 1 & before
            diagonal = (((same & up) + up) ^ up) | same | down | swapped
            right, left = down | ~(diagonal | up), diagonal & up
            if right & last:
                score += 1
            elif left & last:
                score -= 1
                least = min(least, score)
            right = right << 1 | 1
            up, down, before = left << 1 | ~(diagonal | right), right & diagonal, same
        # A beginning counts from five letters on: four can be the beginning of too much.
        slips = min(score, least + 1) if self._length > 4 else score
        return min(slips, allowed + 1)
