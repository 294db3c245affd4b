"""Which organisations somebody means by a name, a slug or a GSS code, however they write it."""

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from declaration.freshness import Freshness
from signatories.models import Organisation, OrganisationAlias
from signatories.naming import key, plain
from signatories.register.following import MANY_CHANGES, Held

SUGGESTIONS = 3
_CODE = re.compile(r"\b[A-Z]\d{8}\b")
# Two names with less than this much in common are not like each other.
LIKENESS = 0.35


@dataclass(frozen=True, slots=True)
class Listed:
    """What the directory knows of an organisation. Models would take five times the memory."""

    pk: int
    slug: str
    name: str
    gss_code: str
    start_date: date | None
    end_date: date | None
    names: tuple[str, ...]

    def get_absolute_url(self) -> str:
        return reverse("organisation", args=[self.slug])

    def existed_on(self, day: date) -> bool:
        """Tell what ``Organisation.existed_on`` tells."""
        return (self.start_date is None or self.start_date <= day) and (
            self.end_date is None or day <= self.end_date
        )

    def codes(self) -> Iterator[str]:
        yield self.slug
        if self.gss_code:
            yield self.gss_code.upper()


def _read(organisations: Collection[int] | None = None) -> list[Listed]:
    """Read all that are listed, or those of some that are. Two queries."""
    rows, aliases = Organisation.objects.listed(), OrganisationAlias.objects.order_by("pk")
    if organisations is not None:
        rows = rows.filter(pk__in=organisations)
        aliases = aliases.filter(organisation__in=organisations)
    columns = ("pk", "slug", "name", "gss_code", "start_date", "end_date", "short_name")
    found = list(rows.order_by("pk").values_list(*columns))
    others = defaultdict(list)
    for pk, name in aliases.values_list("organisation_id", "name"):
        others[pk].append(name)
    return [
        Listed(pk, slug, name, gss_code, start, end, (name, short_name, *others[pk]))
        for pk, slug, name, gss_code, start, end, short_name in found
    ]


Bodies = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Directory:
    """Every listed organisation and its names, to look up many names without the database."""

    fresh: Freshness
    organisations: dict[int, Listed]
    before: dict[int, list[int]]
    after: dict[int, list[int]]
    _codes: dict[str, int]
    _names: Bodies
    _keys: Bodies
    _alike: "AlikeNames"

    @classmethod
    def whole(cls, fresh: Freshness) -> "Directory":
        """Read everything. Three queries."""
        return cls._with(fresh, _read(), {}, {}, {}, {}, AlikeNames())

    @classmethod
    def following(cls, old: "Directory", fresh: Freshness, changed: set[int]) -> "Directory":
        """Return the directory of now, reading again only the organisations that changed since."""
        if len(old._alike) > 2 * len(old._keys) + MANY_CHANGES:
            return cls.whole(fresh)
        organisations, codes = dict(old.organisations), dict(old._codes)
        names, keys = dict(old._names), dict(old._keys)
        for pk in changed & organisations.keys():
            gone = organisations.pop(pk)
            for code in gone.codes():
                codes.pop(code, None)
            for name in gone.names:
                _remove(names, plain(name), pk)
                _remove(keys, key(name), pk)
        return cls._with(fresh, _read(changed), organisations, codes, names, keys, old._alike)

    @classmethod
    def _with(
        cls,
        fresh: Freshness,
        more: list[Listed],
        organisations: dict[int, Listed],
        codes: dict[str, int],
        names: Bodies,
        keys: Bodies,
        alike: "AlikeNames",
    ) -> "Directory":
        for one in more:
            organisations[one.pk] = one
            codes.update(dict.fromkeys(one.codes(), one.pk))
            for name in one.names:
                _add(names, plain(name), one.pk)
                _add(keys, key(name), one.pk)
        before, after = defaultdict(list), defaultdict(list)
        pairs = Organisation.successors.through.objects.order_by("pk")
        for earlier, later in pairs.values_list("from_organisation_id", "to_organisation_id"):
            after[earlier].append(later)
            before[later].append(earlier)
        new = alike.adding({key(name) for one in more for name in one.names})
        return cls(fresh, organisations, dict(before), dict(after), codes, names, keys, new)

    def find(self, text: str, day: date) -> list[Listed]:
        """Return whom a text means: nobody, one organisation, or all that it may mean.

        A code or a slug comes before a whole name, that before a name without its style, and last
        a code beside other words. Of several with one name those are meant that existed on the day,
        if any did. So a slug is taken for one only as it is written: «Dorset» is a name, of a county
        council in 2018.
        """
        text = text.strip()
        coded = self._codes.get(text, self._codes.get(text.upper()))
        if coded is not None:
            return [self.organisations[coded]]
        meant = set(self._names.get(plain(text)) or self._keys.get(key(text)) or self._with_code(text))
        existed = {pk for pk in meant if self.organisations[pk].existed_on(day)}
        return self._in_order(existed or meant)

    def _with_code(self, text: str) -> set[int]:
        """Return whom the one GSS code in a text names, as in two columns that were pasted together."""
        return {self._codes[code] for code in _CODE.findall(text.upper()) if code in self._codes}

    def suggest(self, text: str) -> list[Listed]:
        """Return the few organisations whose names are most like a text, the likest first."""
        found: dict[int, Listed] = {}
        for name in self._alike.like(key(text)):
            # The index keeps names that nobody has any more.
            found.update((one.pk, one) for one in self._in_order(self._keys.get(name, ())))
        return list(found.values())[:SUGGESTIONS]

    def _in_order(self, keys: Iterable[int]) -> list[Listed]:
        return sorted((self.organisations[pk] for pk in keys), key=lambda o: (o.name, o.pk))

    def on(self, organisation: Listed, day: date) -> list[Listed]:
        """Return who stood in an organisation's place on a day: itself, those after or those before it."""
        if organisation.existed_on(day):
            return [organisation]
        has_ended = organisation.end_date is not None and organisation.end_date < day
        return [
            o for o in self._line(organisation, self.after if has_ended else self.before) if o.existed_on(day)
        ]

    def ancestors(self, organisation: Listed) -> list[Listed]:
        """Return everybody an organisation came after, also those they came after themselves."""
        return self._line(organisation, self.before)

    def _line(self, organisation: Listed, steps: dict[int, list[int]]) -> list[Listed]:
        seen, waiting = {organisation.pk}, [organisation.pk]
        found = []
        while waiting:
            for pk in steps.get(waiting.pop(0), []):
                if pk not in seen and pk in self.organisations:
                    seen.add(pk)
                    waiting.append(pk)
                    found.append(self.organisations[pk])
        return found


