"""Everything that happened to a signature, in one list by time."""

from dataclasses import dataclass
from datetime import datetime

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
