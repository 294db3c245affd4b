"""What staff may decide about an email that will not move by itself."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from declaration.audit.recording import record
from declaration.outbox.doorbell import ring
from declaration.outbox.models import Email

State = Email.State
SENDABLE_AGAIN = (State.FAILED, State.UNCERTAIN, State.BOUNCED)


class AlreadySettled(RuntimeError):
    """The email has moved on, or never was in question."""


class WordsAreGone(RuntimeError):
    """There is nothing to send again: it was a sign-in code, or it was deleted because it is so old."""


def may_be_sent_again(email: Email) -> bool:
    return Email.State(email.state) in SENDABLE_AGAIN and not email.secret and bool(email.to)


def send_again(*, email: Email, by: AbstractBaseUser, role: str) -> None:
    """Put an email back in the queue with all its attempts before it.

    Raises AlreadySettled when it is not failed, uncertain or returned any more, and
    WordsAreGone for a secret email and for one that was emptied.
    """
    if email.secret:
        raise WordsAreGone("A sign-in code cannot be sent again. The person can ask for a new one.")
    if not email.to:
        raise WordsAreGone("Its words and its address were deleted because it is so old.")
    with transaction.atomic():
        before = _change(
            email, SENDABLE_AGAIN, State.PENDING, attempts=0, next_attempt_at=timezone.now(), sent_at=None
        )
        record(verb="sent again", on=email, by=by, role=role, before=before, after={"state": State.PENDING})
        transaction.on_commit(ring)


def mark_as_sent(*, email: Email, by: AbstractBaseUser, role: str) -> None:
    """Settle an uncertain email as sent, because somebody knows that it arrived.

    Raises AlreadySettled when it is not uncertain any more.
    """
    with transaction.atomic():
        wiped = {"subject": "", "text": "", "html": ""} if email.secret else {}
        before = _change(email, (State.UNCERTAIN,), State.SENT, sent_at=timezone.now(), **wiped)
        record(verb="marked as sent", on=email, by=by, role=role, before=before, after={"state": State.SENT})


def _change(email: Email, wanted: tuple[State, ...], state: State, **changes: object) -> dict[str, str]:
    before = {"state": email.state, "code": email.code, "why": email.last_error}
    changed = Email.objects.filter(pk=email.pk, state=email.state, state__in=wanted).update(
        state=state, code="", last_error="", **changes
    )
    if not changed:
        raise AlreadySettled("This email has been settled already.")
    email.refresh_from_db()
    return before
