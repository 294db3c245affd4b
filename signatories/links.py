"""Signed links in emails: bound to one purpose and one object, good for days, good for repeated views."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from signatories.models import Signature

APPROVER_SALT = "signatories.approver-link"
APPROVER_LINK_DAYS = 90


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


def signature_for_approver(token: str) -> Signature:
    """Return the signature a token was made for.

    Raises LinkIsWrong if we did not make it and LinkIsOld if it is past its days or was
    replaced, for example because the officer named somebody else.
    """
    expired = False
    try:
        try:
            pk, key = signing.loads(token, salt=APPROVER_SALT, max_age=APPROVER_LINK_DAYS * 24 * 60 * 60)
        except signing.SignatureExpired:
            expired = True
            pk, key = signing.loads(token, salt=APPROVER_SALT)
        signature = Signature.objects.get(pk=pk)
    except (signing.BadSignature, Signature.DoesNotExist, ValueError, TypeError) as error:
        raise LinkIsWrong from error
    if expired or key != signature.approver_link_key:
        raise LinkIsOld(signature)
    return signature
