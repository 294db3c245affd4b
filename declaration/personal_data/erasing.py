"""Erase what we hold about somebody who asks: a plan that says what goes and what stays, then the deed."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction
from django.utils import timezone

from declaration.audit.recording import record
from declaration.personal_data.holds import HeldBy, spare_held
from declaration.personal_data.models import Erasure


@dataclass(frozen=True)
class Fate:
    """What becomes of one row: names of its fields that go, of those that stay, and the reason for that.

    ``goes`` may be ``everything``. The reason is a word for which the templates have the sentence.
    """

    goes: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    why: str = ""


EVERYTHING: Final = "everything"
A_FEW: Final = 5


@dataclass(frozen=True)
class Eraser:
    """How rows of one kind are found by an address in lower case, judged and erased.

    ``erase`` is called with the row and, as ``by``, who presses, for rows of which something goes.
    """

    called: str
    rows: Callable[[str], models.QuerySet[Any]]
    fate: Callable[[Any], Fate]
    erase: Callable[..., None]
    named: Callable[[Any], str] = str
    held_by: HeldBy = ()


@dataclass(frozen=True)
class Planned:
    eraser: Eraser
    row: Any
    fate: Fate

    @property
    def called(self) -> str:
        return self.eraser.called


@dataclass(frozen=True)
class Shown:
    """Rows of one kind with the same fate, as a page says it: names of rows, and of their fields."""

    called: str
    names: list[str]
    fields: list[str]
    why: str

    @property
    def which(self) -> str:
        """A few by name, many by their number; nothing where rows have no names."""
        named = [name for name in self.names if name]
        return f"({len(self.names)})" if len(self.names) > A_FEW else "; ".join(named)


def _shown(items: list[Planned], *, going: bool) -> list[Shown]:
    shown: dict[tuple[str, tuple[str, ...], str], Shown] = {}
    for item in items:
        names = item.fate.goes if going else item.fate.stays
        why = "" if going else item.fate.why
        columns = {column.name: str(column.verbose_name) for column in item.row._meta.concrete_fields}
        line = shown.setdefault(
            (item.called, names, why),
            Shown(item.called, [], [columns.get(name, name) for name in names], why),
        )
        line.names.append(item.eraser.named(item.row))
    return list(shown.values())


@dataclass(frozen=True)
class Plan:
    """What would be erased of the person at an address."""

    address: str
    items: list[Planned] = field(default_factory=list)

    @property
    def goes(self) -> list[Planned]:
        return [item for item in self.items if item.fate.goes]

    @property
    def stays(self) -> list[Planned]:
        return [item for item in self.items if item.fate.why]

    @property
    def going(self) -> list[Shown]:
        return _shown(self.goes, going=True)

    @property
    def staying(self) -> list[Shown]:
        return _shown(self.stays, going=False)

    @property
    def needs_staff(self) -> bool:
        """Whether something hangs on it that somebody has to look at first."""
        return any(item.fate.why in {"live", "held"} for item in self.items)

    @property
    def fingerprint(self) -> str:
        """Return what differs as soon as the plan does."""
        said = [
            (item.called, str(item.row.pk), item.fate.goes, item.fate.stays, item.fate.why)
            for item in self.items
        ]
        return hashlib.sha256(repr((self.address, said)).encode()).hexdigest()


class PlanHasChanged(Exception):
    """Raised when what would go is not what was shown."""


_ERASERS: list[Eraser] = []


def erase_by(eraser: Eraser) -> None:
    """Take a kind of rows in. They are erased in the order in which they were taken in."""
    _ERASERS.append(eraser)


def plan_for(address: str) -> Plan:
    """Return what would go and what would stay of the person at an address."""
    plan = Plan(address.strip().lower())
    for eraser in _ERASERS:
        rows = eraser.rows(plan.address).order_by("pk")
        free = set(spare_held(rows, eraser.held_by).values_list("pk", flat=True))
        for row in rows:
            fate = eraser.fate(row)
            if row.pk not in free:
                fate = Fate(stays=(*fate.goes, *fate.stays), why="held")
            plan.items.append(Planned(eraser, row, fate))
    return plan


@transaction.atomic
def ask(*, address: str) -> Erasure:
    """Ask staff to erase the person at an address. Asked twice is asked once."""
    erasure, created = Erasure.objects.get_or_create(address=address.strip().lower(), settled_at=None)
    if created:
        record(verb="ask to be erased", on=erasure, by=None, role="person")
    return erasure


@transaction.atomic
def erase(*, address: str, by: AbstractBaseUser, seen: str) -> Erasure:
    """Erase what may go of the person at an address, and settle what they asked for.

    ``seen`` is the fingerprint of the plan that was shown. Raises PlanHasChanged.
    """
    plan = plan_for(address)
    if plan.fingerprint != seen:
        raise PlanHasChanged
    erasure, _ = Erasure.objects.select_for_update().get_or_create(address=plan.address, settled_at=None)
    for item in plan.goes:
        item.eraser.erase(item.row, by=by)
    # An account that erases itself is nobody by now.
    still_there = get_user_model()._default_manager.filter(pk=by.pk).first()
    erasure.settled_at, erasure.settled_by, erasure.address = timezone.now(), still_there, ""
    erasure.erased = dict(Counter(item.called for item in plan.goes))
    erasure.kept = dict(Counter(item.fate.why for item in plan.stays))
    erasure.save()
    record(
        verb="erase what we hold",
        on=erasure,
        by=still_there,
        role=getattr(by, "role", "") or "person",
        after={"erased": erasure.erased, "kept": erasure.kept},
    )
    return erasure
