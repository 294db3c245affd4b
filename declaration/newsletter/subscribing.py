"""Ask for the newsletter, confirm, change, leave and be forgotten: each in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import models, transaction
from django.db.models import Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.crypto import salted_hmac

from declaration.accounts.models import User
from declaration.accounts.turns import take_turn
from declaration.audit.recording import record
from declaration.freshness import freshness
from declaration.newsletter import consent, emails
from declaration.newsletter.hashed_addresses import (
    AFTER_LEAVING,
    SUPPRESSING,
    hash_of,
    is_suppressed,
    name_after_leaving,
    reader_at,
)
from declaration.newsletter.models import Asking, Interest, Subscriber, new_key
from declaration.outbox.kept_keys import keep
from declaration.outbox.mailings import follow_reader, forget_reader
from declaration.outbox.models import Email

# A council's whole staff may sit behind one network address; a script behind one stops soon.
ASKINGS_PER_NETWORK: Final = 60
MAILS_PER_ADDRESS: Final = 3
FORGOTTEN_AT_ONCE: Final = 200
A_DAY: Final = timedelta(days=1)
UNCONFIRMED_KEPT_FOR: Final = timedelta(days=7)

Interests = Mapping[str, Sequence[str]]


class TooManyAskings(Exception):
    """One network has asked as often as one may in a day."""


class AddressTaken(Exception):
    """Another subscription has this address."""


class AddressSuppressed(Exception):
    """We must not write to this address."""


@transaction.atomic
def ask(
    *,
    email: str,
    everything: bool,
    wants_issues: bool,
    digest: str,
    interests: Interests,
    network: str,
) -> None:
    """Somebody typed an address in and ticked the consent: ask the address to confirm.

    Nothing tells the caller what we know of it: who is subscribed already gets an email that says so,
    who must not be written to gets none, and nobody gets more than a few a day. Raises TooManyAskings.
    """
    email = email.strip().lower()
    _count(network)
    take_turn(hash_of(email))
    if is_suppressed(email) or not _may_mail(email):
        return
    subscriber = reader_at(email) or Subscriber()
    if subscriber.is_subscribed:
        emails.tell_they_are_subscribed(subscriber)
        return
    now = timezone.now()
    subscriber.email, subscriber.digest = email, digest
    subscriber.everything, subscriber.wants_issues = everything, wants_issues
    subscriber.source, subscriber.asked_at = Subscriber.Source.FORM, now
    subscriber.consent_at, subscriber.consent_wording = now, consent.ON_THE_PAGE
    subscriber.consent_words = subscriber.consent_proof = ""
    subscriber.save()
    _set_interests(subscriber, interests)
    _note("asked for the newsletter", subscriber, after={"wording": consent.ON_THE_PAGE, "source": "form"})
    emails.ask_to_confirm(subscriber)


@transaction.atomic
def confirm(*, subscriber: Subscriber) -> None:
    """The button on the confirmation page was pressed. Pressed again, it changes nothing."""
    subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    if subscriber.is_subscribed:
        return
    subscriber.confirmed_at = timezone.now()
    subscriber.left_at, subscriber.left_because = None, ""
    _begin_alerts(subscriber)
    subscriber.save()
    _note("confirmed", subscriber)


@transaction.atomic
def subscribe_signed_in(*, email: str, by: User, agreed_at: datetime) -> None:
    """Subscribe a person who ticked the box while signed in: their sign-in has confirmed the address.

    Who left after they had ticked it stays away.
    """
    email = email.strip().lower()
    take_turn(hash_of(email))
    if is_suppressed(email):
        return
    subscriber = reader_at(email) or Subscriber()
    if subscriber.left_at and subscriber.left_at >= agreed_at:
        return
    if subscriber.is_subscribed:
        if not subscriber.wants_issues:
            _want_issues(subscriber)
            _note("asked for the newsletter in the sign-up", subscriber, by=by)
        return
    # What somebody chose who never confirmed, or before they left, is not what was ticked.
    subscriber.email, subscriber.digest = email, ""
    subscriber.everything = subscriber.wants_issues = True
    subscriber.source, subscriber.asked_at = Subscriber.Source.SIGN_UP, agreed_at
    subscriber.consent_at, subscriber.consent_wording = agreed_at, consent.IN_THE_SIGN_UP
    subscriber.consent_words = subscriber.consent_proof = ""
    subscriber.confirmed_at = timezone.now()
    subscriber.left_at, subscriber.left_because = None, ""
    subscriber.save()
    _set_interests(subscriber, {})
    _note("subscribed in the sign-up", subscriber, by=by, after={"wording": consent.IN_THE_SIGN_UP})


@transaction.atomic
def leave(*, subscriber: Subscriber, because: str = Subscriber.Left.READER, by: User | None = None) -> None:
    """Take a reader off the list, and off every issue that is going out. Twice is once.

    What they chose goes at once, and a hash takes the place of their address: it is enough to know that
    a list must not bring them back.
    """
    found = Subscriber.objects.select_for_update().filter(pk=subscriber.pk).first()
    if found is None:  # they were forgotten at this moment
        return
    subscriber = found
    address = subscriber.email
    if subscriber.left_at is None:
        subscriber.left_at, subscriber.left_because = timezone.now(), because
        # Links that were sent before can no longer open what we hold.
        subscriber.link_key = new_key()
        _forget_address(subscriber)
        _note("left", subscriber, by=by, after={"because": because})
    forget_reader(address=address, code="unsubscribed", why="The reader left before it was sent.")


@transaction.atomic
def change_choices(
    *, subscriber: Subscriber, everything: bool, wants_issues: bool, digest: str, interests: Interests
) -> None:
    """What the reader wants from now on."""
    subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    before = _choices(subscriber)
    if digest and not subscriber.digest:
        _begin_alerts(subscriber)
    subscriber.everything, subscriber.wants_issues = everything, wants_issues
    subscriber.digest = digest
    subscriber.save(update_fields=["everything", "wants_issues", "digest", "told_to", "told_at"])
    _set_interests(subscriber, interests)
    _note("changed choices", subscriber, before=before, after=_choices(subscriber))


@transaction.atomic
def ask_to_move(*, subscriber: Subscriber, address: str) -> None:
    """Ask another address whether it wants to be the reader's; says nothing of whether it is taken."""
    address = address.strip().lower()
    if not is_suppressed(address) and _may_mail(address):
        emails.ask_new_address_to_confirm(subscriber, address)


