"""Note that the public register changed, in the transaction that changes it."""

from collections.abc import Sequence

from declaration.freshness import move_on
from declaration.kept_queries import KeptInsert
from signatories.models import Organisation, RegisterChange, What

_WRITE = KeptInsert(RegisterChange)
# Databases take so many values in one statement.
_AT_ONCE = 100


def record_change(*, organisation: Organisation, what: What) -> RegisterChange:
    """Give the change of an organisation's public entry the next number.

    Call it last in the activity: the counter stays locked until the transaction ends.
    Raises OutsideTransaction.
    """
    return record_changes(organisations=[organisation], what=what)[0]


def record_changes(*, organisations: Sequence[Organisation], what: What) -> list[RegisterChange]:
    """Give the same change of many organisations one number each. Raises OutsideTransaction."""
    if not organisations:
        return []
    newest = move_on(len(organisations))
    first = newest.number - len(organisations) + 1
    changes = [
        RegisterChange(number=number, at=newest.changed_at, organisation=organisation, what=what)
        for number, organisation in enumerate(organisations, start=first)
    ]
    for begin in range(0, len(changes), _AT_ONCE):
        _WRITE(changes[begin : begin + _AT_ONCE])
    return changes