def _add(bodies: Bodies, name: str, pk: int) -> None:
    having = bodies.get(name, ())
    if name and pk not in having:
        bodies[name] = (*having, pk)


def _remove(bodies: Bodies, name: str, pk: int) -> None:
    left = tuple(one for one in bodies.pop(name, ()) if one != pk)
    if left:
        bodies[name] = left


class AlikeNames:
    """Names by what stands in three neighbouring letters of them. Never altered."""

    def __init__(self, names: dict[str, int] | None = None, parts: dict[str, array] | None = None) -> None:
        self._names = names or {}  # how many parts each has
        self._numbered = list(self._names.items())
        self._parts = parts or {}

    def __len__(self) -> int:
        return len(self._names)

    def adding(self, names: Iterable[str]) -> "AlikeNames":
        """Return these names and some more."""
        new = sorted(name for name in names if name not in self._names)
        if not new:
            return self
        sizes = dict(self._names)
        more: defaultdict[str, array] = defaultdict(lambda: array("I"))
        for name in new:
            of_name = _trigrams(name)
            for part in of_name:
                more[part].append(len(sizes))
            sizes[name] = len(of_name)
        parts = dict(self._parts)
        for part, numbers in more.items():
            parts[part] = parts[part] + numbers if part in parts else numbers
        return AlikeNames(sizes, parts)

    def like(self, text: str) -> list[str]:
        """Return the names that have enough in common with a text, the likest first."""
        asked = _trigrams(text)
        shared: Counter[int] = Counter()
        for part in asked:
            shared.update(self._parts.get(part, ()))
        least, found = LIKENESS * len(asked), []
        for number, common in shared.items():
            if common >= least:
                name, size = self._numbered[number]
                likeness = common / (len(asked) + size - common)
                if likeness >= LIKENESS:
                    found.append((-likeness, name))
        return [name for _, name in sorted(found)]


def _trigrams(text: str) -> set[str]:
    padded = f"  {text} "
    return {padded[n : n + 3] for n in range(len(padded) - 2)}


held = Held(Directory.whole, Directory.following)


def directory(fresh: Freshness | None = None) -> Directory:
    """Return the directory at this number, or now. It may hold newer changes, never older ones."""
    return held.current(fresh)
