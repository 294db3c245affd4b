"""Send mailings: claim a chunk, send it in rounds over several connections, record each result at once.

Where there are several connections, they take turns in two halves: while the mail server has the emails
of one half, the database records what became of the other and marks what it sends next.
"""

import itertools
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, Protocol, runtime_checkable

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from declaration.outbox import claiming, mass_claiming, quota, statuses
from declaration.outbox.delivery import ASK_AFTER, BACK_OFF
from declaration.outbox.halting import stop_when_too_much_goes_wrong
from declaration.outbox.kept_keys import kept_key
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

    def send_together(self, emails: list[Email], first: int) -> Iterator[tuple[Email, Answer]]:
        """Send them on the connections from the `first` on, and yield what became of each as soon as it
        is known. Never raises TryLater or Never.
        """


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
    # Nothing may be asked of the database once statements are on their way to it.
    kept_key("leaving")
    wanted = min(CHUNK, _before_the_canary_sings(mailing))
    limit = quota.take(wanted)
    emails = mass_claiming.claim(mailing, limit) if limit else []
    quota.give_back(limit - len(emails))
    chunk = _Chunk(mailing, transport, emails)
    if not emails:
        if wanted:
            chunk.count()
        return False
    try:
        with claiming.quick_results():
            chunk.send(stopping)
    finally:
        if chunk.begun < len(emails):
            claiming.release(emails)
        chunk.count()
    return chunk.trouble is None and len(emails) == limit


class _Chunk:
    """One claim, from its first round to the counters."""

    def __init__(self, mailing: Mailing, transport: Transport, emails: list[Email]) -> None:
        self.mailing, self.transport = mailing, transport
        self.begun = 0
        self._rest = deque(emails)
        self.counts: Counter[str] = Counter()
        self.trouble: TryLater | None = None
        self.refused = 0
        # What has an answer and is not on its way to the database, and how to wait for what is.
        self._answered: list[Result] = []
        self._recorded: list[Result] = []
        self._collect: Callable[[], mass_claiming.Stepped] | None = None

    def send(self, stopping: Callable[[], bool]) -> None:
        """Send until there is no more, or a reason to stop; `begun` is how many were marked."""
        halves = 2 if isinstance(self.transport, Wide) else 1
        size = self.transport.width // halves if isinstance(self.transport, Wide) else 1
        give_up_at = time.monotonic() + settings.MAIL_LEASE_SECONDS / 8
        begun: list[Email] = []
        is_over = False
        try:
            for half in itertools.cycle(range(halves)):
                is_over = is_over or stopping() or self.trouble is not None or time.monotonic() > give_up_at
                taken = [] if is_over else [self._rest.popleft() for _ in range(min(size, len(self._rest)))]
                if not (taken or begun or self._answered):
                    return
                # What has an answer now was sent on the connections that `taken` will be sent on.
                self._send_off(taken)
                if halves == 1:
                    begun = self._arrived()
                for email, answer in self._send_together(begun, half * size):
                    self._answered.append(self._result(email, answer))
                if halves == 2:
                    begun = self._arrived()
                is_over = is_over or (bool(taken) and not begun and self._is_stopped())
        finally:
            self._arrived()
            self._send_off([])
            self._arrived()

    def _send_off(self, emails: list[Email]) -> None:
        """Send what has an answer, and the marks of what is to be sent next, to the database."""
        self._recorded, self._answered = self._answered, []
        self._collect = mass_claiming.step(self._recorded, emails)

    def _arrived(self) -> list[Email]:
        """Wait for what was sent off; return what may be sent now."""
        if self._collect is None:
            return []
        collect, self._collect = self._collect, None
        recorded, begun = collect()
        self.begun += len(begun)
        for result in self._recorded:
            if result.email.pk not in recorded:
                log.error("The result of email %s came after its lease had run out.", result.email.pk)
            elif result.state != State.PENDING:
                self.counts[result.state.value] += 1
        return begun

    def _is_stopped(self) -> bool:
        return not Mailing.objects.filter(pk=self.mailing.pk, state=Mailing.State.SENDING).exists()

    def _send_together(self, emails: list[Email], first: int) -> Iterator[tuple[Email, Answer]]:
        if isinstance(self.transport, Wide):
            yield from self.transport.send_together(emails, first)
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
        # A slow canary takes more than one claim, and its failures may be in an earlier one.
        if self.counts["failed"] or self.mailing.failed or self.counts["uncertain"]:
            stop_when_too_much_goes_wrong(self.mailing)


def _before_the_canary_sings(mailing: Mailing) -> int:
    """Return how many may be taken: one canary at a time, until enough have an answer."""
    if mailing.failures_accepted or mailing.settled >= mailing.canary:
        return CHUNK
    mine = Mailing.objects.filter(pk=mailing.pk, canary_is_out=False).update(canary_is_out=True)
    return mailing.canary - mailing.settled if mine else 0
