"""What goes of the people of a signature when they ask to be erased, and what stays, and why."""

from typing import Any

from django.db.models import Q, QuerySet

from declaration.accounts.models import User
from declaration.personal_data import holds
from declaration.personal_data.erasing import EVERYTHING, Eraser, Fate, erase_by
from signatories import forgetting
from signatories.keeping import APPROVER, MISTAKE, PERSON_HELD_BY, SIGNATURE, looked_after
from signatories.models import CommitmentEdit, CorrectionRequest, Handover, Representative, Signature, Status
from signatories.models.signature import LIVE

NAME = ("full_name", "job_title", "email")
MORE = ("phone", "team_mailbox")


def _handovers(address: str) -> QuerySet[Handover]:
    return Handover.objects.filter(email__iexact=address).select_related("signature")


def _fate_of_handover(handover: Handover) -> Fate:
    return Fate(goes=("name", "email"))


def _mistakes(address: str) -> QuerySet[CorrectionRequest]:
    return CorrectionRequest.objects.filter(email__iexact=address).select_related("organisation")


def _fate_of_mistake(correction: CorrectionRequest) -> Fate:
    return Fate(goes=("email", "answer"), stays=("what_is_wrong",), why="of nobody")


def _approvals(address: str) -> QuerySet[Signature]:
    return Signature.objects.filter(approver_email__iexact=address)


def _fate_of_approval(signature: Signature) -> Fate:
    if signature.signed_at is not None:
        return Fate(stays=APPROVER[:3], why="signed")
    if signature.status in LIVE:
        return Fate(stays=APPROVER[:3], why="live")
    return Fate(goes=APPROVER)


def _drafts(address: str) -> QuerySet[Signature]:
    return Signature.objects.filter(status=Status.DRAFT, started_by__email__iexact=address)


def _fate_of_draft(draft: Signature) -> Fate:
    colleagues = Representative.objects.filter(
        organisation_id=draft.organisation_id, is_verified=True, user__isnull=False
    ).exclude(pk=draft.started_by_id)
    if draft.is_shared and colleagues.exists():
        return Fate(stays=(EVERYTHING,), why="colleagues")
    return Fate(goes=(EVERYTHING,))


def _people(address: str) -> QuerySet[Representative]:
    known = Representative.objects.filter(email__iexact=address, erased_at__isnull=True)
    return known.select_related("organisation")


def _is_live(person: Representative) -> bool:
    named = Q(
        signed_at__isnull=True, organisation=person.organisation_id, approver_email__iexact=person.email
    )
    needs = Signature.objects.live().filter(looked_after(person) | named)
    proposed = CommitmentEdit.objects.open().filter(Q(started_by=person) | Q(submitted_by=person))
    return needs.exists() or proposed.exists()


def _fate_of_person(person: Representative) -> Fate:
    written = tuple(name for name in MORE if getattr(person, name))
    if _is_live(person):
        return Fate(stays=(*NAME, *written), why="live")
    if person.signed_signatures.exists():
        public = person.signed_signatures.filter(publish_signer_name=True).exists()
        return Fate(goes=(*written, *(("name on public pages",) if public else ())), stays=NAME, why="signed")
    return Fate(goes=(*NAME, *written))


def _erase_person(person: Representative, *, by: User | None) -> None:
    if person.signed_signatures.exists():
        forgetting.forget_more_of_signer(person, by=by)
    else:
        forgetting.forget_person(person, by=by)


def _accounts(address: str) -> QuerySet[User]:
    return User.objects.filter(email=address)


def _fate_of_account(account: User) -> Fate:
    mine = _people(account.email)
    if not forgetting.not_staff().filter(pk=account.pk).exists():
        return Fate(stays=(EVERYTHING,), why="staff")
    if any(_is_live(person) for person in mine):
        return Fate(stays=(EVERYTHING,), why="live")
    if holds.spare_held(mine, PERSON_HELD_BY).count() < mine.count():
        return Fate(stays=(EVERYTHING,), why="held")
    return Fate(goes=(EVERYTHING,))


def _of_organisation(row: Any) -> str:
    return str(row.organisation)


def _of_signature(row: Any) -> str:
    return str(row.signature)


def _nothing(row: Any) -> str:
    return ""


for _eraser in (
    Eraser(
        "Asked to take over",
        _handovers,
        _fate_of_handover,
        forgetting.forget_handover,
        _of_signature,
        [(SIGNATURE, "signature")],
    ),
    Eraser(
        "Said that something is wrong",
        _mistakes,
        _fate_of_mistake,
        forgetting.forget_reporter,
        _of_organisation,
        [(MISTAKE, "pk")],
    ),
    Eraser(
        "Named as who signs",
        _approvals,
        _fate_of_approval,
        forgetting.forget_approver,
        str,
        [(SIGNATURE, "pk")],
    ),
    Eraser(
        "Sign-up that was not sent",
        _drafts,
        _fate_of_draft,
        forgetting.forget_draft,
        str,
        [(SIGNATURE, "pk")],
    ),
    Eraser(
        "Acting for an organisation",
        _people,
        _fate_of_person,
        _erase_person,
        _of_organisation,
        PERSON_HELD_BY,
    ),
    Eraser(
        "Account",
        _accounts,
        _fate_of_account,
        forgetting.forget_account,
        _nothing,
    ),
):
    erase_by(_eraser)
