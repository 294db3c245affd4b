"""How much of the country has signed: councils and the people they serve, by nation, region and kind.

Some places have two tiers: a district council and a county council for the same people. Councils
are counted in both tiers; people are counted once, with the district or single-tier council.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.db.models.functions import ExtractYear
from django.http import QueryDict
from django.utils import timezone

from signatories.models import Kind, Nation, Organisation, Region, Signature
from signatories.register.organisations import COUNCIL_KINDS
from signatories.register.standing import NOT_SIGNED, Standing, State, standings_now


class People(models.TextChoices):
    """Whose council has signed, of the people of a place. Each person is in exactly one of the three."""

    OWN = "own", "their district or single-tier council has signed"
    COUNTY = "county", "only their county council has signed"
    NEITHER = "neither", "neither of their councils has signed"


@dataclass(frozen=True)
class Council:
    """A council that exists today and how it stands; ``county`` is there for a district council."""

    organisation: Organisation
    standing: Standing
    county: "Council | None" = None

    @property
    def state(self) -> State:
        return self.standing.state

    @property
    def counts_people(self) -> bool:
        """Whether the people of its area are counted here: a county's are, with its districts."""
        return self.organisation.kind != Kind.COUNTY

    @property
    def population(self) -> int:
        return self.organisation.population or 0

    @property
    def people(self) -> People | None:
        """Return whose council has signed for the people counted here."""
        if not self.counts_people:
            return None
        if self.state == State.SIGNED:
            return People.OWN
        county_signed = self.county is not None and self.county.state == State.SIGNED
        return People.COUNTY if county_signed else People.NEITHER


@dataclass(frozen=True)
class Cell:
    """One hexagon of the map and the council that serves the place today."""

    column: int
    row: int
    council: Council
    place: str


@dataclass(frozen=True)
class Country:
    """Every council that exists today, and the map of them."""

    councils: list[Council]
    cells: list[Cell]


def survey() -> Country:
    """Read the country in three queries."""
    today = timezone.localdate()
    kinds = Q(kind__in=COUNCIL_KINDS)
    rows = list(
        Organisation.objects.listed().filter(kinds).defer("proposal_note", "website").order_by("name", "pk")
    )
    standings = standings_now()
    exists = {o.pk: o for o in rows if o.existed_on(today)}
    counties = {
        o.pk: Council(o, standings.get(o.pk, NOT_SIGNED)) for o in exists.values() if o.kind == Kind.COUNTY
    }
    councils = {
        o.pk: counties.get(o.pk)
        or Council(o, standings.get(o.pk, NOT_SIGNED), counties.get(o.county_id) if o.county_id else None)
        for o in exists.values()
    }
    cells = []
    followers = _followers()
    for o in rows:
        if o.hex_q is None or o.hex_r is None:
            continue
        serving = next((councils[pk] for pk in _serving(o.pk, exists, followers)), None)
        if serving:
            cells.append(Cell(o.hex_q, o.hex_r, serving, o.short_name))
    return Country(list(councils.values()), cells)


def _followers() -> dict[int, list[int]]:
    followers: dict[int, list[int]] = {}
    pairs = Organisation.successors.through.objects.order_by("pk")
    for before, after in pairs.values_list("from_organisation_id", "to_organisation_id"):
        followers.setdefault(before, []).append(after)
    return followers


def _serving(place: int, exists: dict[int, Organisation], followers: dict[int, list[int]]) -> Iterator[int]:
    """Yield who serves a place today: its own council, else those that came after it."""
    seen, waiting = {place}, [place]
    while waiting:
        one = waiting.pop(0)
        if one in exists:
            yield one
            continue
        after = [pk for pk in followers.get(one, []) if pk not in seen]
        seen.update(after)
        waiting.extend(after)


SORTS: dict[str, Callable[[Council], tuple]] = {
    "name": lambda c: (c.organisation.name.casefold(),),
    "kind": lambda c: (c.organisation.get_kind_display(),),
    "region": lambda c: (c.organisation.region,),
    "state": lambda c: (State.values.index(c.state),),
    "signed": lambda c: (c.standing.signed_at.timestamp() if c.standing.signed_at else 0,),
    "people": lambda c: (c.population,),
}


