"""Readers tell us that something on an organisation's page is wrong; staff settle it."""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from declaration.accounts.models import User
from declaration.accounts.turns import take_turn
from declaration.audit.recording import record
from declaration.personal_data.holds import spare_held
from signatories import emails
from signatories.models import CorrectionRequest, Organisation

# A council's whole staff may sit behind one network address.
REQUESTS_PER_NETWORK: Final = 20
# Nobody's mailbox can be filled by writing its address into the form again and again.
THANKS_PER_ADDRESS: Final = 3
A_DAY: Final = timedelta(days=1)
EMAIL_KEPT_FOR: Final = timedelta(days=90)


class TooManyRequests(Exception):
    """Raised when a network has told us as much as one may in a day."""


class AlreadySettled(Exception):
    """Raised when a colleague was first."""

    def __init__(self, correction: CorrectionRequest) -> None:
        super().__init__(f"{correction.settled_by} settled this already.")


def _stands_for(network: str) -> str:
    return salted_hmac("signatories.mistakes", network, algorithm="sha256").hexdigest()


@transaction.atomic
def report(
    *, organisation: Organisation, what_is_wrong: str, email: str = "", network: str
) -> CorrectionRequest:
    """Keep what a reader says is wrong, and thank them by email if they left an address.

    ``network`` is where the request came from. Raises TooManyRequests.
    """
    where = _stands_for(network)
    take_turn(where)
    today = CorrectionRequest.objects.filter(created_at__gt=timezone.now() - A_DAY)
    if today.filter(network=where).count() >= REQUESTS_PER_NETWORK:
        raise TooManyRequests
    email = email.strip().lower()
    if email:
        take_turn(_stands_for(email))
    may_thank = email and today.filter(email=email).count() < THANKS_PER_ADDRESS
    correction = CorrectionRequest.objects.create(
        organisation=organisation, what_is_wrong=what_is_wrong, email=email, network=where
    )
    record(
        verb="report mistake",
        on=organisation,
        by=None,
        role="reader",
        after={"request": correction.pk, "wants an answer": bool(email)},
    )
    if may_thank:
        emails.thank_for_correction(correction)
    return correction


@transaction.atomic
def settle(*, correction: CorrectionRequest, by: User, note: str, answer: str = "") -> CorrectionRequest:
    """Close a request with a note of what was done; send the answer, if the reader left an address.

    Raises AlreadySettled.
    """
    correction = CorrectionRequest.objects.select_for_update(of=("self",)).get(pk=correction.pk)
    if correction.settled_at:
        raise AlreadySettled(correction)
    correction.settled_at, correction.settled_by = timezone.now(), by
    correction.note, correction.answer = note, answer if correction.email else ""
    correction.save()
    record(
        verb="settle correction request",
        on=correction,
        by=by,
        role=by.role,
        note=note,
        after={"answered": bool(correction.answer)},
    )
    if correction.answer:
        emails.answer_correction(correction, correction.answer)
    return correction


def forget_who_reported() -> int:
    """Empty old networks, and addresses 90 days after the answer; return how many rows changed."""
    now = timezone.now()
    everything = CorrectionRequest.objects.all()
    networks = everything.filter(created_at__lt=now - A_DAY).exclude(network="").update(network="")
    settled = everything.filter(settled_at__lt=now - EMAIL_KEPT_FOR).exclude(email="")
    free = spare_held(settled, [(CorrectionRequest._meta.label_lower, "pk")])
    return networks + free.update(email="")
