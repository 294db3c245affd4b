"""Which questions of the sign-up still need an answer."""

from collections.abc import Callable

from django.utils import timezone

from declaration.models import DeclarationVersion
from signatories.models import Commitment, CommitmentEdit, Representative, Signature

Check = Callable[[Signature, Commitment, Representative], bool]


def _approver_is_named(signature: Signature, commitment: Commitment, officer: Representative) -> bool:
    if signature.approver_is_officer is None or not signature.approver_capacity:
        return False
    if signature.approver_is_officer and signature.approver_email in {"", officer.email}:
        return True  # the name is what they answered about themselves
    return bool(signature.approver_name and signature.approver_job_title and signature.approver_email)


def _principles_are_chosen(signature: Signature, commitment: Commitment, officer: Representative) -> bool:
    """Principles of an earlier wording are not those of the one that will be signed."""
    current = DeclarationVersion.objects.current()
    return any(
        principle.version_id == getattr(current, "pk", None) for principle in commitment.principles.all()
    )


# The question's name and what makes it answered. Questions that may be left empty are not here.
REQUIRED: dict[str, Check] = {
    "you": lambda s, c, o: bool(o.full_name and o.job_title),
    "title": lambda s, c, o: bool(c.title),
    "mission": lambda s, c, o: bool(c.mission),
    "impact": lambda s, c, o: bool(c.impact),
    "principles": _principles_are_chosen,
    "service-areas": lambda s, c, o: c.service_areas.exists(),
    # A draft may have waited until its date has passed.
    "target-date": lambda s, c, o: c.target_date is not None and c.target_date > timezone.localdate(),
    "open-to-others": lambda s, c, o: c.open_to_others is not None,
    "approver": _approver_is_named,
    "consents": lambda s, c, o: s.consents_given_at is not None,
}


def unanswered(signature: Signature, officer: Representative) -> list[str]:
    """Return the names of required questions without an answer, in the order they are asked."""
    commitment = signature.commitment
    return [name for name, is_answered in REQUIRED.items() if not is_answered(signature, commitment, officer)]


def unanswered_in_edit(edit: CommitmentEdit) -> list[str]:
    """Return the names of required questions that an edit or an addition leaves open, in their order.

    Its principles are those of the wording that was signed, and the date of an edit may stay as it is.
    """
    version, day = edit.signed_version, edit.target_date
    answered = {
        "title": bool(edit.title),
        "mission": bool(edit.mission),
        "impact": bool(edit.impact),
        "principles": any(p.version_id == getattr(version, "pk", None) for p in edit.principles.all()),
        "service-areas": edit.service_areas.exists(),
        "target-date": day is not None and (day == edit.accepted_target_date or day > timezone.localdate()),
        "open-to-others": edit.open_to_others is not None,
    }
    return [name for name, is_answered in answered.items() if not is_answered]
