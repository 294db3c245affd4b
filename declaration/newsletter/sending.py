"""What editors do with an issue: approve, schedule, undo, test; and what the clock does when it is due."""

import hashlib
from datetime import datetime, timedelta
from functools import partial, reduce
from operator import or_
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.recording import record
from declaration.freshness import move_on
from declaration.newsletter import alerts, rendering
from declaration.newsletter.audience import audience_of, count_readers
from declaration.newsletter.linting import problems_of
from declaration.newsletter.models import NewsletterIssue, Subscriber, Suppression
from declaration.newsletter.suppressing import suppress
from declaration.outbox import mailings
from declaration.outbox.models import Email, Mailing
from declaration.outbox.statuses import GONE
from declaration.switches import publication_paused_until

# However urgent, there is time to take it back.
UNDO: Final = timedelta(minutes=10)
COLLEAGUES_AT_MOST: Final = 10
# The share of readers who may have come or gone since they were counted.
DRIFT_AT_MOST: Final = 0.01


class NotPossible(Exception):
    """The issue does not stand where this can be done; the words say why.

    `field` names what was typed wrong, where it was that.
    """

    def __init__(self, words: str, *, field: str = "") -> None:
        super().__init__(words)
        self.field = field


@transaction.atomic
def approve(*, issue: NewsletterIssue, by: User, revision: int) -> None:
    """A second person says that these words may go out. Raises NotPossible."""
    issue = _locked(issue)
    if issue.approved_at is not None or not issue.is_editable:
        raise NotPossible("It has been approved already.")
    if issue.written_by_id == by.pk:
        raise NotPossible("You wrote it. A colleague has to approve it.")
    if issue.revision != revision:
        raise NotPossible("It has been changed since you opened this page. Read it again.")
    serious = [problem.words for problem in problems_of(issue) if problem.serious]
    if serious:
        raise NotPossible(f"Put this right first: {serious[0]}")
    issue.approved_at, issue.approved_by = timezone.now(), by
    issue.save(update_fields=["approved_at", "approved_by"])
    count_readers(issue)
    _note("approved", issue, by, after={"revision": revision})


def schedule(*, issue: NewsletterIssue, by: User, at: datetime | None, typed: int) -> None:
    """Let it go out at a moment, or in ten minutes; `typed` is the number of readers, typed by hand.

    Readers come and go between a look at the page and the button: what was typed has to be the number
    that the page shows, and near the truth. Raises NotPossible, with the number of now on the page.
    """
    shown = NewsletterIssue.objects.get(pk=issue.pk).readers
    readers = count_readers(issue)
    near = typed == shown and abs(readers - typed) <= typed * DRIFT_AT_MOST
    _schedule(issue, by, at, typed, readers, is_right=typed == readers or near)


@transaction.atomic
def _schedule(
    issue: NewsletterIssue, by: User, at: datetime | None, typed: int, readers: int, *, is_right: bool
) -> None:
    issue = _locked(issue)
    if issue.approved_at is None:
        raise NotPossible("It has not been approved.")
    if not issue.is_editable:
        raise NotPossible("It has been scheduled already.")
    if not readers:
        raise NotPossible("Nobody would get it.", field="typed")
    if not is_right:
        words = f"It goes to {readers:,} readers now, and you typed {typed:,}. Check who gets it."
        raise NotPossible(words, field="typed")
    if at is not None and at < timezone.now():
        raise NotPossible("This moment is over. Choose one that is to come", field="at")
    earliest = timezone.now() + UNDO
    issue.send_at, issue.scheduled_by = max(at or earliest, earliest), by
    issue.save(update_fields=["send_at", "scheduled_by"])
    _note("scheduled", issue, by, after={"send_at": issue.send_at, "readers": readers})


@transaction.atomic
def undo(*, issue: NewsletterIssue, by: User) -> None:
    """Take a scheduled issue back before it begins. Raises NotPossible."""
    issue = _locked(issue)
    if issue.send_at is None:
        raise NotPossible("It is not scheduled any more: a colleague has taken it back.")
    if issue.mailing_id is not None:
        raise NotPossible("It is too late to undo this: it is going out. You can pause or cancel it.")
    issue.send_at, issue.scheduled_by = None, None
    issue.save(update_fields=["send_at", "scheduled_by"])
    _note("took back", issue, by)


@transaction.atomic
def send_test(*, issue: NewsletterIssue, by: User, to: list[str]) -> int:
    """Send the issue as it stands to colleagues, through the same engine; return to how many.

    Raises NotPossible when one of them is no colleague; then nobody gets it.
    """
    mail = rendering.mail_of(issue)
    to = sorted({address.lower() for address in to})
    people = User.objects.filter(email__in=to, is_active=True).exclude(role="")
    known = {person.email.lower() for person in people}
    strangers = ", ".join(address for address in to if address not in known)
    if strangers:
        words = f"There is no colleague with this address: {strangers}. Nothing was sent."
        raise NotPossible(words, field="to")
    # Sent to the same people again only when something has changed.
    fingerprint = hashlib.sha256("\0".join([mail.subject, mail.html, *sorted(to)]).encode()).hexdigest()[:16]
    mailing = mailings.open_mailing(
        key=f"newsletter-test:{issue.pk}:{fingerprint}:{timezone.now():%Y%m%d%H%M}",
        name=f"Test of “{issue.subject}”",
        subject=f"Test: {mail.subject}",
        text=mail.text,
        html=mail.html,
        archive_url=rendering.archive_url(issue),
        leave_url=rendering.leave_prefix(),
        list_id=rendering.list_id(),
    )
    if mailing.state == Mailing.State.PREPARING:
        # A colleague's number is no reader's: the link to leave in a test is of nobody.
        mailings.add_addresses(mailing=mailing, addresses=[person.email for person in people])
        mailings.start(mailing=mailing)
    _note("sent a test", issue, by, after={"people": len(people)})
    return len(people)


