"""How long we keep addresses that never confirmed that they want the newsletter."""

from datetime import datetime

from django.db.models import QuerySet

from declaration.newsletter.models import Subscriber
from declaration.newsletter.subscribing import UNCONFIRMED_KEPT_FOR
from declaration.personal_data.rules import Rule, keep_no_longer


def _unconfirmed(before: datetime) -> QuerySet[Subscriber]:
    return Subscriber.objects.filter(confirmed_at=None, left_at=None, asked_at__lt=before)


keep_no_longer(Rule("unconfirmed-readers", UNCONFIRMED_KEPT_FOR, _unconfirmed))
