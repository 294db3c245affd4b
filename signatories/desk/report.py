"""What came in, what was decided and how fast, and where people stop, by month.

Counts with the clock and the lists of the desk (``signatories.desk.waiting``, ``declaration.working_days``).
A month is a month of London's calendar.
"""

import math
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.conf import settings
from django.utils import timezone

from declaration.audit.models import AuditEvent
from declaration.working_days import london_day, working_days_between
from signatories.completeness import unanswered
from signatories.desk.waiting import count_lists
from signatories.models import ModerationDecision, Outcome, Signature, Status

REVIEWED = (Outcome.ACCEPTED, Outcome.CHANGES_REQUESTED, Outcome.REJECTED)
# Of how many drafts it is looked up which question stopped them.
DRAFTS_LOOKED_AT = 200
MONTHS_CHOICES = (12, 24, 60)


@dataclass
class Month:
    """One month. ``days`` are the working days each decision of the month took."""

    first: date
    received: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    days: list[int] = field(default_factory=list)
    # Of the sign-ups started in the month, how many have come how far by now.
    started: int = 0
    sent: int = 0
    accepted: int = 0
    signed: int = 0
    published: int = 0

    @property
    def decided(self) -> int:
        return len(self.days)

    @property
    def sent_back(self) -> int:
        return self.outcomes[Outcome.CHANGES_REQUESTED]

    @property
    def rejected(self) -> int:
        return self.outcomes[Outcome.REJECTED]

    @property
    def median(self) -> float | None:
        return statistics.median(self.days) if self.days else None

    @property
    def ninetieth(self) -> int | None:
        """The days within which nine of ten were decided (nearest rank)."""
        return sorted(self.days)[math.ceil(0.9 * len(self.days)) - 1] if self.days else None

    @property
    def within_promise(self) -> int | None:
        """How many of a hundred decisions came within the promise."""
        kept = sum(days <= settings.REVIEW_PROMISE_WORKING_DAYS for days in self.days)
        return round(100 * kept / len(self.days)) if self.days else None


@dataclass
class Report:
    months: list[Month]
    total: Month
    # What is undecided now: working days of each, the parked too.
    undecided: list[int]
    waiting: int
    overdue: int
    reasons: list[tuple[str, int]]
    stops: list[tuple[str, int]]
    questions: list[tuple[str, int]]


def report(*, months: int = 12, now: datetime | None = None) -> Report:
    """Return the last so many months, this one included."""
    now = now or timezone.now()
    firsts = _first_days(london_day(now), months)
    by_month = {first: Month(first) for first in firsts}
    since = datetime.combine(firsts[0], time.min, tzinfo=timezone.get_default_timezone())
    submissions = _submissions()
    for moments in submissions.values():
        for moment in moments:
            if month := by_month.get(_month_of(moment)):
                month.received += 1
    decided = _read_decisions(by_month, submissions)
    _read_funnel(by_month, since)
    lists = count_lists(person=None)
    shown = list(by_month.values())
    return Report(
        months=shown,
        total=_summed(shown),
        undecided=_undecided(submissions, decided, now),
        waiting=lists["waiting"].count + lists["parked"].count,
        overdue=lists["overdue"].count,
        reasons=_reasons(since),
        stops=_stops(since),
        questions=_questions(since),
    )


def _first_days(today: date, months: int) -> list[date]:
    last = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(last - months + 1, last + 1)]


def _month_of(moment: datetime) -> date:
    return london_day(moment).replace(day=1)


def _submissions() -> dict[int, list[datetime]]:
    """Return when each signature was handed in, the first time and again, oldest first."""
    found: dict[int, list[datetime]] = {}
    events = AuditEvent.objects.filter(
        record_type="signatories.signature", verb__in=["submit", "resubmit"]
    ).order_by("at", "pk")
    for record_id, at in events.values_list("record_id", "at").iterator():
        found.setdefault(int(record_id), []).append(at)
    return found


