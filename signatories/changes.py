"""Note that the public register changed, in the transaction that changes it."""

from collections.abc import Sequence

from declaration.freshness import move_on
from declaration.kept_queries import KeptInsert
from signatories.models import Commitment, Organisation, RegisterChange, Signature, What

_WRITE = KeptInsert(RegisterChange)
# Databases take so many values in one statement.
_AT_ONCE = 100


def record_change(
    *,
    organisation: Organisation,
    what: What,
    signature: Signature | None = None,
    commitment: Commitment | None = None,
) -> RegisterChange:
    """Give the change of an organisation's public entry the next number.

    ``signature`` or ``commitment`` is what the public reads for the first time. Call it last in the
    activity: the counter stays locked until the transaction ends. Raises OutsideTransaction.
    """
    news = {"signature": signature, "commitment": commitment}
    return _record([RegisterChange(organisation=organisation, what=what, **news)])[0]


def record_changes(*, organisations: Sequence[Organisation], what: What) -> list[RegisterChange]:
    """Give the same change of many organisations one number each. Raises OutsideTransaction."""
    return _record([RegisterChange(organisation=organisation, what=what) for organisation in organisations])


def _record(changes: list[RegisterChange]) -> list[RegisterChange]:
    """Number and write changes. Raises OutsideTransaction."""
    if not changes:
        return []
    newest = move_on(len(changes))
    for number, change in enumerate(changes, start=newest.number - len(changes) + 1):
        change.number, change.at = number, newest.changed_at
    for begin in range(0, len(changes), _AT_ONCE):
        _WRITE(changes[begin : begin + _AT_ONCE])
    return changes
