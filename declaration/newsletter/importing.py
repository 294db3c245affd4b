"""Import a list of readers who agreed elsewhere: read it, say what would happen, then do exactly that."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from declaration.accounts.models import User
from declaration.accounts.turns import take_turn
from declaration.audit.recording import record
from declaration.newsletter.hashed_addresses import SUPPRESSING, hash_of, name_after_leaving
from declaration.newsletter.models import Subscriber, SubscriberImport, Suppression
from declaration.spreadsheets import UnreadableList, plain, read_table

ROWS_AT_MOST: Final = 20_000
# What was shown and never imported is forgotten, with the addresses in it.
KEPT_FOR: Final = timedelta(days=1)
_AT_ONCE: Final = 500

Fate = SubscriberImport.Fate
HEADINGS: Final = {
    "email": ("email", "email address", "e-mail", "address"),
    "agreed_on": ("consent date", "agreed on", "date"),
    "where": ("consent source", "where they agreed", "source"),
    "wording": ("consent wording", "what they agreed to", "wording"),
}
_DAYS: Final = ("%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y", "%d.%m.%Y")


class NotPossible(Exception):
    """The list cannot be imported now; the words say why."""


@dataclass(frozen=True)
class Row:
    """One row of a list: who agreed when, where and to what, and what is to become of it."""

    number: int
    email: str
    agreed_on: str
    where: str
    wording: str
    fate: str
    problem: str = ""


def check(*, name: str, content: bytes, by: User) -> SubscriberImport:
    """Keep what an uploaded list would do, row by row; nobody is subscribed. Raises UnreadableList."""
    table = read_table(content)
    if not table:
        raise UnreadableList("The file is empty")
    columns = _columns(table[0][1])
    if len(table) - 1 > ROWS_AT_MOST:
        raise UnreadableList(
            f"The list must have {ROWS_AT_MOST:,} rows or fewer. Split it into several files"
        )
    read = [_read(number, cells, columns) for number, cells in table[1:]]
    if not read:
        raise UnreadableList("The file has a heading and no rows below it")
    rows = _judged(read)
    with transaction.atomic():
        checked = SubscriberImport.objects.create(
            name=plain(name)[:200],
            digest=hashlib.sha256(content).hexdigest(),
            checked_by=by,
            rows=[asdict(row) for row in rows],
            counts=Counter(row.fate for row in rows),
        )
        _note("checked a list of readers", checked, by)
    return checked


@transaction.atomic
def apply(*, checked: SubscriberImport, by: User) -> SubscriberImport:
    """Subscribe the rows that were shown as new. Done once; a second time raises NotPossible.

    Who left, was suppressed or subscribed since then is passed over, and counted so.
    """
    checked = SubscriberImport.objects.select_for_update().get(pk=checked.pk)
    if checked.applied_at is not None:
        raise NotPossible("This list has been imported already.")
    take_turn(SUPPRESSING)
    shown = rows_of(checked)
    wanted = _judged([row for row in shown if row.fate == Fate.NEW])
    for some in _several([row for row in wanted if row.fate == Fate.NEW]):
        _subscribe(some, checked)
    changed = Counter(row.fate for row in wanted)
    checked.counts = {**checked.counts, Fate.NEW.value: 0}
    for fate, number in changed.items():
        checked.counts[fate] = checked.counts.get(fate, 0) + number
    checked.applied_at, checked.applied_by = timezone.now(), by
    # The evidence stays: who, when, which file and how many. The addresses are with their readers.
    checked.rows = []
    checked.save()
    _note("imported a list of readers", checked, by)
    return checked


def rows_of(checked: SubscriberImport) -> list[Row]:
    return [Row(**row) for row in checked.rows]


def problems_of(checked: SubscriberImport) -> Iterator[Row]:
    """Yield the rows that are not imported, with the reason."""
    return (row for row in rows_of(checked) if row.fate != Fate.NEW)


def forget_what_was_only_shown() -> int:
    """Remove lists that nobody confirmed within a day; return how many."""
    old = SubscriberImport.objects.filter(applied_at=None, checked_at__lt=timezone.now() - KEPT_FOR)
    return old.delete()[0]


def _columns(heading: Sequence[str]) -> dict[str, int]:
    """Return in which column what stands. Raises UnreadableList when one is missing."""
    names = [plain(cell).casefold().replace("_", " ") for cell in heading]
    found = {}
    for what, known in HEADINGS.items():
        places = [names.index(name) for name in known if name in names]
        if not places:
            raise UnreadableList(
                f"The first row must name the columns. There is no column “{known[0]}”:"
                " each row needs an address, and when, where and to what its owner agreed"
            )
        found[what] = places[0]
    return found


def _read(number: int, cells: Sequence[str], columns: dict[str, int]) -> Row:
    """Return a row as it stands in the list, with what is wrong with it by itself."""
    said = {what: plain(cells[at]) if at < len(cells) else "" for what, at in columns.items()}
    email = said["email"].lower()
    day = _day(said["agreed_on"])
    problem = ""
    if not email:
        problem = "There is no email address."
    elif not _is_address(email):
        problem = "This is no email address."
    elif not said["agreed_on"]:
        problem = "It does not say when they agreed."
    elif day is None:
        problem = "The day on which they agreed is no date like 2024-11-21 or 21/11/2024."
    elif day > timezone.localdate():
        problem = "The day on which they agreed is to come."
    elif not said["where"]:
        problem = "It does not say where they agreed."
    elif not said["wording"]:
        problem = "It does not say what they agreed to."
    return Row(
        number=number,
        email=email[:254],
        agreed_on=day.isoformat() if day else said["agreed_on"][:40],
        where=said["where"][:300],
        wording=said["wording"][:500],
        fate=Fate.PROBLEM if problem else Fate.NEW,
        problem=problem,
    )


def _judged(rows: list[Row]) -> list[Row]:
    """Return rows with what is known about their addresses by now."""
    first: dict[str, int] = {}
    found: list[Row] = []
    for some in _several(rows):
        addresses = [row.email for row in some]
        by_name = {name_after_leaving(address): address for address in addresses}
        by_name |= {address: address for address in addresses}
        found_now = Subscriber.objects.filter(email__in=by_name).order_by("left_at")
        known = {by_name[reader.email]: reader for reader in found_now}
        hashes = {hash_of(address): address for address in addresses}
        suppressed = {
            hashes[one]
            for one in Suppression.objects.filter(address__in=hashes).values_list("address", flat=True)
        }
        for row in some:
            if row.fate != Fate.NEW:
                found.append(row)
                continue
            reader = known.get(row.email)
            if row.email in first:
                found.append(_as(row, Fate.PROBLEM, f"The same address stands in row {first[row.email]}."))
            elif row.email in suppressed:
                found.append(_as(row, Fate.SUPPRESSED, "The address is suppressed."))
            elif reader is not None and reader.left_at is not None:
                found.append(_as(row, Fate.LEFT, "They have left. Only they can come back."))
            elif reader is not None and reader.is_subscribed:
                found.append(_as(row, Fate.KNOWN, "They are subscribed already."))
            else:
                found.append(row)
            first.setdefault(row.email, row.number)
    return found


def _as(row: Row, fate: Fate, problem: str) -> Row:
    return Row(**{**asdict(row), "fate": fate.value, "problem": problem})


def _subscribe(rows: Sequence[Row], checked: SubscriberImport) -> None:
    """Write these readers; one who asked on the page and has not confirmed yet is confirmed by the proof."""
    now = timezone.now()
    asked = {
        one.email: one
        for one in Subscriber.objects.select_for_update().filter(email__in=[row.email for row in rows])
    }
    fields = ["source", "consent_at", "consent_wording", "consent_words", "consent_proof", "confirmed_at"]
    readers = []
    for row in rows:
        reader = asked.get(row.email) or Subscriber(email=row.email, asked_at=now)
        reader.source, reader.imported_by_list = Subscriber.Source.IMPORT, checked
        noon = datetime.combine(date.fromisoformat(row.agreed_on), time(12))
        reader.consent_at, reader.confirmed_at = timezone.make_aware(noon), now
        reader.consent_wording, reader.consent_words = None, row.wording
        reader.consent_proof = row.where
        readers.append(reader)
    Subscriber.objects.bulk_create([one for one in readers if one.pk is None], ignore_conflicts=True)
    Subscriber.objects.bulk_update(
        [one for one in readers if one.pk is not None], [*fields, "imported_by_list"]
    )


def _several(rows: list[Row]) -> Iterator[list[Row]]:
    return (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def _day(text: str) -> date | None:
    # A spreadsheet may have kept the time too.
    for candidate in (text, text.partition("T")[0], text.partition(" ")[0]):
        for form in _DAYS:
            try:
                return datetime.strptime(candidate, form).date()  # noqa: DTZ007 # a day has no zone
            except ValueError:
                continue
    return None


def _note(verb: str, checked: SubscriberImport, by: User) -> None:
    facts: dict[str, Any] = {"file": checked.name, "digest": checked.digest, **checked.counts}
    record(verb=verb, on=checked, by=by, role=by.role, after=facts)