def _read_decisions(
    by_month: dict[date, Month], submissions: dict[int, list[datetime]]
) -> dict[int, datetime]:
    """Put each decision into its month; return when each signature was decided last."""
    last: dict[int, datetime] = {}
    rows = ModerationDecision.objects.filter(outcome__in=REVIEWED).order_by("decided_at", "pk")
    for signature, outcome, at in rows.values_list("signature_id", "outcome", "decided_at"):
        last[signature] = at
        handed_in = [moment for moment in submissions.get(signature, ()) if moment <= at]
        month = by_month.get(_month_of(at))
        if month and handed_in:
            month.outcomes[outcome] += 1
            month.days.append(working_days_between(handed_in[-1], at))
    return last


def _undecided(
    submissions: dict[int, list[datetime]], decided: dict[int, datetime], now: datetime
) -> list[int]:
    """Return the working days of what waits, told from the history and not from the queue."""
    ended = set(Signature.objects.filter(ended_at__isnull=False).values_list("pk", flat=True))
    return [
        working_days_between(moments[-1], now)
        for pk, moments in submissions.items()
        if pk not in ended and not (pk in decided and decided[pk] >= moments[-1])
    ]


def _read_funnel(by_month: dict[date, Month], since: datetime) -> None:
    columns = ("started_at", "submitted_at", "accepted_at", "signed_at", "commitments__public_change_at")
    begun = Signature.objects.filter(started_at__gte=since).order_by()
    for started, *later in begun.values_list(*columns):
        month = by_month.get(_month_of(started))
        if month:
            month.started += 1
            sent, accepted, signed, public = (moment is not None for moment in later)
            month.sent += sent
            month.accepted += accepted
            month.signed += signed
            month.published += public


def _summed(months: list[Month]) -> Month:
    total = Month(months[0].first)
    for month in months:
        total.outcomes.update(month.outcomes)
        total.days += month.days
        for name in ("received", "started", "sent", "accepted", "signed", "published"):
            setattr(total, name, getattr(total, name) + getattr(month, name))
    return total


def _reasons(since: datetime) -> list[tuple[str, int]]:
    """Return how often each reason was given, the most frequent first."""
    given = ModerationDecision.objects.filter(decided_at__gte=since, outcome__in=REVIEWED)
    titles = given.exclude(reasons=None).values_list("reasons__title", flat=True)
    return Counter(titles).most_common()


def _stops(since: datetime) -> list[tuple[str, int]]:
    """Return where the sign-ups that are not published are now, in the order of the road."""
    statuses = Signature.objects.filter(started_at__gte=since).values_list("status", flat=True)
    counted = Counter(statuses.order_by())
    return [(status.label, counted[status]) for status in Status if status != Status.PUBLISHED]


def _questions(since: datetime) -> list[tuple[str, int]]:
    """Return which question the newest drafts wait at: the first without an answer."""
    drafts = (
        Signature.objects.filter(status=Status.DRAFT, started_at__gte=since)
        .select_related("started_by")
        .prefetch_related("commitments__principles", "commitments__service_areas")
    )
    waiting_at = Counter(
        next(iter(unanswered(draft, draft.started_by)), "all answered, not sent")
        for draft in drafts[:DRAFTS_LOOKED_AT]
    )
    return [(name.replace("-", " ").capitalize(), count) for name, count in waiting_at.most_common()]


COLUMNS = (
    "month",
    "received",
    "decided",
    "median working days",
    "90th percentile of working days",
    "percent within the promise",
    "sent back",
    "rejected",
    "started",
    "of these sent",
    "of these accepted",
    "of these signed",
    "of these published",
)


def rows(found: Report) -> Iterator[tuple[object, ...]]:
    """Yield the table of months, with its header, as it stands in the CSV."""
    yield COLUMNS
    for month in found.months:
        yield (
            month.first.strftime("%Y-%m"),
            month.received,
            month.decided,
            month.median,
            month.ninetieth,
            month.within_promise,
            month.sent_back,
            month.rejected,
            month.started,
            month.sent,
            month.accepted,
            month.signed,
            month.published,
        )
