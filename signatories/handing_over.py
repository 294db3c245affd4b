"""Hand what was signed over to a colleague, take it over, and stop acting for an organisation."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.recording import record
from signatories import emails_between_colleagues as emails
from signatories.email_domains import works_for
from signatories.locking import lock
from signatories.models import Actor, Handover, ImpossibleTransition, Representative, Signature
from signatories.registering import admit

# Colleagues that may be asked about one signature within a day.
HANDOVERS_A_DAY: Final = 5


class TooManyHandovers(Exception):
    """Raised when another colleague is asked after several within a day."""


class HandoverIsOver(Exception):
    """Raised when what a colleague accepts was taken back or replaced, is too old, or its signature ended."""


class StillNeeded(Exception):
    """Raised when whoever looks after a live signature wants to stop before a colleague took it over."""


@transaction.atomic
def ask_to_take_over(*, signature: Signature, by: Representative, name: str, email: str) -> Handover:
    """Ask a colleague by email to look after the signature, in place of whoever was asked before.

    Asking the same address again, while its link works, changes nothing and owes no email.
    Raises ImpossibleTransition unless the signature is live, and TooManyHandovers.
    """
    signature, email = lock(signature), email.lower()
    if not signature.is_live:
        raise ImpossibleTransition(signature, "hand over")
    asked = signature.handovers.filter(accepted_at__isnull=True, ended_at__isnull=True).first()
    if asked and asked.is_open and asked.email == email:
        return asked
    now = timezone.now()
    if signature.handovers.filter(asked_at__gt=now - timedelta(days=1)).count() >= HANDOVERS_A_DAY:
        raise TooManyHandovers
    _end_open(signature)
    handover = Handover.objects.create(signature=signature, asked_by=by, asked_at=now, name=name, email=email)
    record(
        verb="ask to take over",
        on=signature,
        by=by.user,
        role=Actor.OFFICER,
        after={"colleague": name, "email": email, "known_address": works_for(email, signature.organisation)},
    )
    emails.ask_colleague_to_take_over(handover)
    return handover


@transaction.atomic
def take_back(*, signature: Signature, by: Representative) -> bool:
    """End what was asked of a colleague. Return whether there was anything to end."""
    signature = lock(signature)
    ended = _end_open(signature)
    if ended:
        record(verb="take back handover", on=signature, by=by.user, role=Actor.OFFICER)
    return bool(ended)


@transaction.atomic
def take_over(*, handover: Handover, user: User) -> Representative:
    """Make the colleague who was asked the one who looks after the signature, and tell who did before.

    The page has made sure that the user's address is the one that was asked. Nothing happens the
    second time. Raises HandoverIsOver.
    """
    signature = lock(handover.signature)
    # Asked anew: whoever held the signature before may have ended it.
    handover = signature.handovers.select_related("accepted_by", "asked_by").get(pk=handover.pk)
    if handover.accepted_by is not None:
        return handover.accepted_by
    if not handover.is_open or not signature.is_live:
        raise HandoverIsOver
    colleague = admit(organisation=signature.organisation, user=user)
    if not colleague.full_name:
        colleague.full_name = handover.name
        colleague.save(update_fields=["full_name"])
    before = look_after(signature, colleague)
    handover.accepted_at, handover.accepted_by = timezone.now(), colleague
    handover.save(update_fields=["accepted_at", "accepted_by"])
    record(
        verb="take over",
        on=signature,
        by=user,
        role=Actor.OFFICER,
        before={"officer": str(before)},
        after={"officer": str(colleague), "is_verified": colleague.is_verified},
    )
    people = {person.pk: person for person in (before, handover.asked_by) if person.pk != colleague.pk}
    for person in people.values():
        emails.tell_officer_taken_over(signature, person, colleague, occasion=str(handover.pk))
    return colleague


@transaction.atomic
def stop_acting(*, signature: Signature, by: Representative) -> None:
    """Let a person act for the organisation no longer. What they did stays in its history.

    They may come back as anybody may who works there. Raises StillNeeded for whoever looks after what
    is live, so that nothing public is left without an owner.
    """
    live = Signature.objects.live().filter(organisation=by.organisation_id).first()
    # The live one is held even if another was meant: a colleague may be taking it over now.
    signature = lock(live or signature)
    if is_needed(signature, by):
        raise StillNeeded
    signature.handovers.open().filter(asked_by=by).update(ended_at=timezone.now())
    Representative.objects.filter(pk=by.pk).update(user=None, stopped_at=timezone.now())
    record(verb="stop acting", on=signature, by=by.user, role=Actor.OFFICER, after={"person": str(by)})


def is_needed(signature: Signature, person: Representative) -> bool:
    """Tell whether nobody would look after a live signature without this person."""
    officer = signature.officer
    return signature.is_live and (officer.pk == person.pk or officer.user_id is None)


def look_after(signature: Signature, person: Representative) -> Representative:
    """Make this person the officer of a signature that is held, say so since now, and return who it was."""
    before = signature.officer
    signature.looked_after_by, signature.contact_confirmed_at = person, timezone.now()
    signature.save(update_fields=["looked_after_by", "contact_confirmed_at"])
    return before


def _end_open(signature: Signature) -> int:
    waiting = signature.handovers.filter(accepted_at__isnull=True, ended_at__isnull=True)
    return waiting.update(ended_at=timezone.now())
