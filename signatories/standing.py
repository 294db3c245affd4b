"""Whether an organisation had signed on a day: the one answer that map, check and API give.

Of what is not published only one thing is public: that a signature is in process. On a past day
that is said of those alone that were signed afterwards or still are in process, so that nobody can
read from it who was turned down or gave up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from signatories.models import Signature, Status
from signatories.models.signature import LIVE

IN_THE_WORKS = [status for status in LIVE if status != Status.PUBLISHED]
# A signature that came to one of these was public from the moment it was signed.
WAS_PUBLIC = [Status.PUBLISHED, Status.WITHDRAWN, Status.TAKEN_DOWN]


class State(models.TextChoices):
    SIGNED = "signed", "Signed"
    IN_PROCESS = "in-process", "In process"
    NOT_SIGNED = "not-signed", "Not signed"


@dataclass(frozen=True)
class Standing:
    """How an organisation stands. ``signed_at`` and ``version`` are set for a signed one alone."""

    state: State
    signed_at: datetime | None = None
    version: int | None = None
    # False for a signature that was withdrawn or taken down since.
    is_on_register: bool = False


NOT_SIGNED = Standing(State.NOT_SIGNED)
IN_PROCESS = Standing(State.IN_PROCESS)


def standings_now() -> dict[int, Standing]:
    """Return how organisations stand at this moment, by primary key; one without a row has not signed."""
    rows = Signature.objects.live().values_list("organisation_id", "status", "signed_at", "version__number")
    return {
        organisation: Standing(State.SIGNED, signed_at, version, is_on_register=True)
        if status == Status.PUBLISHED
        else IN_PROCESS
        for organisation, status, signed_at, version in rows
    }


def bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a day in London, and of the day after it."""
    begins, ends = (timezone.make_aware(datetime.combine(d, time.min)) for d in (day, day + timedelta(1)))
    return begins, ends


def standings_on(day: date, organisations: Iterable[int] | None = None) -> dict[int, Standing]:
    """Return how organisations stood on a London day, by primary key; one without a row had not signed.

    A signature given on the day, or ended on it, counts as signed. One that was withdrawn or taken
    down later still counts for the days before.
    """
    begins, ends = bounds(day)
    found = Signature.objects.filter(
        Q(status__in=WAS_PUBLIC, signed_at__isnull=False) | Q(status__in=IN_THE_WORKS),
        Q(ended_at__isnull=True) | Q(ended_at__gte=begins),
        submitted_at__isnull=False,
    )
    if organisations is not None:
        found = found.filter(organisation_id__in=list(organisations))
    standings: dict[int, Standing] = {}
    for organisation, status, submitted_at, signed_at, version in found.values_list(
        "organisation_id", "status", "submitted_at", "signed_at", "version__number"
    ).order_by("pk"):
        if status in WAS_PUBLIC and signed_at is not None and signed_at < ends:
            standings[organisation] = Standing(
                State.SIGNED, signed_at, version, is_on_register=status == Status.PUBLISHED
            )
        elif submitted_at is not None and submitted_at < ends and organisation not in standings:
            standings[organisation] = IN_PROCESS
    return standings
