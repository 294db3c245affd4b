"""Signed links in emails: bound to one purpose and one object, good for days, good for repeated views."""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from signatories.models import Signature

APPROVER_SALT = "signatories.approver-link"
APPROVER_LINK_DAYS = 90
# What a database can be asked for.
_KEYS = range(1, 2**63)


class LinkIsWrong(Exception):
    """Raised for a link that was never made by us, or was cut short on the way."""


class LinkIsOld(Exception):
    """Raised for a link that has expired or was replaced by a newer one."""

    def __init__(self, signature: Signature) -> None:
        super().__init__(signature.reference)
        self.signature = signature


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def approver_token(signature: Signature) -> str:
    """Return the token that lets its holder read and sign this one signature."""
    return signing.dumps([signature.pk, signature.approver_link_key], salt=APPROVER_SALT)


def approver_url(signature: Signature) -> str:
    return absolute(reverse("approve", args=[approver_token(signature)]))


@dataclass(frozen=True)
class ApproverLink:
    """What a link that we made says: which signature, under which key, and whether its days are over."""

    pk: int
    key: str
    is_expired: bool

    def refuse_if_old(self, signature: Signature) -> None:
        """Raise LinkIsOld for a link that is past its days, or was replaced by a newer one."""
        if self.is_expired or self.key != signature.approver_link_key:
            raise LinkIsOld(signature)


def read_approver_link(token: str) -> ApproverLink:
    """Return what a token says. Raises LinkIsWrong if we did not make it. Asks no database."""
    expired = False
    try:
        try:
            pk, key = signing.loads(token, salt=APPROVER_SALT, max_age=APPROVER_LINK_DAYS * 24 * 60 * 60)
        except signing.SignatureExpired:
            expired = True
            pk, key = signing.loads(token, salt=APPROVER_SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise LinkIsWrong from error
    if not isinstance(pk, int) or pk not in _KEYS:
        raise LinkIsWrong
    return ApproverLink(pk, key, expired)


def signature_for_approver(link: ApproverLink) -> Signature:
    """Return the signature a link was made for.

    Raises LinkIsWrong if there is none and LinkIsOld if the link is past its days or was replaced,
    for example because the officer named somebody else.
    """
    try:
        signature = Signature.objects.get(pk=link.pk)
    except Signature.DoesNotExist as error:
        raise LinkIsWrong from error
    link.refuse_if_old(signature)
    return signature
