"""A newsletter of labelled examples: an issue that went out, a draft, and readers who can get no mail."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from declaration.accounts.models import User
from declaration.accounts.roles import Role
from declaration.audit.recording import record
from declaration.freshness import move_on
from declaration.newsletter import consent, rendering
from declaration.newsletter.audience import audience_of, count_readers
from declaration.newsletter.hashed_addresses import name_after_leaving
from declaration.newsletter.models import Interest, NewsletterIssue, Subscriber
from declaration.outbox import mailings
from declaration.outbox.models import Email, Mailing

EXAMPLES = Path(__file__).with_name("demo_issues.json")
# Long enough ago that no clock does anything about it any more.
SENT_AGO = timedelta(days=12)
FULL = {"code": "552", "last_error": "The mail server answered: 552 5.2.2 Mailbox full (an example)"}


@transaction.atomic
def load_newsletter_demo() -> bool:
    """Add the examples where the newsletter is empty; return whether it was.

    Nothing is sent, and domains of RFC 2606 take no mail.
    """
    if NewsletterIssue.objects.exists() or Subscriber.objects.exists():
        return False
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    editor, approver = _editor("editor"), _editor("second.editor")
    went_out = timezone.now() - SENT_AGO
    for number, reader in enumerate(examples["readers"], start=1):
        _reader(number, reader, went_out - timedelta(days=30 + number))
    for name in ("sent", "draft"):
        words = {what: text.replace("{site}", settings.SITE_URL) for what, text in examples[name].items()}
        issue = NewsletterIssue.objects.create(written_by=editor, created_at=went_out, **words)
        count_readers(issue)
        if name == "sent":
            _send(issue, approver, went_out)
        record(verb="loaded as an example", on=issue, by=editor, role=editor.role)
    move_on()
    return True


def _editor(name: str) -> User:
    """Return somebody who stands beside the examples and cannot sign in."""
    words = {"full_name": f"Example {name.replace('.', ' ')}", "is_active": False, "role": Role.EDITOR}
    return User.objects.get_or_create(email=f"example.{name}@example.invalid", defaults=words)[0]


def _reader(number: int, example: dict[str, Any], at: datetime) -> None:
    address, source = f"example.reader.{number}@example.org", example.get("source", "form")
    came = example.get("came", "")
    # Who has not confirmed is not to be cleared away at the first look.
    asked_at = timezone.now() if came == "not confirmed" else at
    reader = Subscriber.objects.create(
        email=name_after_leaving(address) if came == "left" else address,
        everything=example["wants"] != "chosen",
        wants_issues=example["wants"] != "alerts",
        digest=example.get("digest", ""),
        source=source,
        asked_at=asked_at,
        consent_at=asked_at,
        consent_wording=consent.IN_THE_SIGN_UP if source == "sign-up" else consent.ON_THE_PAGE,
        confirmed_at=None if came == "not confirmed" else at,
        left_at=at + timedelta(days=9) if came == "left" else None,
        left_because=Subscriber.Left.READER if came == "left" else "",
    )
    Interest.objects.bulk_create(
        Interest(subscriber=reader, kind=Interest.Kind.REGION, value=region)
        for region in example.get("regions", [])
    )


def _send(issue: NewsletterIssue, approver: User, at: datetime) -> None:
    """Write down that an issue went out, with one mailbox that was full."""
    mail = rendering.mail_of(issue)
    mailing = mailings.open_mailing(
        key=f"newsletter-issue:{issue.pk}",
        name=issue.subject,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        archive_url=rendering.archive_url(issue),
        leave_url=rendering.leave_prefix(),
        list_id=rendering.list_id(),
    )
    mailings.add_readers(mailing=mailing, readers=audience_of(issue))
    mailing.refresh_from_db()
    theirs = Email.objects.of(mailing)
    theirs.update(state=Email.State.SENT, queued_at=at, sent_at=at + timedelta(seconds=2), attempts=1)
    theirs.filter(pk=mailing.last_email).update(state=Email.State.FAILED, sent_at=None, **FULL)
    audience = theirs.count()
    Mailing.objects.filter(pk=mailing.pk).update(
        state=Mailing.State.SENT,
        created_at=at,
        started_at=at,
        finished_at=at + timedelta(seconds=4),
        sent=audience - 1,
        failed=1,
    )
    issue.mailing, issue.published_at, issue.send_at = mailing, at, at
    issue.approved_at, issue.approved_by, issue.scheduled_by = at, approver, approver
    issue.save()
