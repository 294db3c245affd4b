"""Erase what has been kept for its time, record by record, so that a bad one keeps no other waiting."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import OperationalError, models, transaction
from django.utils import timezone

from declaration.personal_data.models import RetentionRun, Unforgotten
from declaration.personal_data.rules import Rule, rules

logger = logging.getLogger(__name__)

# A day's work of one rule; what is left is done tomorrow.
PER_RULE: Final = 500
RUNS_KEPT_FOR: Final = timedelta(days=365)
# Less than a day, or a clock that looks every hour would come later each day.
APART: Final = timedelta(hours=23)


def count_waiting(now: datetime | None = None) -> dict[str, int]:
    """Return how many records each rule would erase now; nothing is changed."""
    now = now or timezone.now()
    return {rule.name: rule.waiting(now).count() for rule in rules()}


def is_due(now: datetime | None = None) -> bool:
    """Tell whether no run has begun for a day, or none has come to its end."""
    since = (now or timezone.now()) - APART
    return not RetentionRun.objects.filter(started_at__gt=since, finished_at__isnull=False).exists()


def run(now: datetime | None = None, at_most: int = PER_RULE) -> RetentionRun:
    """Erase what is over by each rule, and write down how much.

    Safe to run twice and at the same moment. A record that fails is logged, shown to staff and tried again
    by the next run, after those that never failed.
    """
    now = now or timezone.now()
    RetentionRun.objects.filter(started_at__lt=now - RUNS_KEPT_FOR).delete()
    this = RetentionRun.objects.create(started_at=now)
    for rule in rules():
        if rule.forget is not None:
            done, failed = _run_rule(rule, now, at_most)
            this.forgotten[rule.name] = done
            this.failed += failed
    this.finished_at = timezone.now()
    this.save(update_fields=["finished_at", "forgotten", "failed"])
    logger.info("Erased what was over: %s; %s failed", this.forgotten, this.failed)
    return this


def _run_rule(rule: Rule, now: datetime, at_most: int) -> tuple[int, int]:
    failures = Unforgotten.objects.filter(rule=rule.name)
    bad = list(failures.values_list("record_id", flat=True))
    waiting = rule.waiting(now).order_by("pk")
    keys = [
        *waiting.exclude(pk__in=bad).values_list("pk", flat=True)[:at_most],
        *waiting.filter(pk__in=bad).values_list("pk", flat=True)[:at_most],
    ][:at_most]
    # What was mended, held or went another way is no fault any more.
    still_bad = {str(key) for key in waiting.filter(pk__in=bad).values_list("pk", flat=True)}
    failures.exclude(record_id__in=still_bad).delete()
    done = failed = 0
    for key in keys:
        try:
            done += _forget(rule, key, now)
        except OperationalError:
            raise  # the database is away: tomorrow's run finds them all
        except Exception as error:
            logger.exception("A record could not be erased: %s %s", rule.name, key)
            _note(rule, waiting.model, key, error)
            failed += 1
    return done, failed


@transaction.atomic
def _forget(rule: Rule, key: object, now: datetime) -> bool:
    """Erase what is over of one row. False when it is over no more, or somebody was first."""
    row = rule.waiting(now).select_for_update(of=("self",)).filter(pk=key).first()
    if row is None or rule.forget is None:
        return False
    rule.forget(row)
    Unforgotten.objects.filter(rule=rule.name, record_id=str(key)).delete()
    return True


def _note(rule: Rule, model: type[models.Model], key: object, error: Exception) -> None:
    Unforgotten.objects.update_or_create(
        rule=rule.name,
        record_id=str(key),
        defaults={
            "record_type": model._meta.label_lower,
            "error": type(error).__name__,
            "last_at": timezone.now(),
        },
    )
