"""What may be done with a mailing: open it, add its readers, start, pause, resume, cancel, retry."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from declaration.outbox.doorbell import ring_for_mailings
from declaration.outbox.kept_keys import keep
from declaration.outbox.merging import template_of
from declaration.outbox.models import Email, Mailing

State = Mailing.State
# The states of an email that a mailing counts; all others wait or are in hand.
COUNTED = ("sent", "failed", "uncertain", "cancelled", "delivered", "bounced")
# A larger statement would keep SQLite's one writer, and with it every sign-up, waiting.
BATCH = 5_000
MESSAGE = "mailing"
DELETED = "Its emails have been deleted because they are so old."


class NotPossible(RuntimeError):
    """The mailing is not in a state in which this can be done; the words say which."""


def open_mailing(
    *, key: str, name: str, subject: str, text: str, html: str, archive_url: str, leave_url: str, list_id: str
) -> Mailing:
    """Return the mailing of this key, written down and compiled now; the same key twice is one mailing.

    `text` and `html` hold `leaving.PLACEHOLDER` where a reader's token goes.
    """
    mailing = Mailing(
        key=key,
        name=name,
        subject=subject,
        text=text,
        html=html,
        archive_url=archive_url,
        leave_url=leave_url,
        list_id=list_id,
    )
    mailing.template = template_of(mailing)
    keep("leaving")
    Mailing.objects.bulk_create([mailing], ignore_conflicts=True)
    return Mailing.objects.get(key=key)


@transaction.atomic
def add_readers(*, mailing: Mailing, readers: QuerySet[Any], address: str = "email") -> bool:
    """Write an email for each of the next readers, in the order of their keys; True when none are left.

    One statement for a whole batch: no row passes through Python. Interrupted, it goes on where the
    last batch ended; an address that is there already stays there once.
    """
    mailing = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if mailing.state != State.PREPARING:
        return True
    batch = readers.filter(pk__gt=mailing.prepared_to).order_by("pk")
    end = list(batch.values_list("pk", flat=True)[BATCH - 1 : BATCH])
    if end:
        batch = batch.filter(pk__lte=end[0])
    named = batch.values(reader_number=F("pk"), reader_address=F(address))
    chosen, parameters = named.query.sql_with_params()
    highest = Email.objects.aggregate(highest=Max("pk"))
    added = _insert(mailing, chosen, parameters)
    if added:
        mailing.first_email = mailing.first_email or (highest["highest"] or 0) + 1
        mailing.last_email = Email.objects.aggregate(highest=Max("pk"))["highest"]
    mailing.audience += added
    mailing.prepared_to = end[0] if end else mailing.prepared_to
    mailing.save(update_fields=["audience", "prepared_to", "first_email", "last_email"])
    return not end


@transaction.atomic
def add_addresses(*, mailing: Mailing, addresses: list[str]) -> None:
    """Write an email for each of a few addresses that are no readers of ours: nobody leaves by them."""
    highest = Email.objects.aggregate(highest=Max("pk"))["highest"] or 0
    Email.objects.bulk_create(
        [Email(mailing=mailing, message=MESSAGE, to=address, recipient=0) for address in addresses],
        ignore_conflicts=True,
    )
    rows = Email.objects.filter(mailing=mailing, pk__gt=highest)
    Mailing.objects.filter(pk=mailing.pk).update(
        audience=F("audience") + rows.count(),
        first_email=highest + 1,
        last_email=Email.objects.aggregate(highest=Max("pk"))["highest"] or 0,
    )
    mailing.refresh_from_db()


def _insert(mailing: Mailing, chosen: str, parameters: tuple[Any, ...]) -> int:
    """Write the emails of the readers that a query chooses; return how many are new."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    # Due also by a clock that is set back while it goes out.
    due = connection.ops.adapt_datetimefield_value(timezone.now() - timedelta(days=1))
    fixed: dict[str, Any] = {
        "message": MESSAGE,
        "subject": "",
        "text": "",
        "html": "",
        "secret": False,
        "about_type": "",
        "about_id": "",
        "state": Email.State.PENDING.value,
        "queued_at": now,
        "next_attempt_at": due,
        "attempts": 0,
        "provider_reference": "",
        "code": "",
        "last_error": "",
        "mailing_id": mailing.pk,
    }
    new_reference = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO outbox_email (reference, recipient, "to", {", ".join(fixed)})'  # noqa: S608 # own names
            f" SELECT {new_reference}, reader_number, reader_address, {', '.join(['%s'] * len(fixed))}"
            f" FROM ({chosen}) AS readers WHERE true ON CONFLICT DO NOTHING",
            [*fixed.values(), *parameters],
        )
        return cursor.rowcount


