"""Follow instead of read: a digest of who signed and what they promise, once a day or once a week.

Every reader is told of what became public after the last change that they were told of: a digest that
could not go out, because publication was paused or the service stood still, is part of the next one.
Readers who are to be told the same get one mailing together, so that an alert has the link to leave, the
headers and the care of an issue.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from declaration.freshness import freshness
from declaration.newsletter import rendering
from declaration.newsletter.models import Interest, Subscriber, SubscriberQuerySet
from declaration.newsletter.register import News, register
from declaration.outbox import mailings
from declaration.outbox.leaving import PLACEHOLDER
from declaration.outbox.models import Mailing
from declaration.switches import publication_paused_until

# By London's clock: when people begin to read, and when we let them rest.
HOURS: Final = (time(7), time(19))
DAYS: Final = {Subscriber.Digest.DAILY: 1, Subscriber.Digest.WEEKLY: 7}
KEY: Final = "newsletter-alert:"
Chosen = frozenset[tuple[str, str]]


@dataclass
class _Group:
    """Readers to whom the same is to be said; without news they are only noted as told."""

    news: tuple[News, ...]
    since: date | None
    keys: list[int] = field(default_factory=list)


def send_alerts() -> int:
    """Owe every reader of alerts the digest that is due, once; return how many mailings there are.

    Stopped anywhere, or run twice at the same moment, it goes on with whoever was not told.
    """
    now = timezone.localtime()
    begin, end = (timezone.make_aware(datetime.combine(now.date(), hour)) for hour in HOURS)
    if not begin <= now < end or publication_paused_until() is not None:
        return 0
    # Numbers become visible in their order: whoever is told up to this one lacks none before it.
    up_to = freshness().number
    return sum(_send(digest, _due(digest, begin), up_to) for digest in DAYS)


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


def _due(digest: str, today: datetime) -> datetime:
    """Return the last moment at which such a digest was due: this morning, or Monday's."""
    days_ago = 0 if digest == Subscriber.Digest.DAILY else today.weekday()
    return timezone.make_aware(datetime.combine(today.date() - timedelta(days=days_ago), HOURS[0]))


def _owed(digest: str, due: datetime) -> SubscriberQuerySet:
    """Return who has not been told since the digest was due.

    Of whom nothing is noted yet we know only on the day itself that they were not.
    """
    not_told = Q(told_at__lt=due)
    if due.date() == timezone.localdate():
        not_told |= Q(told_at=None, confirmed_at__lt=due)
    return Subscriber.objects.subscribed().filter(not_told, digest=digest)


def _send(digest: str, due: datetime, up_to: int) -> int:
    owed = _owed(digest, due)
    # Whoever was there before we noted what they were told of is told of one day, or one week.
    days = DAYS[Subscriber.Digest(digest)]
    otherwise = register().number_at(due - timedelta(days=days))
    least = owed.aggregate(least=Min("told_to"))["least"]
    after = otherwise if least is None else min(least, otherwise)
    news = [one for one in register().news(after) if one.number <= up_to]
    sent = 0
    for group in _groups(owed, news, otherwise, timezone.localdate() - timedelta(days=days)):
        for start in range(0, len(group.keys), mailings.BATCH):
            sent += _tell(digest, due, up_to, group, group.keys[start : start + mailings.BATCH])
    return sent


def _groups(owed: SubscriberQuerySet, news: Sequence[News], otherwise: int, usual: date) -> Iterable[_Group]:
    """Put together whom the same is to be said, by what they were told of and what they chose.

    `otherwise` stands for what they were told of where it is not known. Who was last told before the
    `usual` day reads since when this is.
    """
    meant: dict[tuple[int, Chosen], tuple[News, ...]] = {}
    groups: dict[tuple[tuple[int, ...], date | None], _Group] = {}
    for reader in owed.order_by("pk").prefetch_related("interests").iterator(2000):
        chosen = frozenset((one.kind, one.value) for one in reader.interests.all())
        told_to = otherwise if reader.told_to is None else reader.told_to
        if (told_to, chosen) not in meant:
            new = tuple(one for one in news if one.number > told_to and concerns(one, chosen))
            meant[told_to, chosen] = new
        new = meant[told_to, chosen]
        told_on = timezone.localdate(reader.told_at) if reader.told_at else usual
        since = told_on if new and told_on < usual else None
        key = tuple(one.number for one in new), since
        groups.setdefault(key, _Group(new, since)).keys.append(reader.pk)
    return groups.values()


@transaction.atomic
def _tell(digest: str, due: datetime, up_to: int, group: _Group, keys: list[int]) -> bool:
    """Owe some readers of a group their email and note what they were told of, in one transaction.

    Who has left meanwhile, or was told by another clock, is passed over; who leaves now waits for us, and
    then finds the email to cancel. Return whether anybody is owed one.
    """
    locked = _owed(digest, due).filter(pk__in=keys).select_for_update().order_by("pk")
    keys = list(locked.values_list("pk", flat=True))
    readers = Subscriber.objects.filter(pk__in=keys)
    readers.update(told_to=up_to, told_at=timezone.now())
    if not (keys and group.news):
        return False
    same = hashlib.sha256(repr(([one.number for one in group.news], group.since)).encode()).hexdigest()[:16]
    mailing = _opened(f"{KEY}{digest}:{timezone.localdate():%Y-%m-%d}:{same}:{keys[0]}", digest, group)
    mailings.add_readers(mailing=mailing, readers=readers)
    mailings.start(mailing=mailing)
    return True


def _opened(key: str, digest: str, group: _Group) -> Mailing:
    today = timezone.localdate()
    context = {
        "news": group.news,
        "since": group.since,
        "weekly": digest == Subscriber.Digest.WEEKLY,
        "leave_url": f"{rendering.leave_prefix()}{PLACEHOLDER}/",
        "choices_url": f"{settings.SITE_URL}{reverse('newsletter_ask_for_link')}",
        "site_url": settings.SITE_URL,
    }
    new = "1 new commitment" if len(group.news) == 1 else f"{len(group.news)} new commitments"
    return mailings.open_mailing(
        key=key,
        name=f"Alert of {today.day} {today:%B %Y}",
        subject=f"{new} to the {settings.SERVICE_NAME}",
        text=render_to_string("newsletter/alert_mail.txt", context, using="jinja2").strip() + "\n",
        html=render_to_string("newsletter/alert_mail.html", context, using="jinja2"),
        archive_url=f"{settings.SITE_URL}{reverse('newsletter_issues')}",
        leave_url=rendering.leave_prefix(),
        list_id=rendering.list_id(),
    )
