"""Which organisations somebody means by a name, a slug or a GSS code, however they write it."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from signatories.models import Organisation, OrganisationAlias
from signatories.naming import key, plain

SUGGESTIONS = 3
_CODE = re.compile(r"\b[A-Z]\d{8}\b")
# Two names with less than this much in common are not like each other.
LIKENESS = 0.35


@dataclass
class Directory:
    """Every listed organisation and its names, to look up many names with three queries."""

    organisations: dict[int, Organisation]
    before: dict[int, list[int]] = field(default_factory=dict)
    after: dict[int, list[int]] = field(default_factory=dict)
    _codes: dict[str, int] = field(default_factory=dict)
    _names: dict[str, set[int]] = field(default_factory=dict)
    _keys: dict[str, set[int]] = field(default_factory=dict)
    _trigrams: dict[str, set[str]] = field(default_factory=dict)
    _sizes: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "Directory":
        columns = ("pk", "slug", "name", "short_name", "gss_code", "kind", "region", "start_date", "end_date")
        rows = Organisation.objects.listed().only(*columns).order_by("name", "pk")
        directory = cls({o.pk: o for o in rows})
        for o in directory.organisations.values():
            directory._codes[o.slug] = o.pk
            if o.gss_code:
                directory._codes[o.gss_code.upper()] = o.pk
            directory._add(o.pk, o.name)
            directory._add(o.pk, o.short_name)
        for pk, name in OrganisationAlias.objects.values_list("organisation_id", "name"):
            if pk in directory.organisations:
                directory._add(pk, name)
        pairs = Organisation.successors.through.objects.order_by("pk")
        for earlier, later in pairs.values_list("from_organisation_id", "to_organisation_id"):
            directory.after.setdefault(earlier, []).append(later)
            directory.before.setdefault(later, []).append(earlier)
        return directory

    def _add(self, pk: int, name: str) -> None:
        self._names.setdefault(plain(name), set()).add(pk)
        self._keys.setdefault(key(name), set()).add(pk)

    def find(self, text: str, day: date) -> list[Organisation]:
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
        meant = self._names.get(plain(text)) or self._keys.get(key(text)) or self._with_code(text)
        existed = {pk for pk in meant if self.organisations[pk].existed_on(day)}
        return self._in_order(existed or meant)

    def _with_code(self, text: str) -> set[int]:
        """Return whom the one GSS code in a text names, as in two columns that were pasted together."""
        return {self._codes[code] for code in _CODE.findall(text.upper()) if code in self._codes}

    def suggest(self, text: str) -> list[Organisation]:
        """Return the few organisations whose names are most like a text, the likest first."""
        if not self._trigrams:
            self._index_trigrams()
        asked = _trigrams(key(text))
        shared: Counter[str] = Counter()
        for trigram in asked:
            shared.update(self._trigrams.get(trigram, ()))
        likeness = {
            name: common / (len(asked) + self._sizes[name] - common) for name, common in shared.items()
        }
        names = sorted(
            (name for name in likeness if likeness[name] >= LIKENESS), key=lambda n: (-likeness[n], n)
        )
        found: dict[int, None] = {}
        for name in names:
            found.update(dict.fromkeys(o.pk for o in self._in_order(self._keys[name])))
        return [self.organisations[pk] for pk in list(found)[:SUGGESTIONS]]

    def _index_trigrams(self) -> None:
        for name in self._keys:
            parts = _trigrams(name)
            self._sizes[name] = len(parts)
            for trigram in parts:
                self._trigrams.setdefault(trigram, set()).add(name)

    def _in_order(self, keys: Iterable[int]) -> list[Organisation]:
        return sorted((self.organisations[pk] for pk in keys), key=lambda o: (o.name, o.pk))

    def on(self, organisation: Organisation, day: date) -> list[Organisation]:
        """Return who stood in an organisation's place on a day: itself, those after or those before it."""
        if organisation.existed_on(day):
            return [organisation]
        has_ended = organisation.end_date is not None and organisation.end_date < day
        return [
            o for o in self._line(organisation, self.after if has_ended else self.before) if o.existed_on(day)
        ]

    def ancestors(self, organisation: Organisation) -> list[Organisation]:
        """Return everybody an organisation came after, also those they came after themselves."""
        return self._line(organisation, self.before)

    def _line(self, organisation: Organisation, steps: dict[int, list[int]]) -> list[Organisation]:
        seen, waiting = {organisation.pk}, [organisation.pk]
        found = []
        while waiting:
            for pk in steps.get(waiting.pop(0), []):
                if pk not in seen and pk in self.organisations:
                    seen.add(pk)
                    waiting.append(pk)
                    found.append(self.organisations[pk])
        return found


def _trigrams(text: str) -> set[str]:
    padded = f"  {text} "
    return {padded[n : n + 3] for n in range(len(padded) - 2)}
