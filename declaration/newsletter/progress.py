"""How far an issue is: counts that always sum to its audience, the rate, the end, and who got what."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from declaration.newsletter.hashed_addresses import reader_at, suppression_of
from declaration.newsletter.models import NewsletterIssue, Suppression
from declaration.outbox import quota
from declaration.outbox.models import Email, Mailing

ERRORS_SHOWN = 10
# Before there is a rate to measure, this many a second are assumed.
RATE_AT_FIRST = 100.0


@dataclass(frozen=True)
class Progress:
    mailing: Mailing
    counts: list[tuple[str, int]]
    per_second: float
    done: int
    left_today: int | None
    ends_at: datetime | None
    errors: list[Email]

    @property
    def is_moving(self) -> bool:
        return self.mailing.finished_at is None

    @property
    def percent(self) -> int:
        return 100 * self.done // self.mailing.audience if self.mailing.audience else 0


def progress_of(issue: NewsletterIssue) -> Progress | None:
    """Return how far an issue is, from the counters of its mailing; None before it begins."""
    mailing = issue.mailing
    if mailing is None:
        return None
    counts = [
        ("Waiting or in hand", mailing.waiting),
        ("Sent", mailing.sent),
        ("Delivered", mailing.delivered),
        ("Came back", mailing.bounced),
        ("Failed", mailing.failed),
        ("May or may not have been sent", mailing.uncertain),
        ("Cancelled, or left in the meantime", mailing.cancelled),
    ]
    end = mailing.finished_at or timezone.now()
    seconds = (end - mailing.started_at).total_seconds() if mailing.started_at else 0.0
    gone = mailing.settled - mailing.cancelled
    rate = gone / seconds if seconds > 0 else 0.0
    going = mailing.state == Mailing.State.SENDING and mailing.waiting
    return Progress(
        mailing=mailing,
        counts=counts,
        per_second=rate,
        done=mailing.settled,
        left_today=quota.left_today(),
        ends_at=quota.forecast(mailing.waiting, rate or RATE_AT_FIRST) if going else None,
        errors=list(
            Email.objects.filter(mailing=mailing, state__in=["failed", "uncertain", "bounced"]).order_by(
                "state", "-pk"
            )[:ERRORS_SHOWN]
        ),
    )


def reader_in(issue: NewsletterIssue, address: str) -> list[str]:
    """Return why an address got an issue or did not, in sentences."""
    said = []
    suppression = suppression_of(address)
    refused = [_why_suppressed(suppression)] if suppression else []
    if issue.mailing is not None:
        email = Email.objects.filter(mailing=issue.mailing, to=address).first()
        if email is not None:
            return [*_what_became_of(email), *refused]
        if issue.mailing.forgotten_at is not None:
            said.append("Who got this issue has been deleted because it is so long ago.")
        else:
            said.append("This issue was not addressed to it.")
    if refused:
        return [*said, *refused]
    subscriber = reader_at(address)
    if subscriber is None:
        return [*said, "The address is not subscribed."]
    if subscriber.confirmed_at is None:
        return [*said, "Somebody asked for the newsletter, and the link in our email was never followed."]
    if subscriber.left_at is not None:
        return [*said, f"{subscriber.get_left_because_display()} on {_moment(subscriber.left_at)}."]
    if issue.mailing is not None and subscriber.confirmed_at > issue.mailing.created_at:
        return [*said, "It was confirmed after the readers of this issue were fixed."]
    if not subscriber.wants_issues:
        return [*said, "The reader wants alerts only."]
    if not subscriber.everything:
        return [
            *said,
            "The reader wants only news on service areas or regions that this issue does not name.",
        ]
    return [*said, "The address is subscribed and gets this issue."]


def _what_became_of(email: Email) -> list[str]:
    why = f": {email.last_error}" if email.last_error else "."
    said = [f"The email to this address: {email.get_state_display()}{why}"]
    if email.sent_at:
        said.append(f"The mail server took it on {_moment(email.sent_at)}.")
    if email.receipt_at:
        what = "came back" if email.state == Email.State.BOUNCED else "was told of"
        said.append(f"It {what} on {_moment(email.receipt_at)}.")
    return said


def _why_suppressed(suppression: Suppression) -> str:
    why = suppression.get_reason_display()
    told = f", told by {suppression.source}" if suppression.source else ""
    note = f" ({suppression.note})" if suppression.note else ""
    since = timezone.localtime(suppression.at)
    return (
        f"The address is suppressed since {since.day} {since:%B %Y}: we never write newsletters to it."
        f" {why}{told}{note}."
    )


def _moment(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.day} {local:%B %Y at %H:%M:%S}"
