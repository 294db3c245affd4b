"""Keep a record longer than its time: staff say why, and every rule and erasure leaves it alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction
from django.db.models import Q

from declaration.audit.recording import record
from declaration.personal_data.models import Hold

# A record that may be held, and the way from another record to it: ("signatories.signature", "signature").
HeldBy = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Holdable:
    """A kind of record that staff can hold, and how they name one of them."""

    record_type: str
    called: str
    # What staff type, as in «LDD-7KQ2-M9TX»; None when there is no such record.
    find: Callable[[str], models.Model | None]


_HOLDABLE: dict[str, Holdable] = {}


def may_be_held(holdable: Holdable) -> None:
    _HOLDABLE[holdable.record_type] = holdable


def holdable() -> list[Holdable]:
    return list(_HOLDABLE.values())


def find(record_type: str, named: str) -> models.Model | None:
    return _HOLDABLE[record_type].find(named.strip())


def held_keys(record_type: str) -> list[str]:
    return list(Hold.objects.filter(record_type=record_type).values_list("record_id", flat=True))


def spare_held(rows: models.QuerySet[Any], held_by: HeldBy) -> models.QuerySet[Any]:
    """Return the rows that no hold keeps, on themselves or on what they belong to."""
    for record_type, way in held_by:
        keys = held_keys(record_type)
        if keys:
            rows = rows.exclude(**{f"{way}__in": keys})
    return rows


def about_held() -> Q:
    """Return what matches a row that names a held record by ``about_type`` and ``about_id``."""
    found = Q(pk__in=[])
    for record_type, key in Hold.objects.values_list("record_type", "record_id"):
        found |= Q(about_type=record_type, about_id=key)
    return found


@transaction.atomic
def hold(*, on: models.Model, called: str, reason: str, by: AbstractBaseUser) -> Hold:
    """Keep a record from being erased. Held twice, the first reason stands."""
    held, created = Hold.objects.get_or_create(
        record_type=on._meta.label_lower,
        record_id=str(on.pk),
        defaults={"label": called[:100], "reason": reason, "set_by_id": by.pk},
    )
    if created:
        record(verb="hold", on=on, by=by, role=getattr(by, "role", ""), note=reason)
    return held


@transaction.atomic
def lift(*, hold: Hold, by: AbstractBaseUser) -> None:
    """Let the clock and requests erase the record again."""
    record(verb="lift hold", on=hold, by=by, role=getattr(by, "role", ""), before={"reason": hold.reason})
    hold.delete()
