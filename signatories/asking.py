"""Ask the approver again, or ask somebody else; and whom our emails did not reach."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.models import AuditEvent
from declaration.audit.recording import record
from declaration.outbox.models import Email
from signatories import emails
from signatories.email_domains import domain_of, is_webmail, works_for
from signatories.locking import lock
from signatories.models import Actor, Representative, Signature, Status
from signatories.models.signature import new_link_key

CORRECTIONS_A_DAY = 5
# The emails that carry the approver's link, and the states of one that reached nobody.
ASKING: Final = ("ask_approver_to_sign", "remind_approver_to_sign")
LOST: Final = {Email.State.FAILED, Email.State.BOUNCED}


class ApproverIsUnknown(Exception):
    """Raised when nothing shows that the person named instead works for the organisation."""


class TooManyCorrections(Exception):
    """Raised when an approver is named for the sixth time within a day."""


@transaction.atomic
def resend_to_approver(*, signature: Signature, by: Representative) -> bool:
    """Email the approver's link again, at most once an hour unless the last email did not arrive.

    Return whether a mail was owed now.

    Raises ImpossibleTransition if nobody is waiting for the approver.
    """
    signature = lock(signature)
    return _ask_again(signature, by=by.user, role=Actor.OFFICER)


@transaction.atomic
def renew_approver_link(*, signature: Signature) -> bool:
    """Email a fresh link to the approver on record, for somebody who opened an old one.

    It goes to the address on record whoever asks, at most once an hour. Return whether a
    mail was owed now. Raises ImpossibleTransition.
    """
    signature = lock(signature)
    return _ask_again(signature, by=None, role=Actor.APPROVER)


def _ask_again(signature: Signature, *, by: User | None, role: str) -> bool:
    signature.transition("sign")
    now = timezone.now()
    last = signature.approver_last_mailed_at
    is_recent = last is not None and (now - last).total_seconds() < 60 * 60
    if is_recent and not not_reached([signature]):
        return False
    signature.approver_last_mailed_at = now
    signature.save(update_fields=["approver_last_mailed_at"])
    record(verb="resend to approver", on=signature, by=by, role=role)
    emails.ask_approver_to_sign(signature, occasion=now.isoformat())
    return True


@transaction.atomic
def correct_approver(
    *, signature: Signature, by: Representative, name: str, job_title: str, email: str, capacity: str
) -> None:
    """Name somebody else, or the right address, as the approver, and ask them to sign.

    Links sent before stop working. Staff have seen the approver they accepted, so the new
    address must be at a domain of the organisation, of its verified officer or of the approver
    before; anybody else has to be looked at first, in a new submission.
    Raises ImpossibleTransition, ApproverIsUnknown or TooManyCorrections.
    """
    signature = lock(signature)
    signature.transition("sign")
    email = email.lower()
    if not _is_known(signature, email):
        raise ApproverIsUnknown
    yesterday = timezone.now() - timedelta(days=1)
    if _corrections(signature).filter(at__gt=yesterday).count() >= CORRECTIONS_A_DAY:
        raise TooManyCorrections
    before = {"approver": signature.approver_name, "email": signature.approver_email}
    signature.approver_name = name
    signature.approver_job_title = job_title
    if email != signature.approver_email:
        # The consent was given for somebody else.
        signature.publish_signer_name = False
    signature.approver_email = email
    signature.approver_capacity = capacity
    # The officer is whoever handed it in, also when a colleague puts this right.
    handed_in_by = signature.submitted_by or by
    signature.approver_is_officer = email == handed_in_by.email
    signature.approver_link_key = new_link_key()
    signature.approver_asked_at = signature.approver_last_mailed_at = timezone.now()
    signature.reminders_sent = 0
    signature.save()
    record(
        verb="correct approver",
        on=signature,
        by=by.user,
        role=Actor.OFFICER,
        before=before,
        after={"approver": name, "email": signature.approver_email},
    )
    emails.ask_approver_to_sign(signature, occasion="corrected")


def _is_known(signature: Signature, email: str) -> bool:
    if works_for(email, signature.organisation) or email == signature.approver_email:
        return True
    officer = signature.submitted_by
    domains = {domain_of(signature.approver_email)}
    if officer and officer.is_verified:
        domains.add(domain_of(officer.email))
    return domain_of(email) in domains and not is_webmail(email)


def _corrections(signature: Signature) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.about(signature).filter(verb="correct approver")


def not_reached(signatures: Iterable[Signature]) -> dict[int, Email]:
    """Return the newest email to the approver, by the signature's key, of those that it did not reach."""
    waiting = {str(one.pk): one for one in signatures if one.status == Status.AWAITING_APPROVER}
    asked = Email.objects.one_off().filter(about_type=Signature._meta.label_lower, about_id__in=waiting)
    newest = {email.about_id: email for email in asked.filter(message__in=ASKING).order_by("pk")}
    return {
        waiting[key].pk: email
        for key, email in newest.items()
        if email.state in LOST and email.to == waiting[key].approver_email
    }
