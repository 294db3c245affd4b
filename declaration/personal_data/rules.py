"""How long each kind of personal data is kept: the rules that the clock runs and the privacy notice shows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from declaration.personal_data.holds import HeldBy, spare_held


@dataclass(frozen=True)
class Rule:
    """Erase something of the rows that ``due`` returns for the moment before which their time began.

    ``forget`` erases it of one row, which is locked, in a transaction of its own; afterwards ``due`` no
    longer returns the row. Without it a task of that room does the work, in bulk: the rule then says how
    long, for the notice and the dry run.
    """

    name: str
    after: timedelta
    due: Callable[[datetime], QuerySet[Any]]
    forget: Callable[[Any], None] | None = None
    held_by: HeldBy = ()

    def waiting(self, now: datetime) -> QuerySet[Any]:
        """Return the rows whose time is over and that nobody holds."""
        return spare_held(self.due(now - self.after), self.held_by)


_RULES: dict[str, Rule] = {}


def keep_no_longer(rule: Rule) -> None:
    """Take a rule in. Raises ValueError for a name that is taken."""
    if rule.name in _RULES:
        raise ValueError(f"There is a rule called {rule.name} already.")
    _RULES[rule.name] = rule


def rules() -> list[Rule]:
    return list(_RULES.values())


def days_kept() -> dict[str, int]:
    """Return how many days each rule keeps what it is about."""
    return {rule.name: rule.after.days for rule in _RULES.values()}
