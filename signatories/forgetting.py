"""Forget who somebody was, where nothing live and no proof of a signing hangs on it.

Each function is called for one record that is held, by the clock or by whoever erases a person; what was
done stays in the history, with «a former representative» in place of the name.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.models import AuditEvent
from declaration.audit.recording import record
from declaration.audit.redacting import redact
from declaration.freshness import move_on
from signatories.changes import record_change
from signatories.models import (
    FORMER,
    Actor,
    CorrectionRequest,
    Handover,
    Representative,
    Signature,
    Status,
    What,
)
from signatories.models.signature import new_link_key

# What people write in the history who are no staff.
NO_STAFF = ("", Actor.OFFICER, Actor.APPROVER, "reader", "person")
# How the addresses end that stand in place of erased ones; no mail can reach them.
NOBODYS = "@former.example"


def _nobodys_address(key: object) -> str:
    """Return an address that no other row has."""
    return f"former-{key}{NOBODYS}"


@transaction.atomic
def forget_person(person: Representative, *, by: User | None = None) -> None:
    """Empty a representative whose name nothing needs: their account may go then."""
    words = (person.full_name, person.email, person.phone, person.team_mailbox)
    account = [person.user] if person.user is not None else []
    record(verb="erase person", on=person, by=by, role=_role(by))
    signatures = Signature.objects.filter(organisation_id=person.organisation_id)
    redact(about=[person, *account, *signatures], words=words)
    # Nobody could be told that a colleague took over.
    person.handovers.open().update(ended_at=timezone.now())
    person.full_name, person.email = FORMER, _nobodys_address(person.pk)
    person.job_title = person.phone = person.team_mailbox = ""
    person.user, person.is_verified, person.erased_at = None, False, timezone.now()
    person.save()


@transaction.atomic
def forget_more_of_signer(person: Representative, *, by: User | None = None) -> None:
    """Empty what the proof of a signing does not need, and take the name off the public pages."""
    signed = Signature.objects.select_for_update(of=("self",)).filter(
        signed_by=person, publish_signer_name=True
    )
    for signature in signed.select_related("organisation"):
        signature.publish_signer_name = False
        signature.save(update_fields=["publish_signer_name"])
        record(
            verb="stop publishing the signer's name",
            on=signature,
            by=by,
            role=_role(by),
            before={"published": True},
            after={"published": False},
        )
        if signature.status == Status.PUBLISHED:
            record_change(organisation=signature.organisation, what=What.CORRECTED)
        else:
            move_on()  # what was withdrawn keeps its certificate
    person.phone = person.team_mailbox = ""
    person.save(update_fields=["phone", "team_mailbox"])


@transaction.atomic
def forget_approver(signature: Signature, *, by: User | None = None) -> None:
    """Empty who was named to sign what was never signed, and why they declined."""
    words = (signature.approver_name, signature.approver_email, signature.decline_reason)
    record(verb="erase approver", on=signature, by=by, role=_role(by))
    same = Representative.objects.filter(
        organisation_id=signature.organisation_id, email__iexact=signature.approver_email
    )
    # An officer who named themselves is forgotten as an officer, not sooner.
    redact(about=[signature], words=(signature.decline_reason,) if same.exists() else words)
    in_draft = signature.status == Status.DRAFT
    signature.approver_name = "" if in_draft else FORMER
    signature.approver_job_title = signature.approver_email = signature.decline_reason = ""
    signature.approver_link_key = new_link_key()
    signature.save()


@transaction.atomic
def forget_handover(handover: Handover, *, by: User | None = None) -> None:
    """Empty who was asked to take over. Whoever did so is a representative of their own."""
    signature = handover.signature
    record(verb="erase handover", on=signature, by=by, role=_role(by))
    acts = Representative.objects.filter(
        organisation_id=signature.organisation_id, email__iexact=handover.email
    )
    if not acts.exists():
        redact(about=[signature], words=(handover.name, handover.email))
    handover.name, handover.email = FORMER, _nobodys_address(handover.pk)
    if handover.accepted_at is None and handover.ended_at is None:
        handover.ended_at = timezone.now()
    handover.save(update_fields=["name", "email", "ended_at"])


@transaction.atomic
def forget_reporter(correction: CorrectionRequest, *, by: User | None = None) -> None:
    """Empty who said that something is wrong, and the answer to them; what they said stays, of nobody."""
    record(verb="erase reporter", on=correction.organisation, by=by, role=_role(by))
    correction.email = correction.answer = ""
    correction.save(update_fields=["email", "answer"])


@transaction.atomic
def forget_draft(draft: Signature, *, by: User | None = None) -> None:
    """Delete a sign-up that was never sent, with everything written in it."""
    record(verb="erase draft", on=draft, by=by, role=_role(by))
    draft.delete()


@transaction.atomic
def forget_account(account: User, *, by: User | None = None) -> None:
    """Delete an account that is no member of staff's; what it did stays in the history, of nobody."""
    acting = None if by is not None and by.pk == account.pk else by
    record(verb="erase account", on=account, by=acting, role=_role(by))
    redact(about=[account], words=(account.email, account.full_name))
    account.delete()


def not_staff() -> QuerySet[User]:
    """Return the accounts that never acted as staff: what staff decided stays theirs, by name."""
    acted = AuditEvent.objects.filter(actor_id=OuterRef("pk")).exclude(actor_role__in=NO_STAFF)
    return User.objects.filter(~Exists(acted.order_by()), role="")


def _role(by: User | None) -> str:
    return (by.role or Actor.OFFICER) if by is not None else Actor.SYSTEM
