"""What waits for staff: the lists of the desk, their clock, and how many are on each.

One definition for each list, so that a count and the rows behind it are the same question. The desk,
the queue, the digest and the report all read it here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.utils import timezone

from declaration.accounts.models import User
from declaration.working_days import is_working_day, london_day, working_days_between
from signatories.models import CommitmentEdit, ModerationDecision, Outcome, Signature, Status
from signatories.models.edit import CommitmentEditQuerySet
from signatories.models.signature import SignatureQuerySet


@dataclass(frozen=True)
class Age:
    """Working days since the submission. ``state`` is on time, due soon or overdue."""

    days: int
    state: str


def age_of(signature: Signature) -> Age | None:
    """Return the age of a submission that waits for review, None for anything else."""
    if signature.status != Status.SUBMITTED or signature.submitted_at is None:
        return None
    return age_since(signature.submitted_at)


def age_since(moment: datetime) -> Age:
    """Return how old something that came in at this moment is now, against the promise."""
    days = working_days_between(moment, timezone.now())
    promise = settings.REVIEW_PROMISE_WORKING_DAYS
    if days > promise:
        return Age(days, "overdue")
    return Age(days, "due soon" if days >= promise - 1 else "on time")


def overdue_before(now: datetime | None = None) -> datetime:
    """Return the moment before which a submission that still waits is overdue now.

    The same clock as ``age_of``: of two submissions, one before and one after it, only the
    first is older than the promise in working days.
    """
    return _older_than(settings.REVIEW_PROMISE_WORKING_DAYS, now)


def due_soon_before(now: datetime | None = None) -> datetime:
    """Return the moment before which a submission that still waits is due soon or overdue now."""
    return _older_than(settings.REVIEW_PROMISE_WORKING_DAYS - 2, now)


def _older_than(days: int, now: datetime | None) -> datetime:
    """Return the moment before which something is more than this many working days old."""
    day = london_day(now or timezone.now())
    left = days + 1
    while left > 0:
        left -= is_working_day(day)
        day -= timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True)
class Viewpoint:
    """Who asks, and when: «mine» and «overdue» mean nothing without."""

    person: User | None
    now: datetime

    @property
    def today(self) -> date:
        return london_day(self.now)


def _in_review(here: Viewpoint) -> Q:
    return Q(status=Status.SUBMITTED)


def _parked(here: Viewpoint) -> Q:
    return _in_review(here) & Q(casework__parked_until__gt=here.today)


def _waiting(here: Viewpoint) -> Q:
    # Spelt out, because NOT over a missing row is not true in SQL.
    rests_no_longer = Q(casework__parked_until__isnull=True) | Q(casework__parked_until__lte=here.today)
    return _in_review(here) & rests_no_longer


def _overdue(here: Viewpoint) -> Q:
    return _waiting(here) & Q(submitted_at__lt=overdue_before(here.now))


def _due_soon(here: Viewpoint) -> Q:
    return _waiting(here) & Q(
        submitted_at__gte=overdue_before(here.now), submitted_at__lt=due_soon_before(here.now)
    )


# Every list by the name it has in addresses.
LISTS: dict[str, Callable[[Viewpoint], Q]] = {
    "waiting": _waiting,
    "new": lambda here: _waiting(here) & Q(was_sent_back=False),
    "resubmitted": lambda here: _waiting(here) & Q(was_sent_back=True),
    "due-soon": _due_soon,
    "overdue": _overdue,
    "mine": lambda here: _waiting(here) & Q(casework__assigned_to=here.person),
    "unassigned": lambda here: _waiting(here) & Q(casework__assigned_to__isnull=True),
    "parked": _parked,
    "awaiting_approver": lambda here: Q(status=Status.AWAITING_APPROVER),
    "signed": lambda here: Q(status=Status.SIGNED),
}
# The moment from which each list counts how old its oldest is.
SINCE = {"awaiting_approver": "approver_asked_at", "signed": "signed_at"}


def _marked(signatures: SignatureQuerySet) -> SignatureQuerySet:
    sent_back = ModerationDecision.objects.filter(signature=OuterRef("pk"), outcome=Outcome.CHANGES_REQUESTED)
    return signatures.annotate(was_sent_back=Exists(sent_back))


def on_list(
    name: str, *, person: User | None, signatures: SignatureQuerySet | None = None
) -> SignatureQuerySet:
    """Return what stands on one list, for this person and now. Raises KeyError for no list."""
    everything = Signature.objects.all() if signatures is None else signatures
    return _marked(everything).filter(LISTS[name](Viewpoint(person, timezone.now())))


@dataclass(frozen=True)
class Waiting:
    """How many stand on a list, and since when the oldest of them waits."""

    count: int
    oldest: datetime | None

    @property
    def age(self) -> Age | None:
        return age_since(self.oldest) if self.oldest else None


# Edits and additions stand on lists of the same names, by the same columns and the same word «submitted».
EDIT_LISTS = ("waiting", "due-soon", "overdue", "mine", "unassigned", "parked")


def edits_on_list(
    name: str, *, person: User | None, edits: CommitmentEditQuerySet | None = None
) -> CommitmentEditQuerySet:
    """Return the edits and additions on one list, for this person and now. Raises KeyError for no list."""
    everything = CommitmentEdit.objects.all() if edits is None else edits
    return everything.awaiting_review().filter(LISTS[name](Viewpoint(person, timezone.now())))


def count_edits(*, person: User | None) -> dict[str, Waiting]:
    """Count the lists of edits and additions, with one query."""
    here = Viewpoint(person, timezone.now())
    counted = CommitmentEdit.objects.awaiting_review().aggregate(
        **{f"count_{name}": Count("pk", filter=LISTS[name](here)) for name in EDIT_LISTS},
        **{f"oldest_{name}": Min("submitted_at", filter=LISTS[name](here)) for name in EDIT_LISTS},
    )
    return {name: Waiting(counted[f"count_{name}"], counted[f"oldest_{name}"]) for name in EDIT_LISTS}


def count_lists(*, person: User | None) -> dict[str, Waiting]:
    """Count every list, with one query."""
    here = Viewpoint(person, timezone.now())
    unfinished = [Status.SUBMITTED, Status.AWAITING_APPROVER, Status.SIGNED]
    counted = _marked(Signature.objects.filter(status__in=unfinished)).aggregate(
        **{f"count_{name}": Count("pk", filter=is_on(here)) for name, is_on in LISTS.items()},
        **{
            f"oldest_{name}": Min(SINCE.get(name, "submitted_at"), filter=is_on(here))
            for name, is_on in LISTS.items()
        },
    )
    return {name: Waiting(counted[f"count_{name}"], counted[f"oldest_{name}"]) for name in LISTS}
