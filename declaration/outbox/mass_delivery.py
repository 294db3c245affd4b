"""Send mailings: claim a chunk, send it in rounds over several connections, record each result at once."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, Protocol, runtime_checkable

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from declaration.outbox import claiming, mass_claiming, quota, statuses
from declaration.outbox.delivery import ASK_AFTER, BACK_OFF
from declaration.outbox.halting import stop_when_too_much_goes_wrong
from declaration.outbox.mass_claiming import Result
from declaration.outbox.models import Email, Mailing
from declaration.outbox.transports.answers import Never, Transport, TryLater

log = logging.getLogger(__name__)
State = Email.State

CHUNK = 400
# Seconds after which a sender leaves its place to the next task: short tasks stop soon.
TURN_SECONDS = 5.0
# Seconds the whole mailing waits after trouble with the mail server, each time it comes again.
TROUBLE_BACK_OFF = [5, 10, 20, 40, 60, 120, 300, 600]

Answer = str | TryLater | Never


@runtime_checkable
class Wide(Protocol):
    """A transport with several connections, which sends as many emails at the same time."""

    width: int

    def send_together(self, emails: list[Email]) -> Iterator[tuple[Email, Answer]]:
        """Yield what became of each email as soon as it is known. Never raises TryLater or Never."""


def send_mailings(transport: Transport, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Send from whatever is due for a few seconds; return whether more is to be sent right away."""
    until = time.monotonic() + TURN_SECONDS
    more = True
    while more and time.monotonic() < until and not stopping():
        more = False
        for mailing in _going():
            more = send_chunk(mailing, transport, stopping) or more
            if stopping():
                break
    return more and not stopping()


def _going() -> Iterable[Mailing]:
    """Return the mailings that may go on now, the oldest first."""
    going = Mailing.objects.filter(state=Mailing.State.SENDING, counting_since=None)
    return going.exclude(waits_until__gt=timezone.now()).order_by("started_at", "pk")


def send_chunk(mailing: Mailing, transport: Transport, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Send some emails of one mailing, and return whether more is to be sent right away."""
    chunk = _Chunk(mailing, transport)
    wanted = min(CHUNK, _before_the_canary_sings(mailing))
    limit = quota.take(wanted)
    emails = mass_claiming.claim(mailing, limit) if limit else []
    quota.give_back(limit - len(emails))
    if not emails:
        if wanted:
            chunk.count()
        return False
    try:
        with claiming.quick_results():
            chunk.send(emails, stopping)
    finally:
        claiming.release(emails)
        chunk.count()
    return chunk.trouble is None and len(emails) == limit


class _Chunk:
    """One claim, from its first round to the counters."""

    def __init__(self, mailing: Mailing, transport: Transport) -> None:
        self.mailing, self.transport = mailing, transport
        self.counts: Counter[str] = Counter()
        self.trouble: TryLater | None = None
        self.refused = 0

    def send(self, emails: list[Email], stopping: Callable[[], bool]) -> None:
        width = self.transport.width if isinstance(self.transport, Wide) else 1
        give_up_at = time.monotonic() + settings.MAIL_LEASE_SECONDS / 8
        results: list[Result] = []
        try:
            for start in range(0, len(emails), width):
                if stopping() or self.trouble or time.monotonic() > give_up_at:
                    return
                before, results = results, []
                begun = self._step(before, emails[start : start + width])
                if not begun and self._is_over():
                    return
                for email, answer in self._send_together(begun):
                    results.append(self._result(email, answer))
        finally:
            self._step(results, [])

    def _step(self, results: list[Result], emails: list[Email]) -> list[Email]:
        recorded, begun = mass_claiming.step(results, emails)
        for result in results:
            if result.email.pk not in recorded:
                log.error("The result of email %s came after its lease had run out.", result.email.pk)
            elif result.state != State.PENDING:
                self.counts[result.state.value] += 1
        return begun

    def _is_over(self) -> bool:
        return not Mailing.objects.filter(pk=self.mailing.pk, state=Mailing.State.SENDING).exists()

    def _send_together(self, emails: list[Email]) -> Iterator[tuple[Email, Answer]]:
        if isinstance(self.transport, Wide):
            yield from self.transport.send_together(emails)
            return
        for email in emails:
            try:
                answer: Answer = self.transport.send(email)
            except (TryLater, Never) as refused:
                answer = refused
            yield email, answer

    def _result(self, email: Email, answer: Answer) -> Result:
        now = timezone.now()
        if isinstance(answer, str):
            return Result(email, State.SENT, sent_at=now, reference=answer)
        if isinstance(answer, Never):
            self.refused += statuses.is_policy(statuses.status_in(answer.words))
            return Result(email, State.FAILED, code=answer.code, words=answer.words)
        said: dict[str, Any] = {"code": answer.code, "words": answer.words}
        if answer.for_all:
            self.trouble = answer
        if answer.maybe_accepted and (self.transport.remembers or settings.UNCERTAIN_NEWSLETTERS == "hold"):
            ask = now + ASK_AFTER if self.transport.remembers else None
            return Result(email, State.UNCERTAIN, next_attempt_at=ask, **said)
        if answer.for_all and not answer.maybe_accepted:
            return Result(email, State.PENDING, was_no_attempt=True)
        if email.attempts > len(BACK_OFF):
            return Result(email, State.UNCERTAIN if answer.maybe_accepted else State.FAILED, **said)
        wait = timedelta(seconds=BACK_OFF[max(email.attempts, 1) - 1])
        again = max(now + wait, answer.not_before or now)
        return Result(email, State.PENDING, next_attempt_at=again, **said)

    def count(self) -> None:
        """Add the results of this claim to the mailing, and decide whether it may go on."""
        changes: dict[str, Any] = {name: F(name) + number for name, number in self.counts.items()}
        changes |= {"canary_is_out": False, "refused": F("refused") + self.refused}
        if self.trouble is not None:
            wait = TROUBLE_BACK_OFF[min(self.mailing.troubles, len(TROUBLE_BACK_OFF) - 1)]
            until = timezone.now() + timedelta(seconds=wait)
            changes |= {
                "troubles": F("troubles") + 1,
                "trouble": self.trouble.words,
                "waits_until": max(until, self.trouble.not_before or until),
            }
        elif self.mailing.troubles and self.counts["sent"]:
            changes |= {"troubles": 0, "trouble": "", "waits_until": None}
        Mailing.objects.filter(pk=self.mailing.pk).update(**changes)
        if self.counts["failed"]:
            stop_when_too_much_goes_wrong(self.mailing)


def _before_the_canary_sings(mailing: Mailing) -> int:
    """Return how many may be taken: one canary at a time, until enough have an answer."""
    if mailing.failures_accepted or mailing.settled >= mailing.canary:
        return CHUNK
    mine = Mailing.objects.filter(pk=mailing.pk, canary_is_out=False).update(canary_is_out=True)
    return mailing.canary - mailing.settled if mine else 0