def start_what_is_due() -> None:
    """Begin the next scheduled issue, and go on preparing one that has begun. Run every few seconds."""
    until = publication_paused_until()
    if until is not None:
        _hold_back(until)
        return
    due = NewsletterIssue.objects.filter(send_at__lte=timezone.now(), published_at=None)
    due = due.exclude(mailing__state=Mailing.State.CANCELLED)
    for issue in due.order_by("send_at")[:5]:
        _begin(issue)


def _begin(issue: NewsletterIssue) -> None:
    """Freeze the words, then the audience batch by batch, then let it go; stopped anywhere, it goes on."""
    mailing = _opened(issue)
    if mailing is None:
        return
    readers = audience_of(issue).filter(confirmed_at__lte=mailing.created_at)
    until = timezone.now() + timedelta(seconds=20)
    while not mailings.add_readers(mailing=mailing, readers=readers):
        if timezone.now() > until:
            return
    with transaction.atomic():
        issue = _locked(issue)
        mailing.refresh_from_db()
        if mailing.state == Mailing.State.PREPARING:
            mailings.start(mailing=mailing)
            _publish(issue)


@transaction.atomic
def _opened(issue: NewsletterIssue) -> Mailing | None:
    issue = _locked(issue)
    if issue.send_at is None or issue.published_at is not None:
        return None
    if issue.mailing is None:
        mail = rendering.mail_of(issue)
        issue.mailing = mailings.open_mailing(
            key=f"newsletter-issue:{issue.pk}",
            name=issue.subject,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            archive_url=rendering.archive_url(issue),
            leave_url=rendering.leave_prefix(),
            list_id=rendering.list_id(),
        )
        issue.save(update_fields=["mailing"])
    return None if issue.mailing.state == Mailing.State.CANCELLED else issue.mailing


def _publish(issue: NewsletterIssue) -> None:
    issue.published_at = timezone.now()
    issue.save(update_fields=["published_at"])
    _note("began to go out", issue, None)
    move_on()


def _hold_back(until: Any) -> None:
    """During a pause of publication nothing goes out; what is half-way waits too."""
    midnight = timezone.make_aware(datetime.combine(until, datetime.min.time()))
    ours = Q(issue__isnull=False) | Q(key__startswith=alerts.KEY)
    going = Mailing.objects.filter(ours, state=Mailing.State.SENDING)
    for mailing in going.exclude(waits_until__gte=midnight):
        mailings.wait(mailing=mailing, until=midnight, why="Newsletters are paused for the whole service.")


def suppress_hard_bounces() -> int:
    """Never write again to mailboxes that a mail server at once said do not exist (RFC 3463, 5.1.1).

    Who was let back in since, and confirmed again, is not held to what was said before.
    """
    recent = Mailing.objects.filter(created_at__gt=timezone.now() - timedelta(days=7))
    gone = reduce(or_, (Q(last_error__contains=f" {status} ") for status in sorted(GONE)))
    dead = Email.objects.filter(gone, mailing__in=recent, state=Email.State.FAILED)
    since = dead.filter(to=OuterRef("email"), queued_at__gte=OuterRef("confirmed_at"))
    live = Subscriber.objects.subscribed().filter(Exists(since), email__in=dead.values("to"))
    found = list(live.values_list("email", flat=True)[:1000])
    for address in found:
        suppress(
            address=address, reason=Suppression.Reason.BOUNCED, by=None, source="the reader’s mail server"
        )
    return len(found)


@transaction.atomic
def pause(*, issue: NewsletterIssue, by: User) -> None:
    _change(issue, by, "paused", mailings.pause)


@transaction.atomic
def resume(*, issue: NewsletterIssue, by: User) -> None:
    _change(issue, by, "resumed", mailings.resume)


@transaction.atomic
def cancel(*, issue: NewsletterIssue, by: User) -> None:
    _change(issue, by, "cancelled", mailings.cancel)


@transaction.atomic
def retry_failed(*, issue: NewsletterIssue, by: User) -> None:
    """Try those again that failed, but nobody who has left since. Raises NotPossible."""
    again = partial(mailings.retry_failed, readers=Subscriber.objects.subscribed())
    _change(issue, by, "retried failed emails of", again)


@transaction.atomic
def send_uncertain_again(*, issue: NewsletterIssue, by: User) -> None:
    """Try those again of whom nobody knows whether they got it. Raises NotPossible."""
    again = partial(mailings.send_uncertain_again, readers=Subscriber.objects.subscribed())
    _change(issue, by, "sent uncertain emails again of", again)


@transaction.atomic
def take_uncertain_as_sent(*, issue: NewsletterIssue, by: User) -> None:
    """Count those as sent of whom nobody knows, because somebody looked. Raises NotPossible."""
    _change(issue, by, "counted uncertain emails as sent of", mailings.take_uncertain_as_sent)


def _change(issue: NewsletterIssue, by: User, verb: str, change: Any) -> None:
    """Change the mailing of an issue. Raises NotPossible."""
    if issue.mailing is None:
        raise NotPossible("It is not going out.")
    try:
        change(mailing=issue.mailing)
    except mailings.NotPossible as refused:
        raise NotPossible(str(refused)) from refused
    _note(verb, issue, by)


def _locked(issue: NewsletterIssue) -> NewsletterIssue:
    return NewsletterIssue.objects.select_for_update().get(pk=issue.pk)


def _note(verb: str, issue: NewsletterIssue, by: User | None, **facts: Any) -> None:
    record(verb=verb, on=issue, by=by, role=by.role if by else "system", **facts)
