"""What is turned off for a while, and the banner: read by pages and activities, changed by administrators."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.recording import record
from declaration.freshness import Freshness, move_on
from declaration.kept_queries import KeptQuery
from declaration.models import Switches

_THE_ROW = 1
_SWITCHES = KeptQuery(lambda: Switches.objects.filter(pk=_THE_ROW))
_CHANGED_HERE = ("sign_up_paused", "quiet_until", "banner")


def current() -> Switches:
    """Return how the switches stand now; everything is on before anybody touched them."""
    return next(iter(_SWITCHES()), None) or Switches(pk=_THE_ROW)


_seen: tuple[Freshness, Switches] | None = None


def switches_at(fresh: Freshness) -> Switches:
    """Return how the switches stand at this number. Each process asks the database once for each."""
    global _seen
    seen = _seen
    if seen is None or seen[0] != fresh:
        seen = _seen = (fresh, current())
    return seen[1]


def forget() -> None:
    """Drop what this process remembers; the next page asks the database."""
    global _seen
    _seen = None


def publication_paused_until() -> date | None:
    """Return the London day on which publishing and newsletters go on; None while they are not paused."""
    switches = current()
    return switches.quiet_until if switches.is_quiet else None


@transaction.atomic
def change(*, by: User | None, **changes: Any) -> Switches:
    """Turn switches or write the banner, and write down what was before. Nothing new writes nothing."""
    Switches.objects.get_or_create(pk=_THE_ROW)
    switches = Switches.objects.select_for_update().get(pk=_THE_ROW)
    before = _facts(switches)
    for name, value in changes.items():
        if name not in _CHANGED_HERE:
            raise TypeError(f"{name} is no switch")
        setattr(switches, name, value)
    after = _facts(switches)
    differ = [name for name in _CHANGED_HERE if before[name] != after[name]]
    if not differ:
        return switches
    switches.changed_at = timezone.now()
    switches.save()
    record(
        verb="changed switches",
        on=switches,
        by=by,
        role=by.role if by is not None else "system",
        before={name: before[name] for name in differ},
        after={name: after[name] for name in differ},
    )
    # The banner is on every public page, and the start page says whether sign-up is paused.
    move_on()
    return switches


def _facts(switches: Switches) -> dict[str, Any]:
    return {name: getattr(switches, name) for name in _CHANGED_HERE}
