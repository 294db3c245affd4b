"""Take the name of somebody who is erased out of the history; who did what and when stays.

The history is never altered but for this: the database lets an event be changed while a row says that it
is being redacted, and then nothing but its words.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from django.db import models, transaction
from django.utils import timezone

from declaration.audit.models import AuditEvent, Redaction

FORMER: Final = "a former representative"
# Shorter ones are also parts of other words and names; as a whole answer they are replaced all the same.
SHORTEST_IN_A_TEXT: Final = 5


@transaction.atomic
def redact(*, about: Iterable[models.Model], words: Iterable[str]) -> int:
    """Put «a former representative» where the events of these records have one of the words.

    ``words`` are names, addresses, telephone numbers or whole texts, as they were stored. Returns how
    many events were changed.
    """
    sought = {word.strip().casefold() for word in words if word.strip()} - {FORMER}
    if not sought:
        return 0
    long_ones = sorted((word for word in sought if len(word) >= SHORTEST_IN_A_TEXT), key=len, reverse=True)
    pattern = "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in long_ones)
    inside = re.compile(pattern, re.IGNORECASE) if pattern else None
    changed = 0
    for one in about:
        for event in AuditEvent.objects.about(one):
            words_of = {
                name: _without(getattr(event, name), sought, inside)
                for name in ("record_label", "before", "after", "note")
            }
            if any(getattr(event, name) != value for name, value in words_of.items()):
                words_of["record_label"] = words_of["record_label"][:300]
                _replace(event, words_of)
                changed += 1
    return changed


def _replace(event: AuditEvent, words: dict[str, Any]) -> None:
    redaction = Redaction.objects.create(event=event)
    models.QuerySet(model=AuditEvent).filter(pk=event.pk).update(**words)
    redaction.done_at = timezone.now()
    redaction.save(update_fields=["done_at"])


def _without(value: Any, sought: set[str], inside: re.Pattern[str] | None) -> Any:
    if isinstance(value, dict):
        return {key: _without(one, sought, inside) for key, one in value.items()}
    if isinstance(value, list):
        return [_without(one, sought, inside) for one in value]
    if not isinstance(value, str):
        return value
    if value.strip().casefold() in sought:
        return FORMER
    return inside.sub(FORMER, value) if inside else value
