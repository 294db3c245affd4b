"""Owe somebody an email: write it down, whole, in the transaction that makes it due."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from declaration.kept_queries import KeptInsert
from declaration.outbox.doorbell import ring
from declaration.outbox.models import Email

# A sign-in code is dead after this long, and so is the email that carries it.
SECRET_LIFETIME = timedelta(minutes=10)
ADDRESS_LENGTH = 254
KEY_LENGTH = 200
LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# All but tab and line break; PostgreSQL could not even store some of them.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# A row that has the key of an email already stands.
_WRITE = KeptInsert(Email, unless_taken=True)
SPACES = re.compile(r"\s+")


class OutsideTransaction(RuntimeError):
    """An email was to be owed apart from the change it tells of."""


class AddressRefused(ValueError):
    """No email can be sent to this address."""


def queue(
    *,
    to: str,
    message: str,
    key: str,
    context: Mapping[str, Any],
    about: models.Model | None = None,
    secret: bool = False,
) -> None:
    """Write down one email, rendered and frozen now.

    The same `key` twice is one email, and the first stands. Raises OutsideTransaction outside an
    atomic block, and what `owed` raises.
    """
    queue_together([owed(to=to, message=message, key=key, context=context, about=about, secret=secret)])


def queue_together(emails: Sequence[Email]) -> None:
    """Write down emails that `owed` returned. Raises OutsideTransaction outside an atomic block."""
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction("Queue an email inside the transaction that makes it due.")
    _WRITE(emails)
    _ring_on_commit()


def owed(
    *,
    to: str,
    message: str,
    key: str,
    context: Mapping[str, Any],
    about: models.Model | None = None,
    secret: bool = False,
) -> Email:
    """Return one email, rendered and frozen now, to be written down in the same transaction.

    `message` is a folder of templates/emails/ with subject.txt, body.txt and body.html.
    A secret email (a sign-in code) goes out before all others or, after ten minutes, not at all.
    Raises AddressRefused for what is no address.
    """
    if len(key) > KEY_LENGTH:
        raise ValueError(f"The key of an email has at most {KEY_LENGTH} characters.")
    try:
        validate_email(to)
    except ValidationError:
        # Not chained: the address must not reach a log.
        raise AddressRefused("This is not an email address.") from None
    if len(to) > ADDRESS_LENGTH:
        raise AddressRefused("No email address is this long.")
    now = timezone.now()
    return Email(
        key=key,
        message=message,
        to=to,
        secret=secret,
        queued_at=now,
        next_attempt_at=now,
        expires_at=now + SECRET_LIFETIME if secret else None,
        about_type=about._meta.label_lower if about is not None else "",
        about_id=str(about.pk) if about is not None else "",
        **written(message, {**context, "to": to}),
    )


def no_longer_of_use(keys: Sequence[str]) -> None:
    """Let the emails of these keys go out no more, as far as they have not gone out yet."""
    waiting = [Email.State.PENDING, Email.State.CLAIMED, Email.State.ATTEMPTING]
    Email.objects.filter(key__in=keys, state__in=waiting).update(expires_at=timezone.now())


def _ring_on_commit() -> None:
    """Ring once for a transaction, however many emails it owes."""
    if not any(after is ring for _, after, _ in transaction.get_connection().run_on_commit):
        transaction.on_commit(ring)


def written(message: str, context: Mapping[str, Any]) -> dict[str, str]:
    """Return subject, text and HTML; the subject on one line, whatever the context holds.

    The context names the reader, ``to``. Previews are made with it too, so that they cannot differ.
    """
    folder = f"emails/{message}"
    context = {**context, "site_url": settings.SITE_URL}
    parts = {
        part: _cleaned(render_to_string(f"{folder}/{name}", context, using="jinja2"))
        for part, name in [("subject", "subject.txt"), ("text", "body.txt"), ("html", "body.html")]
    }
    subject_length = Email._meta.get_field("subject").max_length
    return parts | {"subject": SPACES.sub(" ", parts["subject"]).strip()[:subject_length]}


def _cleaned(words: str) -> str:
    return CONTROL_CHARACTERS.sub("", LINE_BREAKS.sub("\n", words)).strip() + "\n"
