"""How long we keep whom we wrote to, and what."""

from datetime import datetime

from django.db.models import QuerySet

from declaration.outbox import forgetting
from declaration.outbox.models import Email
from declaration.personal_data.rules import Rule, keep_no_longer


def _old(before: datetime) -> QuerySet[Email]:
    return forgetting.old_emails(before)


keep_no_longer(Rule("emails", forgetting.KEPT_FOR, _old))
