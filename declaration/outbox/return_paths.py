"""The address to which a message comes back: one for each email, so that a bounce names it by itself.

The reference in it cannot be guessed; only who has had the message, or carried it, knows it.
"""

import re
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings

from declaration.outbox.models import Email


def return_path(email: Email) -> str:
    """Return the sender of an email's envelope (RFC 5321, 4.4), which readers rarely see."""
    if not settings.BOUNCES_ADDRESS:
        return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    name, _, domain = settings.BOUNCES_ADDRESS.rpartition("@")
    return f"{name}+{email.reference.hex}@{domain}"


def references_in(addresses: str) -> list[UUID]:
    """Return the references in any return paths of ours within a header."""
    if not settings.BOUNCES_ADDRESS:
        return []
    name, _, domain = settings.BOUNCES_ADDRESS.rpartition("@")
    ours = rf"{re.escape(name)}\+([0-9a-f]{{32}})@{re.escape(domain)}"
    return [UUID(found) for found in re.findall(ours, addresses, re.IGNORECASE)]
