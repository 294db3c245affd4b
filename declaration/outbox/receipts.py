"""What becomes of emails after they left: written down when somebody tells, applied between two sweeps.

Whoever tells is answered at once, however busy the counters are. A receipt waits as long as its email is
in a sender's hand, or is sent and not counted yet; so the counters of a mailing always sum to its audience.
"""

import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from declaration.outbox import claiming, statuses
from declaration.outbox.halting import stop_when_too_much_goes_wrong
from declaration.outbox.mailings import COUNTED
from declaration.outbox.models import Email, LostAddress, Mailing, Receipt

State = Email.State
Outcome = Receipt.Outcome

BATCH = 500
# A receipt whose email never comes to rest helps nobody.
KEPT_FOR = timedelta(days=7)
# How far apart the clock of a mail server and ours may be.
CLOCKS_DIFFER = timedelta(hours=1)
IN_HAND = {State.CLAIMED, State.ATTEMPTING}
# The email left, and may be told about; or its answer was lost, and a receipt is the answer.
LEFT = {State.SENT, State.DELIVERED, State.BOUNCED, State.FAILED}
UNANSWERED = {State.PENDING, State.UNCERTAIN}
ADDRESSES = re.compile(r"[^\s@<>]+@[^\s@<>]+")


def keep(
    *, email: Email, outcome: Outcome, at: datetime, sending: str = "", code: str = "", words: str = ""
) -> None:
    """Write down what somebody told of an email. The same receipt twice is one."""
    receipt = Receipt(
        email=email,
        sending=sending[:200],
        outcome=outcome,
        code=code[:40],
        words=" ".join(words.split())[:500],
        # A clock that is ahead of ours would let nothing later count.
        at=min(at, timezone.now()),
    )
    Receipt.objects.bulk_create([receipt], ignore_conflicts=True)


def apply_all(batch: int = BATCH) -> int:
    """Apply what can be applied now, the oldest first, and return how many receipts are done with."""
    mailings = Receipt.objects.order_by().values_list("email__mailing", flat=True).distinct()
    done = sum(_apply_of(mailing, batch) for mailing in list(mailings))
    Receipt.objects.filter(told_at__lt=timezone.now() - KEPT_FOR).delete()
    return done


def _apply_of(mailing_pk: int | None, batch: int) -> int:
    """Apply the receipts of one mailing, or of the emails of none, in one transaction."""
    with transaction.atomic():
        # The mailing first, as when it is counted anew; an email in somebody else's hand waits.
        mailing = Mailing.objects.select_for_update().get(pk=mailing_pk) if mailing_pk else None
        receipts = list(Receipt.objects.filter(email__mailing=mailing_pk).order_by("at", "pk")[:batch])
        wanted = Email.objects.filter(pk__in={receipt.email_id for receipt in receipts})
        emails = {email.pk: email for email in wanted.select_for_update(skip_locked=True)}
        counters = _Counters(mailing)
        done = [
            receipt.pk
            for receipt in receipts
            if receipt.email_id in emails and _apply(receipt, emails[receipt.email_id], counters)
        ]
        Receipt.objects.filter(pk__in=done).delete()
        counters.save()
    if mailing is not None and (counters.changes["bounced"] > 0 or counters.changes["failed"] > 0):
        stop_when_too_much_goes_wrong(mailing)
    return len(done)


class _Counters:
    """The counters of one mailing, which no receipt may push below nothing."""

    def __init__(self, mailing: Mailing | None) -> None:
        self.mailing = mailing
        self.changes: Counter[str] = Counter()

    def may_move(self, before: str) -> bool:
        """Whether an email in this state has been counted already, as far as the numbers tell."""
        if self.mailing is None or before not in COUNTED:
            return True
        return int(getattr(self.mailing, before)) + self.changes[before] > 0

    def move(self, before: str, after: str) -> None:
        if before in COUNTED:
            self.changes[before] -= 1
        if after in COUNTED:
            self.changes[after] += 1

    def save(self) -> None:
        changes = {name: F(name) + number for name, number in self.changes.items() if number}
        if self.mailing is not None and changes:
            Mailing.objects.filter(pk=self.mailing.pk).update(**changes)


