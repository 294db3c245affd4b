"""Claims, marks and results for the emails of a mailing: the rules of `claiming`, in fewer statements.

A round of one email for each open connection is marked in one statement, on disk before any mail
server hears of it. Each result is a commit of its own, the moment its answer is there: a sender
killed at any point leaves behind at most one email in question for each connection.
"""

import uuid
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, F
from django.utils import timezone

from declaration.outbox.claiming import UNCLAIMED, lease, on_disk
from declaration.outbox.models import Email, Mailing

State = Email.State
# Written out, because the ORM would take five times as long to say it, for each of a million.
RESULT = (
    "UPDATE outbox_email SET state = %s, sent_at = %s, provider_reference = %s, code = %s, last_error = %s,"
    " next_attempt_at = %s, claim = NULL, lease_until = NULL"
    " WHERE id = %s AND claim = %s AND state = 'attempting'"
)


def claim(mailing: Mailing, limit: int) -> list[Email]:
    """Take up to `limit` due emails of a mailing for one sender, the longest waiting first."""
    mine = uuid.uuid4()
    with transaction.atomic():
        due = Email.objects.filter(
            mailing=mailing, state=State.PENDING, next_attempt_at__lte=timezone.now()
        ).order_by("next_attempt_at", "pk")
        taken = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        if not taken:
            return []
        Email.objects.filter(pk__in=taken, state=State.PENDING).update(
            state=State.CLAIMED, claim=mine, lease_until=lease()
        )
    emails = list(Email.objects.filter(pk__in=taken, claim=mine).order_by("next_attempt_at", "pk"))
    for email in emails:
        email.mailing = mailing
    return emails


def begin(emails: list[Email]) -> list[Email]:
    """Mark emails of one claim as being sent now; return those that still are ours to send.

    Nothing is marked once the mailing is paused or cancelled, and nobody who has left.
    """
    keys = [email.pk for email in emails]
    assert emails[0].mailing is not None  # noqa: S101 - emails of a mailing come here
    going = Mailing.objects.filter(pk=emails[0].mailing.pk, state=Mailing.State.SENDING)
    with on_disk():
        begun = Email.objects.filter(
            Exists(going),
            pk__in=keys,
            claim=emails[0].claim,
            state=State.CLAIMED,
            lease_until__gt=timezone.now(),
        ).update(state=State.ATTEMPTING, attempts=F("attempts") + 1, lease_until=lease())
    if begun < len(emails):
        ours = Email.objects.filter(pk__in=keys, claim=emails[0].claim, state=State.ATTEMPTING)
        marked = set(ours.values_list("pk", flat=True))
        emails = [email for email in emails if email.pk in marked]
    for email in emails:
        email.attempts += 1
    return emails


def finish(
    email: Email,
    state: State,
    *,
    sent_at: datetime | None = None,
    reference: str = "",
    code: str = "",
    words: str = "",
    next_attempt_at: datetime | None = None,
) -> bool:
    """Record what became of one email, and commit; False when the claim was lost meanwhile."""
    convert = connection.ops.adapt_datetimefield_value
    key = email.claim if connection.features.has_native_uuid_field or not email.claim else email.claim.hex
    with connection.cursor() as cursor:
        cursor.execute(
            RESULT,
            [
                state.value,
                convert(sent_at) if sent_at else None,
                reference[:200],
                code[:40],
                words,
                convert(next_attempt_at or email.next_attempt_at),
                email.pk,
                key,
            ],
        )
        return cursor.rowcount == 1


def give_back(email: Email) -> None:
    """Undo a mark: the mail server was in trouble, and this email had no attempt of its own."""
    Email.objects.filter(pk=email.pk, claim=email.claim, state=State.ATTEMPTING).update(
        state=State.PENDING, attempts=F("attempts") - 1, **UNCLAIMED
    )


def extend(emails: list[Email]) -> None:
    """Renew the lease of what is claimed and not begun."""
    Email.objects.filter(claim=emails[0].claim, state=State.CLAIMED).update(lease_until=lease())
