"""Look after mailings: cancel what waits for nobody, count anew after a crash, and close what is done."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from declaration.outbox import mailings
from declaration.outbox.models import Email, Mailing

State = Mailing.State
# How long a sender is given to add its last results to the counters, before all are counted anew.
REST = timedelta(seconds=2)


def look_after() -> int:
    """Move every unfinished mailing a step on, and return how many have something to send now."""
    now = timezone.now()
    _cancel_what_came_back()
    for mailing in Mailing.objects.filter(state=State.CANCELLED, finished_at=None):
        _cancel_what_waits(mailing)
    for mailing in Mailing.objects.filter(recount_after__lte=now):
        _count_at_rest(mailing)
    for mailing in Mailing.objects.filter(state=State.SENDING, recount_after=None):
        _close_when_done(mailing)
    going = Mailing.objects.filter(state=State.SENDING).exclude(waits_until__gt=now)
    return sum(_has_due(mailing) for mailing in going)


def recount_all() -> None:
    """Let every mailing of the last days be counted anew, one after the other."""
    recent = timezone.now() - timedelta(days=3)
    Mailing.objects.filter(created_at__gt=recent, recount_after=None).update(recount_after=timezone.now())


def _has_due(mailing: Mailing) -> bool:
    waiting = Email.objects.filter(mailing=mailing, state=Email.State.PENDING)
    return waiting.filter(next_attempt_at__lte=timezone.now()).exists()


def _in_hand(mailing: Mailing) -> bool:
    # The states first: the index of what is claimed holds a few hundred rows at most.
    claimed = Email.objects.filter(state__in=[Email.State.CLAIMED, Email.State.ATTEMPTING])
    return claimed.filter(mailing=mailing).exists()


def _cancel_what_came_back() -> None:
    """Cancel what is to be tried again although its reader left while it was being sent."""
    back = Email.objects.filter(
        state=Email.State.PENDING, expires_at__lte=timezone.now(), mailing__isnull=False
    )
    words = {"code": "left", "last_error": "The reader left while it was being sent, and it had come back."}
    with transaction.atomic():
        for pk, mailing in list(back.values_list("pk", "mailing_id")[: mailings.BATCH]):
            if back.filter(pk=pk).update(state=Email.State.CANCELLED, **words):
                Mailing.objects.filter(pk=mailing).update(cancelled=F("cancelled") + 1)


def _cancel_what_waits(mailing: Mailing) -> None:
    with transaction.atomic():
        waiting = Email.objects.filter(mailing=mailing, state=Email.State.PENDING)
        batch = list(waiting.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[: mailings.BATCH])
        cancelled = waiting.filter(pk__in=batch).update(
            state=Email.State.CANCELLED, code="cancelled", last_error="The issue was cancelled."
        )
        Mailing.objects.filter(pk=mailing.pk).update(cancelled=F("cancelled") + cancelled)
    if not batch and not _in_hand(mailing):
        finished = {"finished_at": timezone.now(), "recount_after": timezone.now()}
        Mailing.objects.filter(pk=mailing.pk).update(**finished)


def _count_at_rest(mailing: Mailing) -> None:
    """Count anew once nothing is in hand; until then no sender takes more."""
    if mailing.counting_since is None:
        Mailing.objects.filter(pk=mailing.pk).update(counting_since=timezone.now())
    elif mailing.counting_since < timezone.now() - REST and not _in_hand(mailing):
        mailings.recount(mailing)


def _close_when_done(mailing: Mailing) -> None:
    """Close a mailing once every row has an answer and the counters agree."""
    if _in_hand(mailing) or Email.objects.filter(mailing=mailing, state=Email.State.PENDING).exists():
        return
    if mailing.waiting:
        Mailing.objects.filter(pk=mailing.pk).update(recount_after=timezone.now())
        return
    Mailing.objects.filter(pk=mailing.pk, state=State.SENDING).update(
        state=State.SENT, finished_at=timezone.now(), trouble="", waits_until=None
    )
