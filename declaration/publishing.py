"""Publish a version of the Declaration. From then on its wording never changes."""

from django.db import transaction
from django.utils import timezone

from declaration.accounts.models import User
from declaration.audit.recording import record
from declaration.freshness import move_on
from declaration.models import DeclarationVersion


class NotReadyToPublish(Exception):
    """Raised when a version has been published before or has no principles."""


@transaction.atomic
def publish(*, version: DeclarationVersion, by: User | None) -> None:
    """Fix the wording of a version, with its hash, and make it the one that is signed.

    ``by=None`` is the system, loading the reference data.
    Raises NotReadyToPublish if it is already published or has no principles.
    """
    if DeclarationVersion.objects.published().filter(pk=version.pk).exists():
        raise NotReadyToPublish("This version has already been published.")
    if not version.principles.exists():
        raise NotReadyToPublish("Write at least one principle before you publish this version.")
    version.published_at = timezone.now()
    version.published_by = by
    version.wording_hash = version.compute_wording_hash()
    version.save()
    record(
        verb="publish",
        on=version,
        by=by,
        role=by.role if by else "system",
        before={"published": False},
        after={"published": True, "wording_hash": version.wording_hash},
    )
    move_on()