@transaction.atomic
def move(*, subscriber: Subscriber, address: str) -> None:
    """The button in the email to the new address was pressed. Raises AddressTaken and AddressSuppressed."""
    take_turn(SUPPRESSING)
    take_turn(hash_of(address))
    # What is being written for them is there once this is ours.
    subscriber = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    if is_suppressed(address):
        raise AddressSuppressed
    if Subscriber.objects.filter(email=address).exclude(pk=subscriber.pk).exists():
        raise AddressTaken
    follow_reader(before=subscriber.email, to=address)
    subscriber.email, subscriber.link_key = address, new_key()
    subscriber.save(update_fields=["email", "link_key"])
    _note("changed address", subscriber)


@transaction.atomic
def send_link(*, email: str, network: str) -> None:
    """Email the link to what we hold, if we hold anything. Raises TooManyAskings."""
    email = email.strip().lower()
    _count(network)
    subscriber = Subscriber.objects.subscribed().filter(email=email).first()
    if subscriber is not None and _may_mail(email):
        emails.send_manage_link(subscriber)


@transaction.atomic
def forget(*, subscriber: Subscriber) -> None:
    """Delete everything we hold about a reader; what was sent stays as a number without an address.

    Twice is once.
    """
    found = Subscriber.objects.select_for_update().filter(pk=subscriber.pk).first()
    if found is None:
        return
    subscriber = found
    address = subscriber.email
    forget_reader(address=address, code="unsubscribed", why="The reader asked to be forgotten.")
    mailed = Email.objects.filter(to=address, mailing__isnull=False)
    mailed.exclude(state__in=[Email.State.CLAIMED, Email.State.ATTEMPTING]).update(
        to=Concat(Value("forgotten-"), Cast("pk", models.CharField()), Value("@example.invalid"))
    )
    emails.asked_for(address).exclude(state__in=[Email.State.CLAIMED, Email.State.ATTEMPTING]).delete()
    _note("asked to be forgotten", subscriber)
    subscriber.delete()


