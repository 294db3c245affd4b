"""Claims, marks and results for the emails of a mailing: the rules of `claiming`, in fewer round trips.

A round of one email for each open connection is marked in one statement, on disk before any mail
server hears of it. Each result is a commit of its own; those of one round travel to the database
together with the next round's mark. A sender killed at any point leaves behind at most one email in
question for each connection.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection, transaction
from django.utils import timezone

from declaration.outbox.claiming import lease
from declaration.outbox.models import Email, Mailing

State = Email.State
# Written out, because the ORM would take five times as long to say it, for each of a million.
RESULT = (
    "UPDATE outbox_email SET state = %s, sent_at = %s, provider_reference = %s, code = %s, last_error = %s,"
    " next_attempt_at = %s, attempts = attempts - %s, claim = NULL, lease_until = NULL"
    " WHERE id = %s AND claim = %s AND state = 'attempting' RETURNING id"
)
MARK = (
    "UPDATE outbox_email SET state = 'attempting', attempts = attempts + 1, lease_until = %s"
    " WHERE id IN ({}) AND claim = %s AND state = 'claimed' AND lease_until > %s"
    " AND EXISTS (SELECT 1 FROM outbox_mailing WHERE id = %s AND state = 'sending') RETURNING id"
)


@dataclass(frozen=True)
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


def step(results: list[Result], emails: list[Email]) -> tuple[set[int], list[Email]]:
    """Record results, each by a commit of its own, and mark emails of one claim as being sent now.

    Return the keys of the emails whose result was still ours to record, and those emails that still
    are ours to send: nothing is marked once the mailing is paused or cancelled, and nobody who left.
    """
    statements = [(RESULT, _parameters(result)) for result in results]
    if emails:
        statements.append(_mark(emails))
    found = _run(statements, on_disk=bool(emails))
    recorded = {key for keys in found[: len(results)] for key in keys}
    marked = found[-1] if emails else set()
    ours = [email for email in emails if email.pk in marked]
    for email in ours:
        email.attempts += 1
    return recorded, ours


def _run(statements: list[tuple[str, list[Any]]], *, on_disk: bool) -> list[set[int]]:
    """Run statements, each a transaction, and return the keys that each changed.

    On PostgreSQL all travel together; the last waits for the disk if told to.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return [_run_one(*statement) for statement in statements]
    words, values = [], []
    for number, (statement, parameters) in enumerate(statements, start=1):
        last = on_disk and number == len(statements)
        words.append(f"BEGIN; {'SET LOCAL synchronous_commit = on; ' if last else ''}{statement}; COMMIT;")
        values += parameters
    found: list[set[int]] = []
    if not words:
        return found
    connection.ensure_connection()
    # Several statements in one string are taken by the simple protocol alone, which this cursor speaks.
    with connection.wrap_database_errors, psycopg.ClientCursor(connection.connection) as cursor:
        cursor.execute(" ".join(words), values, prepare=False)
        while True:
            if cursor.description is not None:
                found.append({key for (key,) in cursor.fetchall()})
            if not cursor.nextset():
                break
    return found


def _run_one(statement: str, parameters: list[Any]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {key for (key,) in cursor.fetchall()}


def _mark(emails: list[Email]) -> tuple[str, list[Any]]:
    keys = [email.pk for email in emails]
    convert = connection.ops.adapt_datetimefield_value
    return MARK.format(", ".join(["%s"] * len(keys))), [
        convert(lease()),
        *keys,
        _claim(emails[0]),
        convert(timezone.now()),
        emails[0].mailing_id,
    ]


def _parameters(result: Result) -> list[Any]:
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
        _claim(result.email),
    ]


def _claim(email: Email) -> Any:
    """Return a claim as the database keeps it."""
    return email.claim if connection.features.has_native_uuid_field or not email.claim else email.claim.hex
