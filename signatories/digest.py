"""Tell moderators on weekday mornings what waits, when something does."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from declaration.accounts.models import User
from declaration.outbox.models import Email
from declaration.working_days import is_working_day, london_day
from signatories import emails_to_staff
from signatories.desk.waiting import age_of, edits_on_list, on_list
from signatories.models import CorrectionRequest, Organisation, Signature

# An email is no place for a list of hundreds; the desk is one click away.
SHOWN = 20


@dataclass(frozen=True)
class Digest:
    """What waited at the set time: the oldest submissions with their ages, and how many of the rest."""

    waiting: int = 0
    overdue: int = 0
    oldest: list[dict[str, object]] = field(default_factory=list)
    edits: int = 0
    corrections: int = 0
    proposed: int = 0
    failed_emails: int = 0

    def __bool__(self) -> bool:
        others = self.edits or self.corrections or self.proposed or self.failed_emails
        return bool(self.waiting or others)


def set_time(now: datetime) -> datetime:
    """Return the moment of the summary on the London day of ``now``."""
    return datetime.combine(london_day(now), settings.DIGEST_TIME, tzinfo=timezone.get_default_timezone())


def what_waits(*, since_before: datetime) -> Digest:
    """Return what had come in before a moment and waits still, from the lists of the desk."""
    waiting = on_list("waiting", person=None).filter(submitted_at__lt=since_before)
    oldest = waiting.select_related("organisation").prefetch_related("commitments")
    return Digest(
        waiting=waiting.count(),
        overdue=on_list("overdue", person=None).filter(submitted_at__lt=since_before).count(),
        oldest=[_line(signature) for signature in oldest.order_by("submitted_at", "pk")[:SHOWN]],
        edits=edits_on_list("waiting", person=None).filter(submitted_at__lt=since_before).count(),
        corrections=CorrectionRequest.objects.awaiting_staff().filter(created_at__lt=since_before).count(),
        proposed=Organisation.objects.awaiting_confirmation().filter(proposed_at__lt=since_before).count(),
        failed_emails=Email.objects.needing_staff().filter(queued_at__lt=since_before).count(),
    )


def _line(signature: Signature) -> dict[str, object]:
    return {"signature": signature, "age": age_of(signature), "url": emails_to_staff.record_url(signature)}


def send_digests(*, now: datetime | None = None) -> int:
    """Owe each moderator who wants it today's summary, once; return for how many it is owed.

    Nothing goes out before the set time, on weekends and on bank holidays, nor when nothing
    waited at the set time. Safe to run often, and at the same moment.
    """
    now = now or timezone.now()
    if not is_working_day(london_day(now)) or now < set_time(now):
        return 0
    digest = what_waits(since_before=set_time(now))
    if not digest:
        return 0
    owed = 0
    for person in _moderators():
        with transaction.atomic():
            owed += emails_to_staff.tell_moderator_what_waits(person, digest, day=london_day(now))
    return owed


def _moderators() -> list[User]:
    wanting = User.objects.staff().filter(digest_wanted=True)
    return [person for person in wanting if person.has_perm("signatories.decide_signature")]
