"""Whose a signature is: what a signed-in person may see and change. Everybody else gets a 404."""

from django.db.models import Q
from django.http import Http404

from declaration.accounts.models import User
from signatories.models import Commitment, Representative, Signature
from signatories.models.signature import SignatureQuerySet


def signatures_of(user: User) -> SignatureQuerySet:
    """Return the signatures this person may see.

    Somebody whose email domain is the organisation's sees all it ever had, except what
    strangers to it began and never handed in. Anybody else sees what they began, submitted,
    signed or took over themselves.
    """
    mine = Q(started_by__user=user) | Q(submitted_by__user=user) | Q(signed_by__user=user)
    mine |= Q(looked_after_by__user=user)
    ours = Q(
        organisation__in=Representative.objects.filter(user=user, is_verified=True).values("organisation")
    ) & (Q(is_shared=True) | Q(submitted_at__isnull=False))
    people = ("submitted_by", "started_by", "looked_after_by")
    return Signature.objects.filter(mine | ours).select_related("organisation", *people)


def signature_of(user: User, reference: str) -> tuple[Signature, Representative]:
    """Return a signature and the person as representative of its organisation.

    Raises Http404 if it does not exist or is not theirs.
    """
    # PostgreSQL refuses a NUL in a text, and no reference has one.
    signature = None if "\0" in reference else signatures_of(user).filter(reference=reference).first()
    officer = (
        signature
        and Representative.objects.filter(user=user, organisation_id=signature.organisation_id).first()
    )
    if not signature or not officer:
        raise Http404
    return signature, officer


def commitment_of(user: User, reference: str) -> tuple[Commitment, Signature, Representative]:
    """Return the commitment that ``Signature.reference_of`` names so, with what ``signature_of`` returns.

    Raises Http404 as that does, or if there is no such commitment.
    """
    signature, officer = signature_of(user, reference.partition(".")[0])
    for commitment in signature.commitments.all():
        if signature.reference_of(commitment) == reference:
            commitment.signature = signature
            return commitment, signature, officer
    raise Http404
