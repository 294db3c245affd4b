"""What officers and approvers do to a signature, from the first draft to the signed Declaration."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from django.db import connection, transaction
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.recording import record
from declaration.kept_queries import KeptUpdate
from declaration.models import DeclarationVersion
from declaration.newsletter.subscribing import subscribe_signed_in
from declaration.switches import current as current_switches
from declaration.switches import publication_paused_until
from declaration.wording import current_wording
from signatories import emails
from signatories.changes import record_change
from signatories.comparing import answers_of
from signatories.completeness import unanswered
from signatories.links import ApproverLink
from signatories.locking import lock
from signatories.models import (
    FORMER,
    Actor,
    Commitment,
    Organisation,
    Representative,
    Signature,
    Status,
    What,
)
from signatories.models.signature import LIVE
from signatories.registering import MAXIMUM_UNVERIFIED, refuse_if_ended

_SHOWN = "UPDATE signatories_commitment SET public_change_at = %s WHERE signature_id = %s"
# One statement, whoever else puts the same person on record at the same moment; the ORM cannot name
# the index on the address in lower case.
_APPROVER = """
    INSERT INTO signatories_representative
        (organisation_id, email, full_name, job_title, phone, team_mailbox, is_verified, created_at)
    VALUES (%s, %s, %s, %s, '', '', %s, %s)
    ON CONFLICT (organisation_id, LOWER(email))
    DO UPDATE SET full_name = excluded.full_name, job_title = excluded.job_title
    RETURNING *