@transaction.atomic
def start(*, mailing: Mailing) -> None:
    """Let a prepared mailing go out. Raises NotPossible."""
    _move(mailing, {State.PREPARING}, State.SENDING, started_at=timezone.now())


@transaction.atomic
def pause(*, mailing: Mailing, why: str = "") -> None:
    """Stop between two messages. Raises NotPossible."""
    _move(mailing, {State.SENDING}, State.PAUSED, trouble=why)


@transaction.atomic
def resume(*, mailing: Mailing) -> None:
    """Go on; whoever resumes accepts the failures there were. Raises NotPossible."""
    _move(
        mailing,
        {State.PAUSED},
        State.SENDING,
        trouble="",
        waits_until=None,
        troubles=0,
        failures_accepted=True,
        refusals_accepted=F("refused"),
    )


@transaction.atomic
def cancel(*, mailing: Mailing, why: str = "") -> None:
    """Send no more of it; what waits is cancelled bit by bit by `look_after`. Raises NotPossible."""
    _move(
        mailing,
        {State.PREPARING, State.SENDING, State.PAUSED},
        State.CANCELLED,
        **({"trouble": why} if why else {}),
    )


def retry_failed(*, mailing: Mailing, readers: QuerySet[Any], address: str = "email") -> int:
    """Try those of `readers` again that failed, with all their attempts before them; return how many.

    Nobody who got it, or may have got it, gets it again, and no address that a reader has no more.
    What is paused stays paused. Raises NotPossible.
    """
    return _again(mailing, Email.State.FAILED, readers, address)


def send_uncertain_again(*, mailing: Mailing, readers: QuerySet[Any], address: str = "email") -> int:
    """The same for those of whom nobody knows: one or another may get it twice. Who left gets none."""
    return _again(mailing, Email.State.UNCERTAIN, readers, address)


@transaction.atomic
def take_uncertain_as_sent(*, mailing: Mailing) -> int:
    """Count those of whom nobody knows as sent, because somebody looked; return how many.

    Raises NotPossible.
    """
    locked = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if locked.forgotten_at is not None:
        raise NotPossible(DELETED)
    uncertain = Email.objects.of(mailing).filter(state=Email.State.UNCERTAIN)
    settled = uncertain.update(state=Email.State.SENT, sent_at=timezone.now(), code="", last_error="")
    Mailing.objects.filter(pk=mailing.pk).update(uncertain=F("uncertain") - settled, sent=F("sent") + settled)
    return settled


@transaction.atomic
def _again(mailing: Mailing, state: Email.State, readers: QuerySet[Any], address: str) -> int:
    locked = Mailing.objects.select_for_update().get(pk=mailing.pk)
    now_is = locked.state
    if now_is == State.CANCELLED:
        raise NotPossible("It was cancelled.")
    if locked.forgotten_at is not None:
        raise NotPossible(DELETED)
    still_there = readers.filter(pk=OuterRef("recipient"), **{address: OuterRef("to")})
    again = (
        Email.objects.of(mailing)
        .filter(Exists(still_there), state=state)
        .update(state=Email.State.PENDING, attempts=0, next_attempt_at=timezone.now(), expires_at=None)
    )
    if again:
        Mailing.objects.filter(pk=mailing.pk).update(
            **{state.value: F(state.value) - again},
            state=State.PAUSED if now_is == State.PAUSED else State.SENDING,
            finished_at=None,
            failures_accepted=True,
            refusals_accepted=F("refused"),
            recount_after=timezone.now(),
        )
        transaction.on_commit(ring_for_mailings)
    return again


