"""Everything we hold about the person at an address, as the models say which fields are theirs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.apps import apps
from django.db import models
from django.utils import timezone

from declaration.personal_fields import Person, personal_fields_of

Value = str | date | datetime | list[Any] | dict[str, Any]

# Who somebody is comes first, what they did in the end.
ORDER: Final = ["accounts", "signatories", "newsletter", "personal_data", "outbox"]
# Columns whose own names say little to the person they are about.
LABELS: Final = {
    "at": "When",
    "verb": "What",
    "record_label": "About",
    "queued_at": "Written",
    "joined_at": "Since",
    "created_at": "Since",
    "last_login": "Last signed in",
    "is_verified": "Address shows that they work there",
    "submitted_at": "Sent",
    "settled_at": "Dealt with",
    "network": "From which network",
    "words": "In what words",
    "publish_signer_name": "Name may be published",
}


@dataclass(frozen=True)
class Held:
    """The rows of one kind, each as labels and values, newest first; ``number`` counts all there are."""

    called: str
    number: int
    rows: list[dict[str, Value]]

    @property
    def left_out(self) -> int:
        return self.number - len(self.rows)


def held_about(address: str, *, at_most: int | None = None) -> list[Held]:
    """Return what we hold about whoever has this address, kind by kind; kinds without a row are left out."""
    address = address.strip().lower()
    return [held for model, person in _ways() if (held := _held(model, person, address, at_most))]


def as_json(address: str) -> dict[str, Any]:
    """Return the same as plain values, all of it, with the moment at which it was true."""
    return {
        "address": address.strip().lower(),
        "at": timezone.localtime().isoformat(timespec="seconds"),
        "held": [
            {"kind": held.called, "records": [_plain(row) for row in held.rows]}
            for held in held_about(address)
        ],
    }


def _ways() -> Iterator[tuple[type[models.Model], Person]]:
    def place(model: type[models.Model]) -> int:
        room = model._meta.app_label
        return ORDER.index(room) if room in ORDER else len(ORDER)

    for model in sorted(apps.get_models(), key=place):
        for person in personal_fields_of(model).people:
            yield model, person


def _held(model: type[models.Model], person: Person, address: str, at_most: int | None) -> Held | None:
    found = model._default_manager.filter(**{person.found_by: address}, **person.only)
    columns = [column for column in model._meta.concrete_fields if column.name in person.shown]
    columns.sort(key=lambda column: person.shown.index(column.name))
    related = [column.name for column in columns if column.is_relation]
    rows = found.select_related(*related) if related else found
    number = found.count() if at_most is not None else 0
    shown = [
        {_label(column): value for column in columns if (value := _value(row, column)) not in ("", None)}
        for row in rows.order_by("-pk")[:at_most]
    ]
    return Held(person.called, number or len(shown), shown) if shown else None


def _label(column: models.Field) -> str:
    name = LABELS.get(column.name) or str(column.verbose_name)
    return name[:1].upper() + name[1:]


def _value(row: models.Model, column: models.Field) -> Any:
    value = getattr(row, column.name)
    if column.choices:
        return getattr(row, f"get_{column.name}_display")()
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value) if isinstance(value, models.Model | int) else value


def _plain(row: dict[str, Value]) -> dict[str, Any]:
    return {
        label: timezone.localtime(value).isoformat(timespec="seconds")
        if isinstance(value, datetime)
        else value.isoformat()
        if isinstance(value, date)
        else value
        for label, value in row.items()
    }
