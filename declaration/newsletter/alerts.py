"""Follow instead of read: a digest of who signed and what they promise, once a day or once a week.

Readers who chose the same get one mailing together, so that an alert has the link to leave, the headers
and the care of an issue.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from declaration.newsletter import rendering
from declaration.newsletter.models import Interest, Subscriber
from declaration.newsletter.register import News, register
from declaration.outbox import mailings
from declaration.outbox.leaving import PLACEHOLDER
from declaration.outbox.models import Mailing
from declaration.switches import publication_paused_until

# By London's clock, when people begin to read.
HOUR: Final = time(7)
MONDAY: Final = 0
# A clock that stood still for longer tells nothing of old days.
LATE_AT_MOST: Final = timedelta(hours=12)
DAYS: Final = {Subscriber.Digest.DAILY: 1, Subscriber.Digest.WEEKLY: 7}
Chosen = frozenset[tuple[str, str]]


def send_alerts() -> int:
    """Owe the alerts of today, each group of readers once; return how many groups got one."""
    now = timezone.localtime()
    end = timezone.make_aware(datetime.combine(now.date(), HOUR))
    if not end <= now < end + LATE_AT_MOST or publication_paused_until() is not None:
        return 0
    return sum(
        _send(digest, end, end - timedelta(days=days))
        for digest, days in DAYS.items()
        if digest == Subscriber.Digest.DAILY or now.weekday() == MONDAY
    )


def concerns(news: News, chosen: Chosen) -> bool:
    """Tell whether news are about something a reader chose: nothing chosen is everything.

    Of each kind of interest in which something was chosen, the news must meet one.
    """
    by_kind: dict[str, set[str]] = defaultdict(set)
    for kind, value in chosen:
        by_kind[kind].add(value)
    met = {
        Interest.Kind.REGION.value: {news.region},
        Interest.Kind.BODY.value: {news.kind},
        Interest.Kind.AREA.value: {str(area) for area in news.areas},
    }
    return all(values & met[kind] for kind, values in by_kind.items())


def _send(digest: str, end: datetime, start: datetime) -> int:
    news = register().news(start, end)
    if not news:
        return 0
    readers = Subscriber.objects.subscribed().filter(digest=digest, confirmed_at__lt=end)
    groups: dict[Chosen, list[int]] = defaultdict(list)
    for reader in readers.prefetch_related("interests").iterator(2000):
        groups[frozenset((one.kind, one.value) for one in reader.interests.all())].append(reader.pk)
    owed = 0
    for chosen, keys in groups.items():
        meant = [one for one in news if concerns(one, chosen)]
        if meant:
            owed += _open(digest, end, chosen, keys, meant)
    return owed


def _open(digest: str, end: datetime, chosen: Chosen, keys: list[int], news: Sequence[News]) -> bool:
    """Open one group's mailing and let it go, unless that was done; stopped anywhere, it goes on."""
    group = hashlib.sha256(repr(sorted(chosen)).encode()).hexdigest()[:16]
    context = {
        "news": news,
        "weekly": digest == Subscriber.Digest.WEEKLY,
        "leave_url": f"{rendering.leave_prefix()}{PLACEHOLDER}/",
        "choices_url": f"{settings.SITE_URL}{reverse('newsletter_ask_for_link')}",
        "site_url": settings.SITE_URL,
    }
    new = "1 new commitment" if len(news) == 1 else f"{len(news)} new commitments"
    mailing = mailings.open_mailing(
        key=f"newsletter-alert:{digest}:{end:%Y-%m-%d}:{group}",
        name=f"Alert of {end:%d %B %Y}",
        subject=f"{new} to the {settings.SERVICE_NAME}",
        text=render_to_string("newsletter/alert_mail.txt", context, using="jinja2").strip() + "\n",
        html=render_to_string("newsletter/alert_mail.html", context, using="jinja2"),
        archive_url=f"{settings.SITE_URL}{reverse('newsletter_issues')}",
        leave_url=rendering.leave_prefix(),
        list_id=rendering.list_id(),
    )
    if mailing.state != Mailing.State.PREPARING:
        return False
    keys = sorted(keys)
    for start in range(0, len(keys), mailings.BATCH):
        some = Subscriber.objects.subscribed().filter(pk__in=keys[start : start + mailings.BATCH])
        mailings.add_readers(mailing=mailing, readers=some)
    try:
        mailings.start(mailing=mailing)
    except mailings.NotPossible:  # another clock was quicker
        return False
    return True