def wait(*, mailing: Mailing, until: datetime, why: str) -> None:
    """Let nothing of it leave before a moment; it goes on by itself."""
    Mailing.objects.filter(pk=mailing.pk).update(waits_until=until, trouble=why)


def forget_reader(*, address: str, code: str, why: str) -> int:
    """Cancel what waits for an address in any mailing, up to the last instant; return how many.

    What is being sent at this instant is not tried again, should it come back.
    """
    theirs = Email.objects.filter(to=address, mailing__isnull=False)
    preparing = Mailing.objects.filter(state=State.PREPARING).order_by("pk")
    waiting = theirs.filter(state__in=[Email.State.PENDING, Email.State.CLAIMED])
    with transaction.atomic():
        # A batch that is being written may hold them and be seen by nobody yet; the next one sees that they
        # left, because it waits for us.
        list(preparing.select_for_update().values_list("pk"))
        # All of them first: one that waits may begin, and one that has begun come back, before the next line.
        unfinished = [Email.State.PENDING, Email.State.CLAIMED, Email.State.ATTEMPTING]
        theirs.filter(state__in=unfinished).update(expires_at=timezone.now())
        cancelled = 0
        for pk, mailing in list(waiting.values_list("pk", "mailing_id")):
            done = waiting.filter(pk=pk).update(
                state=Email.State.CANCELLED, claim=None, lease_until=None, code=code, last_error=why
            )
            if done:
                Mailing.objects.filter(pk=mailing).update(cancelled=F("cancelled") + 1)
            cancelled += done
    return cancelled


def follow_reader(*, before: str, to: str) -> int:
    """Send what waits for a reader to their new address; return how many emails that are.

    What is being sent at this instant goes to the one before, and is not tried again.
    """
    theirs = Email.objects.filter(to=before, mailing__isnull=False)
    waiting = theirs.filter(state__in=[Email.State.PENDING, Email.State.CLAIMED])
    has_it = Email.objects.filter(mailing=OuterRef("mailing"), to=to)
    with transaction.atomic():
        # As in `forget_reader`.
        list(
            Mailing.objects.filter(state=State.PREPARING).order_by("pk").select_for_update().values_list("pk")
        )
        # A sender that has claimed one under the old address can mark it no more.
        moved = waiting.exclude(Exists(has_it)).update(
            to=to, state=Email.State.PENDING, claim=None, lease_until=None
        )
        forget_reader(address=before, code="superseded", why="The reader has another address now.")
    return moved


def recount(mailing: Mailing) -> None:
    """Count the emails of a mailing anew. Nothing of it may be in hand, or it would be counted twice."""
    with transaction.atomic():
        locked = Mailing.objects.select_for_update().get(pk=mailing.pk)
        at_rest = {"recount_after": None, "counting_since": None, "canary_is_out": False}
        if locked.forgotten_at is not None:
            Mailing.objects.filter(pk=mailing.pk).update(**at_rest)
            return
        refused = _refused(mailing)
        counts = dict(Email.objects.of(mailing).order_by().values_list("state").annotate(Count("pk")))
        found = {name: counts.get(name, 0) for name in COUNTED}
        Mailing.objects.filter(pk=mailing.pk).update(
            **found,
            audience=sum(counts.values()),
            refused=refused,
            refusals_accepted=min(refused, locked.refusals_accepted),
            **at_rest,
        )


def _refused(mailing: Mailing) -> int:
    """Return how many were refused because of who sends them (5.7.x), at once or later."""
    wrong = Email.objects.filter(mailing=mailing, state__in=[Email.State.FAILED, Email.State.BOUNCED])
    return wrong.filter(Q(code__startswith="5.7.") | Q(last_error__contains=" 5.7.")).count()


def _move(mailing: Mailing, allowed: set[State], to: State, **changes: Any) -> None:
    moved = Mailing.objects.filter(pk=mailing.pk, state__in=allowed).update(state=to, **changes)
    mailing.refresh_from_db()
    if not moved:
        raise NotPossible(f"It is “{mailing.get_state_display()}” now.")
    transaction.on_commit(ring_for_mailings)
