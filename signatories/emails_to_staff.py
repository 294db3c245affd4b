"""Emails to staff."""

from datetime import date
from typing import Any

from django.urls import reverse

from declaration.accounts.models import User
from declaration.outbox.models import Email
from declaration.outbox.queue import queue
from signatories.links import absolute
from signatories.models import Signature


def record_url(signature: Signature) -> str:
    return absolute(reverse("admin:signatories_signature_change", args=[signature.pk]))


def tell_moderator_what_waits(person: User, digest: Any, *, day: date) -> bool:
    """Owe somebody the summary of a day. Return whether it is new: each person has one a day."""
    key = f"tell_moderator_what_waits:{person.pk}:{day.isoformat()}"
    if Email.objects.filter(key=key).exists():
        return False
    queue(
        to=person.email,
        message="tell_moderator_what_waits",
        key=key,
        context={
            "person": person,
            "digest": digest,
            "day": day,
            "desk_url": absolute(reverse("admin:index")),
            "account_url": absolute(reverse("account")),
        },
    )
    return True