"""
# What signing changes of a signature, besides what every move does.
_SAVE_SIGNED = KeptUpdate(
    Signature,
    ["status", "ended_at", "updated_at"]
    + ["version", "wording_hash", "signed_at", "signed_by", "signed_capacity"],
)


class AnotherSignatureIsLive(Exception):
    """Raised when the organisation has a signature that is waiting or published already."""

    def __init__(self, signature: Signature) -> None:
        super().__init__(signature.reference)
        self.signature = signature


class TooManyDrafts(Exception):
    """Raised when a person begins for many organisations they are not known to work for."""


class AnswersAreMissing(Exception):
    """Raised when required questions have no answer; ``questions`` names them in order."""

    def __init__(self, questions: list[str]) -> None:
        super().__init__(", ".join(questions))
        self.questions = questions


class Answers(Protocol):
    """What save_answers asks of a form."""

    def is_valid(self) -> bool: ...

    def save(self) -> Any: ...


AnyAnswers = TypeVar("AnyAnswers", bound=Answers)


class SignUpIsPaused(Exception):
    """Raised when administrators have paused sign-up: nothing new is begun or sent."""


class WordingHasChanged(Exception):
    """Raised when a newer version of the Declaration was published after the page was opened."""


def _held(signature: Signature) -> Signature:
    return Signature.objects.select_for_update().get(pk=signature.pk)


def move(
    signature: Signature,
    verb: str,
    *,
    by: User | None,
    role: str,
    note: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    save: Callable[[Signature], object] = Signature.save,
) -> None:
    """Take the way of the transition table, save the signature and write the audit row.

    ``save`` saves at least what every move changes; the whole signature unless told.
    Raises ImpossibleTransition, before anything is written, if there is no such way.
    """
    source, target = signature.status, signature.transition(verb).target
    signature.status = target
    if target in {Status.REJECTED, Status.DECLINED, Status.EXPIRED, Status.WITHDRAWN, Status.TAKEN_DOWN}:
        signature.ended_at = timezone.now()
    save(signature)
    record(
        verb=verb,
        on=signature,
        by=by,
        role=role,
        note=note,
        before={"status": source, **(before or {})},
        after={"status": target, **(after or {})},
    )


@transaction.atomic
def start_draft(*, representative: Representative, text_of: Signature | None = None) -> Signature:
    """Return the draft this person may go on with, made now if there is none.

    People whose address shows they work there share one draft. ``text_of`` is an earlier
    signature whose answers the new draft begins with.
    Raises AnotherSignatureIsLive, OrganisationHasEnded, TooManyDrafts or SignUpIsPaused.
    """
    organisation = Organisation.objects.select_for_update().get(pk=representative.organisation_id)
    live = organisation.signatures.live().first()
    if live:
        raise AnotherSignatureIsLive(live)
    refuse_if_ended(organisation)
    drafts = organisation.signatures.filter(status=Status.DRAFT)
    shared = drafts.filter(is_shared=True).first() if representative.is_verified else None
    draft = shared or drafts.filter(started_by=representative).first()
    if draft:
        return draft
    _refuse_while_paused()
    if not representative.is_verified and _open_without_proof(representative) >= MAXIMUM_UNVERIFIED:
        raise TooManyDrafts
    draft = Signature.objects.create(
        organisation=organisation, started_by=representative, is_shared=representative.is_verified
    )
    commitment = Commitment.objects.create(signature=draft)
    if text_of:
        _copy_answers(text_of, draft, commitment)
    record(verb="start", on=draft, by=representative.user, role=Actor.OFFICER, after={"status": draft.status})
    return draft


def _refuse_while_paused() -> None:
    if current_switches().sign_up_paused:
        raise SignUpIsPaused


def _open_without_proof(representative: Representative) -> int:
    begun = Signature.objects.filter(started_by__user=representative.user, started_by__is_verified=False)
    return begun.filter(status__in=[Status.DRAFT, *LIVE]).count()


def _copy_answers(earlier: Signature, draft: Signature, commitment: Commitment) -> None:
    for name in (
        "approver_is_officer",
        "approver_name",
        "approver_job_title",
        "approver_email",
        "approver_capacity",
        "decided_on",
        "minutes_url",
    ):
        setattr(draft, name, getattr(earlier, name))
    if draft.approver_name == FORMER:
        draft.approver_name, draft.approver_is_officer = "", None
    draft.save()
    for name in ("title", "mission", "impact", "partners", "target_date", "open_to_others"):
        setattr(commitment, name, getattr(earlier.commitment, name))
    commitment.save()
    commitment.partner_organisations.set(earlier.commitment.partner_organisations.all())
    commitment.service_areas.set(earlier.commitment.service_areas.all())
    current = DeclarationVersion.objects.current()
    commitment.principles.set(earlier.commitment.principles.filter(version=current))


@transaction.atomic
def save_answers(*, signature: Signature, read: Callable[[], AnyAnswers]) -> AnyAnswers:
    """Keep the answers to one question, as long as the officer may still edit, and return their form.

    ``read`` reads them against what is stored, while nobody else can change it; only valid
    answers are saved. Raises ImpossibleTransition if the signature has left the officer's hands
    since the page was opened.
    """
    held = _held(signature)
    if not held.is_editable:
        held.transition("submit")
    answers = read()
    if answers.is_valid():
        answers.save()
        Signature.objects.filter(pk=signature.pk).update(updated_at=timezone.now())
    return answers


@transaction.atomic
def submit(*, signature: Signature, by: Representative) -> Signature:
    """Hand a draft, or a changed submission, to the moderators and tell the officer.

    What staff asked to have changed may be sent again while sign-up is paused; a draft may not.
    Raises AnotherSignatureIsLive, AnswersAreMissing, OrganisationHasEnded, SignUpIsPaused or
    ImpossibleTransition.
    """
    Organisation.objects.select_for_update().get(pk=signature.organisation_id)
    signature = lock(signature)
    other = (
        Signature.objects.live().filter(organisation_id=signature.organisation_id).exclude(pk=signature.pk)
    )
    if signature.status == Status.DRAFT and other.exists():
        raise AnotherSignatureIsLive(other.get())
    verb = "submit" if signature.status == Status.DRAFT else "resubmit"
    signature.transition(verb)
    refuse_if_ended(signature.organisation)
    if verb == "submit":
        _refuse_while_paused()
    if signature.approver_is_officer and signature.approver_email in {"", by.email}:
        signature.approver_name, signature.approver_job_title = by.full_name, by.job_title
        signature.approver_email = by.email
    # Whoever hands it in is the officer: the same person may have been named as somebody else,
    # and the colleague who answered «I will sign» is somebody else to this one.
    signature.approver_is_officer = signature.approver_email == by.email
    missing = unanswered(signature, by)
    if missing:
        raise AnswersAreMissing(missing)
    signature.submitted_at = timezone.now()
    signature.submitted_by = by
    move(signature, verb, by=by.user, role=Actor.OFFICER, after={"answers": answers_of(signature)})
    emails.tell_officer_submission_received(signature)
    agreed_at = signature.consents_given_at
    if by.user is not None and signature.newsletter_wanted_by == by.user and agreed_at is not None:
        # Whoever signed in with a code has confirmed that address, and no other; the tick of a
        # colleague who wrote an earlier part of the draft is not theirs.
        subscribe_signed_in(email=by.user.email, by=by.user, agreed_at=agreed_at)
    return signature


@transaction.atomic
def sign(
    *,
    signature: Signature | ApproverLink,
    name: str,
    job_title: str,
    capacity: str,
    version: int,
    by: User | None = None,
) -> Signature:
    """Sign the Declaration for the organisation and publish it. Copies go to both people.

    While publication is paused the signature counts, and is published by itself later.
    ``by`` is the signed-in officer who is their own approver; other approvers have no account
    and come by the link in their email. ``version`` is the number of the wording they read.
    Raises WordingHasChanged, OrganisationHasEnded or ImpossibleTransition; of a link LinkIsOld or
    Signature.DoesNotExist.
    """
    link, signature = signature, lock(signature)
    if isinstance(link, ApproverLink):
        # Looked at while nobody else can name another approver.
        link.refuse_if_old(signature)
    public_from = publication_paused_until()
    verb = "sign for later" if public_from else "sign"
    signature.transition(verb)
    refuse_if_ended(signature.organisation)
    current = current_wording()
    if current is None or current.number != version:
        raise WordingHasChanged
    approver = _approver(signature, name=name, job_title=job_title)
    signature.version = current
    signature.wording_hash = current.wording_hash
    signature.signed_at = timezone.now()
    signature.signed_by = approver
    signature.signed_capacity = capacity
    if public_from is None:
        with connection.cursor() as cursor:
            now = connection.ops.adapt_datetimefield_value(signature.signed_at)
            cursor.execute(_SHOWN, [now, signature.pk])
    move(
        signature,
        verb,
        by=by,
        role=Actor.APPROVER,
        after={
            "version": current.number,
            "wording_hash": current.wording_hash,
            "name": name,
            "job_title": job_title,
            "capacity": capacity,
            "answers": answers_of(signature),
        },
        save=_SAVE_SIGNED,
    )
    emails.send_signed_copies(signature, public_from=public_from)
    if public_from is None:
        record_change(organisation=signature.organisation, what=What.PUBLISHED, signature=signature)
    return signature


def _approver(signature: Signature, *, name: str, job_title: str) -> Representative:
    """Return the approver on record under the name they give now."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    values = [signature.organisation_id, signature.approver_email.lower(), name, job_title, False, now]
    [approver] = Representative.objects.raw(_APPROVER, values)
    return approver


@transaction.atomic
def decline(*, signature: Signature, reason: str, by: User | None = None) -> None:
    """Record that the approver will not sign, and why. Raises ImpossibleTransition."""
    signature = lock(signature)
    signature.decline_reason = reason
    move(signature, "decline", by=by, role=Actor.APPROVER, note=reason)
    emails.tell_officer_approver_declined(signature)


@transaction.atomic
def withdraw(*, signature: Signature, by: Representative) -> None:
    """End a signature at the organisation's wish, whatever stage it is at.

    A published one leaves the public list at once. Raises ImpossibleTransition.
    """
    signature = lock(signature)
    source = signature.status
    move(signature, "withdraw", by=by.user, role=Actor.OFFICER)
    was_public = source == Status.PUBLISHED
    if source != Status.DRAFT:
        emails.tell_officer_withdrawn(signature)
    knows_of_it = source in {Status.AWAITING_APPROVER, Status.SIGNED, Status.PUBLISHED}
    if knows_of_it and not signature.approver_looks_after_it:
        emails.tell_approver_withdrawn(signature)
    if was_public:
        record_change(organisation=signature.organisation, what=What.WITHDRAWN)
