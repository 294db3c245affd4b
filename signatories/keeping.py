"""How long we keep the people of a signature, and what of them goes when they ask."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from declaration.accounts.models import User
from declaration.personal_data.holds import Holdable, may_be_held
from declaration.personal_data.rules import Rule, keep_no_longer
from signatories import forgetting, mistakes
from signatories.models import (
    CommitmentEdit,
    CorrectionRequest,
    Handover,
    Progress,
    Representative,
    Signature,
    Status,
)
from signatories.models.handover import HANDOVER_DAYS
from signatories.models.signature import LIVE

NOBODYS: Final = forgetting.NOBODYS
SIGNATURE: Final = "signatories.signature"
PERSON: Final = "signatories.representative"
MISTAKE: Final = "signatories.correctionrequest"
# A hold on a signature holds everybody who has a part in it.
PARTS: Final = (
    "started_signatures",
    "submitted_signatures",
    "looked_after_signatures",
    "signed_signatures",
    "handovers__signature",
    "accepted_handovers__signature",
)
PERSON_HELD_BY: Final = ((PERSON, "pk"), *((SIGNATURE, part) for part in PARTS))
NEVER_SIGNED: Final = (Status.REJECTED, Status.DECLINED, Status.EXPIRED, Status.WITHDRAWN)
APPROVER: Final = ("approver_name", "approver_job_title", "approver_email", "decline_reason")


def looked_after(person: Any) -> Q:
    """Match signatures whose officer this is, as ``Signature.officer`` says it."""
    nobody_later = Q(looked_after_by__isnull=True)
    return (
        Q(looked_after_by=person)
        | Q(nobody_later, submitted_by=person)
        | Q(nobody_later, submitted_by__isnull=True, started_by=person)
    )


def _part_of(person: Any) -> Q:
    return Q(started_by=person) | Q(submitted_by=person) | Q(looked_after_by=person)


def _former_people(before: datetime) -> QuerySet[Representative]:
    """Return who acts for nothing live, signed nothing, and did nothing since."""
    me = OuterRef("pk")
    signatures = Signature.objects.order_by()
    ours = signatures.filter(organisation=OuterRef("organisation"), status__in=LIVE)
    needed = signatures.filter(looked_after(me), status__in=LIVE)
    recent = signatures.filter(_part_of(me)).filter(Q(ended_at__gte=before) | Q(status=Status.DRAFT))
    asked = ours.filter(approver_email__iexact=OuterRef("email"))
    proposed = CommitmentEdit.objects.open().filter(Q(started_by=me) | Q(submitted_by=me))
    reported = Progress.objects.filter(reported_by=me, reported_at__gte=before)
    return Representative.objects.filter(
        ~Exists(needed),
        ~Exists(recent),
        ~Exists(asked),
        ~Exists(proposed.order_by()),
        ~Exists(reported.order_by()),
        ~Exists(signatures.filter(signed_by=me)),
        Q(user__isnull=True) | ~Exists(ours),
        Q(stopped_at__isnull=True) | Q(stopped_at__lt=before),
        Q(user__isnull=True) | Q(user__last_login__isnull=True) | Q(user__last_login__lt=before),
        erased_at__isnull=True,
        created_at__lt=before,
    )


def _abandoned(before: datetime) -> QuerySet[Signature]:
    return Signature.objects.filter(status=Status.DRAFT, updated_at__lt=before)


def _refused(before: datetime) -> QuerySet[Signature]:
    ended = Signature.objects.filter(status__in=NEVER_SIGNED, signed_at__isnull=True, ended_at__lt=before)
    return ended.exclude(approver_email="", decline_reason="")


def _handovers(before: datetime) -> QuerySet[Handover]:
    # Who was asked has a month; then the time begins.
    late = Q(asked_at__lt=before - timedelta(days=HANDOVER_DAYS), ended_at=None)
    over = Q(accepted_at__lt=before) | Q(ended_at__lt=before) | late
    return Handover.objects.filter(over).exclude(email__endswith=NOBODYS)


def _accounts(before: datetime) -> QuerySet[User]:
    unused = Q(last_login__lt=before) | Q(last_login__isnull=True, joined_at__lt=before)
    return forgetting.not_staff().filter(unused, representations__isnull=True)


def _reporters(before: datetime) -> QuerySet[CorrectionRequest]:
    return CorrectionRequest.objects.filter(settled_at__lt=before).exclude(email="")


for _rule in (
    Rule("abandoned-drafts", timedelta(days=365), _abandoned, forgetting.forget_draft, [(SIGNATURE, "pk")]),
    Rule("refused-sign-ups", timedelta(days=365), _refused, forgetting.forget_approver, [(SIGNATURE, "pk")]),
    Rule("handovers", timedelta(days=90), _handovers, forgetting.forget_handover, [(SIGNATURE, "signature")]),
    Rule("former-people", timedelta(days=365), _former_people, forgetting.forget_person, PERSON_HELD_BY),
    Rule("reporters", mistakes.EMAIL_KEPT_FOR, _reporters, None, [(MISTAKE, "pk")]),
    Rule("unused-accounts", timedelta(days=730), _accounts, forgetting.forget_account),
):
    keep_no_longer(_rule)


def _called(reference: str) -> Signature | None:
    return Signature.objects.filter(reference__iexact=reference).first()


def _at(address: str) -> Representative | None:
    return Representative.objects.filter(email__iexact=address).order_by("pk").first()


def _numbered(number: str) -> CorrectionRequest | None:
    sane = number.isascii() and number.isdigit() and len(number) < 19
    return CorrectionRequest.objects.filter(pk=number).first() if sane else None


for _holdable in (
    Holdable(SIGNATURE, "Sign-up, by its reference", _called),
    Holdable(PERSON, "Person acting for an organisation, by email address", _at),
    Holdable(MISTAKE, "Reported mistake, by its number", _numbered),
):
    may_be_held(_holdable)
