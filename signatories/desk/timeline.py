"""Everything that happened to a signature, in one list by time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max

from declaration.accounts.models import User
from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories.models import Signature, Status


@dataclass(frozen=True)
class Happening:
    """One line of the timeline: something somebody did, or an email the service owed."""

    at: datetime
    event: AuditEvent | None = None
    email: Email | None = None

    @property
    def status_before(self) -> str:
        return _label(self.event.before.get("status", "")) if self.event else ""

    @property
    def parked_until(self) -> date | None:
        until = self.event.after.get("parked_until") if self.event else None
        return date.fromisoformat(until) if until else None

    @property
    def status_after(self) -> str:
        return _label(self.event.after.get("status", "")) if self.event else ""


def _label(status: str) -> str:
    """Return a status as staff read it; what is no status any more stays as it was written."""
    return Status(status).label if status in Status.values else status


def timeline_of(signature: Signature) -> list[Happening]:
    """Return what happened, newest first."""
    events = AuditEvent.objects.about(signature).select_related("actor")
    emails = Email.objects.about(signature)
    happenings = [Happening(event.at, event=event) for event in events]
    happenings += [Happening(email.queued_at, email=email) for email in emails]
    return sorted(happenings, key=lambda happening: happening.at, reverse=True)


def newest_event(signature: Signature) -> int:
    """Return the number of the newest event about a signature: the version of the record that is seen.

    Every change of a record writes an event in its transaction, so a later number means a change.
    Nought for a record without events.
    """
    return newest_events([signature])[signature.pk]


def newest_events(signatures: Iterable[Signature]) -> dict[int, int]:
    """Return the version of each record, by its primary key, with one query."""
    pks = [signature.pk for signature in signatures]
    events = AuditEvent.objects.filter(
        record_type=Signature._meta.label_lower, record_id__in=[str(pk) for pk in pks]
    )
    newest = events.order_by().values_list("record_id").annotate(newest=Max("pk"))
    return dict.fromkeys(pks, 0) | {int(record): number for record, number in newest}


def events_since(signature: Signature, version: int, *, but_of: User) -> list[Happening]:
    """Return what others than this person did to a record after the version they saw, oldest first."""
    events = AuditEvent.objects.about(signature).filter(pk__gt=version).exclude(actor_id=but_of.pk)
    return [Happening(event.at, event=event) for event in events.select_related("actor")]
