"""What waits for staff, for the home page of the admin."""

from dataclasses import dataclass

from django import template
from django.db.models import Q

from declaration.accounts.models import User
from declaration.outbox.models import Email
from signatories.models import Organisation, Origin, Signature
from signatories.waiting import overdue_before

register = template.Library()


@dataclass(frozen=True)
class Desk:
    """How many of each wait now. What a role may not see is None."""

    waiting: int | None = None
    overdue: int | None = None
    awaiting_approver: int | None = None
    proposed: int | None = None
    mail: int | None = None


@register.simple_tag
def desk(person: User) -> Desk:
    """Count what waits, as far as this person may see it."""
    counts: dict[str, int] = {}
    if person.has_perm("signatories.view_signature"):
        waiting = Signature.objects.awaiting_review()
        counts["waiting"] = waiting.count()
        counts["overdue"] = waiting.filter(submitted_at__lt=overdue_before()).count()
        counts["awaiting_approver"] = Signature.objects.awaiting_approver().count()
    if person.has_perm("signatories.view_organisation"):
        proposed = Q(origin=Origin.PROPOSED, confirmed_at__isnull=True)
        counts["proposed"] = Organisation.objects.filter(proposed).count()
    if person.has_perm("outbox.view_email"):
        counts["mail"] = Email.objects.needing_staff().count()
    return Desk(**counts)
