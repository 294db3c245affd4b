"""Claims, marks and results for the emails of a mailing: the rules of `claiming`, in fewer round trips.

A round of one email for each connection is marked in one statement, on disk before any mail server hears
of it. Each result is a commit of its own; those of one round travel to the database together with the
mark of the round that follows on the same connections. A sender killed at any point leaves behind at most
one email in question for each connection.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from declaration.outbox.claiming import lease
from declaration.outbox.models import Email, Mailing
from declaration.outbox.pipelining import Transaction, post

State = Email.State
# Written out, because the ORM would take five times as long to say it, for each of a million.
# All that sending takes is read of an email, and no more.
CLAIM = (
    "WITH due AS MATERIALIZED (SELECT id FROM outbox_email WHERE mailing_id = %s AND state = 'pending'"
    " AND next_attempt_at <= %s AND expires_at IS NULL ORDER BY next_attempt_at, id LIMIT %s {passing_by})"
    " UPDATE outbox_email SET state = 'claimed', claim = %s, lease_until = %s"
    ' WHERE id IN (SELECT id FROM due) RETURNING id, reference, "to", recipient, attempts, next_attempt_at'
)
MARK = (
    "UPDATE outbox_email SET state = 'attempting', attempts = attempts + 1, lease_until = %s"
    " WHERE id {these} AND claim = %s AND state = 'claimed' AND lease_until > %s"
    " AND EXISTS (SELECT 1 FROM outbox_mailing WHERE id = %s AND state = 'sending') RETURNING id"
)
RESULT = (
    "UPDATE outbox_email SET state = %s, sent_at = %s, provider_reference = %s, code = %s, last_error = %s,"
    " next_attempt_at = %s, attempts = attempts - %s, claim = NULL, lease_until = NULL"
    " WHERE id = %s AND claim = %s AND state = 'attempting' RETURNING id"
)
# The keys whose result was still ours to record, and the emails that still are ours to send.
Stepped = tuple[set[int], list[Email]]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one email that was marked."""

    email: Email
    state: State
    sent_at: datetime | None = None
    reference: str = ""
    code: str = ""
    words: str = ""
    next_attempt_at: datetime | None = None
    # The mail server was in trouble, and this email had no attempt of its own.
    was_no_attempt: bool = False


def claim(mailing: Mailing, limit: int) -> list[Email]:
    """Take up to `limit` due emails of a mailing for one sender, the longest waiting first."""
    mine = uuid.uuid4()
    passing_by = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    convert = connection.ops.adapt_datetimefield_value
    values = [mailing.pk, convert(timezone.now()), limit, _kept(mine), convert(lease())]
    with transaction.atomic():
        emails = list(Email.objects.raw(CLAIM.format(passing_by=passing_by), values))
    for email in emails:
        email.mailing, email.claim, email.state = mailing, mine, State.CLAIMED
    return sorted(emails, key=lambda email: (email.next_attempt_at, email.pk))


def step(results: list[Result], emails: list[Email]) -> Callable[[], Stepped]:
    """Record results, each by a commit of its own, and mark emails of one claim as being sent now.

    What is returned waits until that is done and tells what could be: nothing is marked once the mailing
    is paused or cancelled, and nobody who left. Until then nothing else may be asked of the database.
    """
    transactions = [Transaction(RESULT, _values(result)) for result in results]
    if emails:
        transactions.append(_mark(emails))
    collect = post(transactions)

    def done() -> Stepped:
        found = collect()
        recorded = {key for keys in found[: len(results)] for key in keys}
        marked = found[-1] if emails else set()
        ours = [email for email in emails if email.pk in marked]
        for email in ours:
            email.attempts += 1
        return recorded, ours

    return done


def _mark(emails: list[Email]) -> Transaction:
    keys = [email.pk for email in emails]
    on_postgresql = connection.vendor == "postgresql"
    these = "= ANY(%s)" if on_postgresql else f"IN ({', '.join(['%s'] * len(keys))})"
    convert = connection.ops.adapt_datetimefield_value
    now, mailing = convert(timezone.now()), emails[0].mailing_id
    chosen = [keys] if on_postgresql else keys
    values = [convert(lease()), *chosen, _kept(emails[0].claim), now, mailing]
    return Transaction(MARK.format(these=these), values, on_disk=True)


def _values(result: Result) -> list[Any]:
    convert = connection.ops.adapt_datetimefield_value
    return [
        result.state.value,
        convert(result.sent_at) if result.sent_at else None,
        result.reference[:200],
        result.code[:40],
        result.words,
        convert(result.next_attempt_at or result.email.next_attempt_at),
        int(result.was_no_attempt),
        result.email.pk,
        _kept(result.email.claim),
    ]


def _kept(claim: uuid.UUID | None) -> Any:
    """Return a claim as the database keeps it."""
    return claim if connection.features.has_native_uuid_field or not claim else claim.hex