@dataclass(frozen=True)
class Query:
    """Which councils somebody wants to see, and in what order. Values that mean nothing are dropped."""

    nation: list[str] = field(default_factory=list)
    region: list[str] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    state: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    sort: str = "name"
    tier: str = ""  # «county» draws the county councils where there are two

    @classmethod
    def read(cls, data: QueryDict) -> "Query":
        def known(name: str, values: Iterable[str]) -> list[str]:
            asked = set(data.getlist(name))
            return [value for value in values if value in asked]

        sort = data.get("sort", "")
        return cls(
            nation=known("nation", Nation.values),
            region=known("region", Region.values),
            kind=known("kind", [kind.value for kind in COUNCIL_KINDS]),
            state=known("state", State.values),
            people=known("people", People.values),
            sort=sort if sort.removeprefix("-") in SORTS else "name",
            tier="county" if data.get("tier") == "county" else "",
        )

    @property
    def is_narrowed(self) -> bool:
        return any((self.nation, self.region, self.kind, self.state, self.people))

    def is_in_area(self, council: Council) -> bool:
        """Tell whether a council answers the query, but for how it stands."""
        o = council.organisation
        return all(
            not asked or value in asked
            for asked, value in ((self.nation, o.nation), (self.region, o.region), (self.kind, o.kind))
        )

    def matches(self, council: Council) -> bool:
        return (
            self.is_in_area(council)
            and (not self.state or council.state in self.state)
            and (not self.people or council.people in self.people)
        )

    def select(self, councils: Iterable[Council]) -> list[Council]:
        """Return the councils that answer, sorted; equals stay in order of their names."""
        found = [council for council in councils if self.matches(council)]
        found.sort(key=SORTS["name"])
        return sorted(found, key=SORTS[self.sort.removeprefix("-")], reverse=self.sort.startswith("-"))

    def sorted_by(self, column: str) -> "Query":
        """Return this query sorted by a column, the other way round if it already is."""
        return replace(self, sort=f"-{column}" if self.sort == column else column)

    def direction(self, column: str) -> str:
        """Return the value of aria-sort for a column."""
        if self.sort.removeprefix("-") != column:
            return "none"
        return "descending" if self.sort.startswith("-") else "ascending"

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """Return what narrows the list, in words, each with the query that does without it."""
        labels: dict[str, dict[Any, str]] = {
            "nation": dict(Nation.choices),
            "region": dict(Region.choices),
            "kind": dict(Kind.choices),
            "state": dict(State.choices),
            "people": {value: f"people: {label}" for value, label in People.choices},
        }
        found = []
        for name, words in labels.items():
            for value in getattr(self, name):
                rest: dict[str, Any] = {name: [v for v in getattr(self, name) if v != value]}
                found.append((words[value], replace(self, **rest).string))
        return found

    @property
    def string(self) -> str:
        """Return the query as an address has it, with its question mark."""
        pairs = [
            (name, value)
            for name in ("nation", "region", "kind", "state", "people")
            for value in getattr(self, name)
        ]
        return f"?{urlencode(pairs + self._besides)}"

    @property
    def _besides(self) -> list[tuple[str, str]]:
        """Return how the councils are sorted and drawn, where that is not as usual."""
        found = [("sort", self.sort)] if self.sort != "name" else []
        return found + ([("tier", self.tier)] if self.tier else [])

    @property
    def of_other_tier(self) -> "Query":
        """Return this query with the other tier on the map."""
        return replace(self, tier="" if self.tier else "county")

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Return what the form of the page has no box for, and must not lose."""
        chosen = [(name, value) for name in ("nation", "people") for value in getattr(self, name)]
        return chosen + self._besides


def percent(part: int, whole: int) -> str:
    """Return a share for people to read: never 0 % or 100 % unless it is none or all."""
    if not whole or not part:
        return "0%"
    if part == whole:
        return "100%"
    share = round(100 * part / whole)
    return "less than 1%" if share == 0 else "more than 99%" if share == 100 else f"{share}%"


@dataclass(frozen=True)
class Share:
    """How many councils of a group have signed, and how many people live where one has."""

    label: str
    query: Query
    councils: int
    states: Counter[str]
    population: int
    people: Counter[str]

    @property
    def council_share(self) -> str:
        return percent(self.states[State.SIGNED], self.councils)

    @property
    def people_share(self) -> str:
        """Return the share of people with at least one council that has signed."""
        return percent(self.population - self.people[People.NEITHER], self.population)

    @property
    def signed_people(self) -> int:
        return self.people[People.OWN] + self.people[People.COUNTY]


def share(label: str, councils: Iterable[Council], query: Query) -> Share:
    """Count the councils that answer a query, each person once."""
    counted = [council for council in councils if query.matches(council)]
    people: Counter[str] = Counter()
    for council in counted:
        if council.people:
            people[council.people] += council.population
    return Share(label, query, len(counted), Counter(c.state for c in counted), sum(people.values()), people)


def shares(country: Country, name: str, choices: Iterable[tuple[str, str]]) -> list[Share]:
    """Return a share for each value of nation, region or kind that has a council."""
    every = []
    for value, label in choices:
        only: dict[str, Any] = {name: [value]}
        every.append(share(label, country.councils, Query(**only)))
    return [one for one in every if one.councils]


def by_nation(country: Country) -> list[Share]:
    return shares(country, "nation", Nation.choices)


def by_region(country: Country) -> list[Share]:
    return shares(country, "region", Region.choices)


def by_kind(country: Country) -> list[Share]:
    return shares(country, "kind", [(kind.value, kind.label) for kind in COUNCIL_KINDS])


@dataclass(frozen=True)
class Year:
    """How many organisations on the register today signed in a year, and by its end."""

    year: int
    signed: int
    total: int
    query: str


def growth() -> list[Year]:
    """Return every year since the first signature; their numbers add up to today's register."""
    years = (
        Signature.objects.published()
        .annotate(year=ExtractYear("signed_at", tzinfo=timezone.get_default_timezone()))
        .values_list("year")
        .annotate(signed=models.Count("pk"))
        .order_by("year")
    )
    counts = dict(years)
    found: list[Year] = []
    for year in range(min(counts), timezone.localdate().year + 1) if counts else ():
        signed = counts.get(year, 0)
        total = signed + (found[-1].total if found else 0)
        until = urlencode([("year", y) for y in range(min(counts), year + 1)])
        found.append(Year(year, signed, total, until))
    return found
