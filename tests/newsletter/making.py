"""The plainest reader and the plainest issue; circumstances are given by name."""

import itertools

from django.utils import timezone

from declaration.accounts.models import User
from declaration.newsletter.audience import audience_of
from declaration.newsletter.models import NewsletterIssue, Subscriber
from declaration.outbox import mailings
from declaration.outbox.leaving import PLACEHOLDER

NUMBERS = itertools.count(1)


def subscriber_of(email, **circumstances):
    """Return somebody who confirmed and gets everything."""
    now = timezone.now()
    confirmed = {"consent_at": now, "consent_wording": 1, "confirmed_at": now}
    return Subscriber.objects.create(email=email, **{**confirmed, **circumstances})


def subscribers(number):
    now = timezone.now()
    Subscriber.objects.bulk_create(
        Subscriber(email=f"reader{n}@example.gov.uk", consent_at=now, consent_wording=1, confirmed_at=now)
        for n in range(number)
    )


def draft_issue(**circumstances):
    """Return a draft that somebody has written and nothing is wrong with."""
    number = next(NUMBERS)
    words = {"subject": f"News {number}", "slug": f"news-{number}", "summary": "What is new"}
    body = "Hello, read [the list of signatories](https://www.example.gov.uk/signatories/)."
    return NewsletterIssue.objects.create(**{**words, "body": body, **circumstances})


def approved_issue(**circumstances):
    editor, _ = User.objects.get_or_create(email="approver@communities.gov.uk", role="editor")
    return draft_issue(approved_at=timezone.now(), approved_by=editor, **circumstances)


def published_issue(**circumstances):
    """Return an issue that has begun to go out to everybody there is."""
    issue = approved_issue(**circumstances)
    issue.mailing = mailings.open_mailing(
        key=f"test:{issue.pk}",
        name=issue.subject,
        subject=issue.subject,
        text=PLACEHOLDER,
        html=PLACEHOLDER,
        archive_url="http://localhost/",
        leave_url="http://localhost/newsletter/leave/",
        list_id="newsletter.localhost",
    )
    issue.scheduled_by, issue.send_at = issue.approved_by, timezone.now()
    issue.published_at = timezone.now()
    issue.save()
    mailings.add_readers(mailing=issue.mailing, readers=audience_of(issue))
    mailings.start(mailing=issue.mailing)
    return issue
