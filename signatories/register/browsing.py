"""Browse what signatories have promised: by theme, by principle, by how it goes."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.db import models
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import QueryDict

from declaration.models import Principle, ServiceArea
from signatories.models import Commitment, CommitmentStatus, Progress, Status
from signatories.models.progress import FINAL

PER_PAGE: Final = 20
IS_PUBLIC: Final = Q(
    commitments__signature__status=Status.PUBLISHED, commitments__status=CommitmentStatus.SHOWN
)


class Show(models.TextChoices):
    ALL = "", "All, newest first"
    PARTNERS = "partners", "Looking for partners"
    UPDATED = "updated", "Recently updated"
    FINISHED = "finished", "Finished"


@dataclass(frozen=True)
class Theme:
    """A service area or principle with the number of public commitments about it."""

    value: str
    name: str
    count: int


@dataclass(frozen=True)
class Choice:
    """What somebody browses. Values that mean nothing are dropped."""

    area: Theme | None = None
    principle: Theme | None = None
    show: Show = Show.ALL

    @classmethod
    def read(cls, data: QueryDict, areas: list[Theme], principles: list[Theme]) -> "Choice":
        def one(name: str, themes: list[Theme]) -> Theme | None:
            return next((theme for theme in themes if theme.value == data.get(name)), None)

        show = data.get("show", "")
        return cls(
            area=one("area", areas),
            principle=one("principle", principles),
            show=Show(show) if show in Show.values else Show.ALL,
        )

    @property
    def is_empty(self) -> bool:
        return not (self.area or self.principle or self.show)

    @property
    def query(self) -> str:
        """Return the query string that asks for the same."""
        asked = {
            "area": self.area.value if self.area else "",
            "principle": self.principle.value if self.principle else "",
            "show": self.show.value,
        }
        return urlencode({name: value for name, value in asked.items() if value})


def public_commitments() -> QuerySet[Commitment]:
    """Return what signatories have promised, with what the lists show of it."""
    return (
        Commitment.objects.public()
        .select_related("signature__organisation")
        .prefetch_related("service_areas", Prefetch("progress", Progress.objects.shown(), to_attr="history"))
    )


def chosen(choice: Choice) -> QuerySet[Commitment]:
    """Return the public commitments that answer the choice, in the order that goes with it."""
    found = public_commitments()
    if choice.area:
        found = found.filter(service_areas__slug=choice.area.value)
    if choice.principle:
        found = found.filter(principles__number=choice.principle.value)
    match choice.show:
        case Show.PARTNERS:
            found = found.filter(open_to_others=True).exclude(stage__in=FINAL)
        case Show.UPDATED:
            return found.filter(stage_reported_at__isnull=False).order_by("-stage_reported_at", "-pk")
        case Show.FINISHED:
            return found.filter(stage__in=FINAL).order_by("-stage_reported_at", "-pk")
    return found.order_by("-signature__signed_at", "-pk")


def themes() -> list[Theme]:
    """Return the service areas that somebody may choose or has chosen, most commitments first."""
    areas = ServiceArea.objects.annotate(count=Count("commitments", filter=IS_PUBLIC, distinct=True))
    shown = areas.filter(Q(retired_at__isnull=True) | Q(count__gt=0)).order_by("-count", "order", "name")
    return [Theme(area.slug, area.name, area.count) for area in shown]


def principles() -> list[Theme]:
    """Return the principles of every published wording by number, under the newest title of each.

    The list of signatories takes them for the same, and so do we.
    """
    rows = Principle.objects.filter(version__published_at__isnull=False)
    counted = rows.values_list("number").annotate(count=Count("commitments", filter=IS_PUBLIC, distinct=True))
    counts: dict[int, int] = dict(counted.order_by())
    titles: dict[int, str] = dict(rows.order_by("version__number").values_list("number", "title"))
    return [Theme(str(number), titles[number], counts[number]) for number in sorted(titles)]


@dataclass(frozen=True)
class Totals:
    """How many public commitments there are, and how many the named lists hold."""

    commitments: int
    partners: int
    updated: int
    finished: int


def totals() -> Totals:
    counted = Commitment.objects.public().aggregate(
        commitments=Count("pk"),
        partners=Count("pk", filter=Q(open_to_others=True) & ~Q(stage__in=FINAL)),
        updated=Count("pk", filter=Q(stage_reported_at__isnull=False)),
        finished=Count("pk", filter=Q(stage__in=FINAL)),
    )
    return Totals(**counted)
