"""Write down a change of state, in the transaction that makes it."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction

from declaration.audit.models import AuditEvent
from declaration.kept_queries import KeptInsert

_LABEL_LENGTH = AuditEvent._meta.get_field("record_label").max_length
_WRITE = KeptInsert(AuditEvent)


class OutsideTransaction(RuntimeError):
    """The history was to be written apart from the change it tells of."""


def record(
    *,
    verb: str,
    on: models.Model,
    by: AbstractBaseUser | None,
    role: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
) -> AuditEvent:
    """Record that somebody did something to a saved row, and return the event.

    `by` is nobody when the actor has no account; `role` then says "system" or "approver".
    Raises OutsideTransaction when called outside an atomic block, because then the change
    could be kept and its history lost.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction("Record a change inside the transaction that makes it.")
    event = AuditEvent(
        actor_id=by.pk if by is not None else None,
        actor_role=role,
        verb=verb,
        record_type=on._meta.label_lower,
        record_id=str(on.pk),
        record_label=str(on)[:_LABEL_LENGTH],
        before=dict(before or {}),
        after=dict(after or {}),
        note=note,
    )
    _WRITE([event])
    return event