def _apply(receipt: Receipt, email: Email, counters: _Counters) -> bool:
    """Apply one receipt; False when it has to wait."""
    if email.state in IN_HAND:
        return False
    if receipt.outcome == Outcome.COMPLAINT:
        _lose(email, LostAddress.Reason.COMPLAINED, receipt)
        return True
    if _is_of_another_sending(receipt, email) or _is_overtaken(receipt, email):
        return True
    if receipt.outcome == Outcome.DELAYED:
        _change(email, code=receipt.code, last_error=_said(receipt))
        return True
    after = _state_after(receipt)
    if not counters.may_move(email.state):
        return False
    counters.move(email.state, after)
    was_refused = email.state == State.BOUNCED and statuses.is_policy(email.code)
    counters.changes["refused"] += int(_is_refusal(receipt)) - int(was_refused)
    arrived = after == State.DELIVERED
    changes: dict[str, Any] = {
        "state": after,
        "receipt_at": receipt.at,
        "sent_at": email.sent_at or receipt.at,
        "provider_reference": receipt.sending or email.provider_reference,
        "code": "" if arrived else receipt.code,
        "last_error": "" if arrived else _said(receipt),
    }
    if email.secret:
        changes |= claiming.WIPED
    _change(email, **changes)
    if receipt.outcome == Outcome.GONE:
        _lose(email, LostAddress.Reason.BOUNCED, receipt)
    return True


def _change(email: Email, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(email, name, value)
    email.save(update_fields=list(changes))


def _is_refusal(receipt: Receipt) -> bool:
    return receipt.outcome == Outcome.RETURNED and statuses.is_policy(receipt.code)


def _state_after(receipt: Receipt) -> State:
    match receipt.outcome:
        case Outcome.DELIVERED:
            return State.DELIVERED
        case Outcome.NOT_SENT:
            return State.FAILED
    return State.BOUNCED


def _is_of_another_sending(receipt: Receipt, email: Email) -> bool:
    """Whether it tells of an earlier sending than the one that counts, or of one that never was."""
    same = bool(receipt.sending) and receipt.sending == email.provider_reference
    never_named = email.state == State.FAILED and not email.provider_reference
    if email.attempts and (email.state in UNANSWERED or (never_named and receipt.sending)):
        # Put back to be sent again, it still names the sending before; a lost answer left no name.
        return same
    if email.state not in LEFT:
        return True
    if not receipt.sending:
        # A relay has no name for a sending: what happened before this one left is of another.
        return email.sent_at is None or receipt.at < email.sent_at - CLOCKS_DIFFER
    return not same


def _is_overtaken(receipt: Receipt, email: Email) -> bool:
    """Whether something later is known; what comes back was not delivered in the same moment."""
    if email.receipt_at is None or receipt.at > email.receipt_at:
        return False
    bounced_at_once = email.state == State.DELIVERED and _state_after(receipt) == State.BOUNCED
    return receipt.at < email.receipt_at or receipt.outcome == Outcome.DELAYED or not bounced_at_once


def _said(receipt: Receipt) -> str:
    """Return why, in words; that it came back is said by its state."""
    if receipt.words and receipt.outcome == Outcome.RETURNED:
        return receipt.words
    return ": ".join(filter(None, [receipt.get_outcome_display(), receipt.words]))


def _lose(email: Email, reason: LostAddress.Reason, receipt: Receipt) -> None:
    """Hand an address to whoever keeps the list of those we do not write to."""
    words = ADDRESSES.sub("(address)", receipt.words)[:300]
    LostAddress.objects.create(
        address=email.to, reason=reason, source=_source(receipt), words=words, at=receipt.at
    )


def _source(receipt: Receipt) -> str:
    return "GOV.UK Notify" if receipt.sending else "a mail server"
