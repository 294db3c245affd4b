"""An officer asks a colleague to look after what the organisation signed."""

from datetime import timedelta
from typing import Final

from django.db import models
from django.db.models import Q
from django.utils import timezone

from declaration.personal_fields import Person, PersonalFields
from signatories.models.signature import new_link_key

# How long the colleague has.
HANDOVER_DAYS: Final = 30


class HandoverQuerySet(models.QuerySet["Handover"]):
    def open(self) -> "HandoverQuerySet":
        """Those that a colleague can still accept."""
        since = timezone.now() - timedelta(days=HANDOVER_DAYS)
        return self.filter(accepted_at__isnull=True, ended_at__isnull=True, asked_at__gt=since)


class Handover(models.Model):
    """One colleague asked, by name and work address. ``ended_at`` says when it was taken back or replaced."""

    signature = models.ForeignKey("signatories.Signature", on_delete=models.PROTECT, related_name="handovers")
    asked_by = models.ForeignKey(
        "signatories.Representative", on_delete=models.PROTECT, related_name="handovers", editable=False
    )
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    name = models.CharField(max_length=150)
    email = models.EmailField()
    # Names it in the link, where a number could be guessed.
    key = models.CharField(max_length=32, unique=True, default=new_link_key, editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    accepted_by = models.ForeignKey(
        "signatories.Representative",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="accepted_handovers",
        editable=False,
    )
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    personal_fields = PersonalFields(
        Person("Asked to take over", "email__iexact", "name email", "signature asked_at accepted_at"),
        Person("Asked a colleague to take over", "asked_by__email__iexact", "", "signature asked_at"),
        none="key",
    )

    objects = HandoverQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["email"], name="handover_by_email")]
        constraints = [
            models.UniqueConstraint(
                fields=["signature"],
                condition=Q(accepted_at__isnull=True, ended_at__isnull=True),
                name="one_open_handover_per_signature",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="handover_accepted_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signature.reference} to {self.name}"

    @property
    def is_open(self) -> bool:
        """Tell of a row what ``open()`` tells of many."""
        is_late = self.asked_at <= timezone.now() - timedelta(days=HANDOVER_DAYS)
        return self.accepted_at is None and self.ended_at is None and not is_late