def wording_of(subscriber: Subscriber) -> str:
    """Return the words to which a reader agreed, here or where an imported list was made."""
    return consent.WORDINGS.get(subscriber.consent_wording or 0, subscriber.consent_words)


def sent_to(subscriber: Subscriber) -> int:
    """Return how many issues went to a reader's address."""
    sent = Email.objects.filter(to=subscriber.email, mailing__isnull=False, sent_at__isnull=False)
    return sent.count()


def clear_away() -> int:
    """Remove subscriptions nobody confirmed in a week, and yesterday's askings; return how many rows.

    Who had left before somebody asked stays as one who has left.
    """
    now = timezone.now()
    asked_in_vain = Subscriber.objects.filter(left_at__isnull=False, asked_at__lt=now - UNCONFIRMED_KEPT_FOR)
    for subscriber in asked_in_vain.exclude(email__endswith=AFTER_LEAVING)[:FORGOTTEN_AT_ONCE]:
        with transaction.atomic():
            _forget_address(subscriber)
    unconfirmed = Subscriber.objects.filter(
        confirmed_at=None, left_at=None, asked_at__lt=now - UNCONFIRMED_KEPT_FOR
    )
    gone, _ = unconfirmed.delete()
    askings, _ = Asking.objects.filter(at__lt=now - A_DAY).delete()
    return gone + askings


def _count(network: str) -> None:
    """Count one more asking of a network. Raises TooManyAskings."""
    where = salted_hmac("newsletter.network", network, algorithm="sha256").hexdigest()
    take_turn(where)
    if Asking.objects.filter(network=where, at__gt=timezone.now() - A_DAY).count() >= ASKINGS_PER_NETWORK:
        raise TooManyAskings
    Asking.objects.create(network=where)


def _may_mail(address: str) -> bool:
    recent = emails.asked_for(address).filter(queued_at__gt=timezone.now() - A_DAY)
    return recent.count() < MAILS_PER_ADDRESS


def _set_interests(subscriber: Subscriber, interests: Interests) -> None:
    wanted = {(kind, value) for kind, values in interests.items() for value in values}
    for interest in subscriber.interests.all():
        if (interest.kind, interest.value) not in wanted:
            interest.delete()
    Interest.objects.bulk_create(
        [Interest(subscriber=subscriber, kind=kind, value=value) for kind, value in sorted(wanted)],
        ignore_conflicts=True,
    )


def _begin_alerts(subscriber: Subscriber) -> None:
    """Tell a reader of what becomes public from now on."""
    subscriber.told_to, subscriber.told_at = freshness().number, timezone.now()


def _want_issues(subscriber: Subscriber) -> None:
    """Let a reader of alerts have the newsletter too: on what they chose, or all of it."""
    chosen = subscriber.interests.exclude(kind=Interest.Kind.BODY).exists()
    subscriber.wants_issues, subscriber.everything = True, not chosen
    subscriber.save(update_fields=["wants_issues", "everything"])


def _forget_address(subscriber: Subscriber) -> None:
    """Save a reader who has left without their address and choices."""
    keep("addresses")
    name = name_after_leaving(subscriber.email)
    # Somebody else had this address once, and has left too.
    Subscriber.objects.filter(email=name).exclude(pk=subscriber.pk).delete()
    subscriber.email, subscriber.digest = name, ""
    subscriber.everything = subscriber.wants_issues = True
    subscriber.save()
    subscriber.interests.all().delete()


def _choices(subscriber: Subscriber) -> dict[str, Any]:
    return {
        "everything": subscriber.everything,
        "newsletter": subscriber.wants_issues,
        "alerts": subscriber.digest,
        "interests": sorted(str(interest) for interest in subscriber.interests.all()),
    }


def _note(verb: str, subscriber: Subscriber, *, by: User | None = None, **facts: Any) -> None:
    record(verb=verb, on=subscriber, by=by, role=by.role or "officer" if by else "reader", **facts)
