"""What staff write to each other about a submission: whose it is, until when it rests, notes, drafts."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from declaration.audit.append_only import AppendOnlyModel, AppendOnlyQuerySet
from declaration.personal_fields import PersonalFields
from signatories.models.decision import Outcome, Reason


class Care(models.Model):
    """Who looks after something that waits, and until which day it is parked. No row: nobody, and not."""

    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    parked_until = models.DateField(
        null=True, blank=True, help_text="The London day on which it comes back by itself."
    )
    parked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    park_note = models.TextField(max_length=1000, blank=True)

    personal_fields = PersonalFields(unfound="park_note")

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["parked_until"], name="%(class)s_parked")]
        constraints = [
            models.CheckConstraint(
                condition=Q(assigned_at__isnull=True, assigned_to__isnull=True)
                | Q(assigned_at__isnull=False, assigned_to__isnull=False),
                name="%(class)s_assigned_at_and_to",
            ),
            models.CheckConstraint(
                condition=Q(parked_until__isnull=True, parked_by__isnull=True, park_note="")
                | Q(parked_until__isnull=False, parked_by__isnull=False),
                name="%(class)s_parked_until_and_by",
            ),
        ]

    def is_parked(self, day: date | None = None) -> bool:
        """Tell whether it rests on a London day, today unless told. On ``parked_until`` it is back."""
        return self.parked_until is not None and self.parked_until > (day or timezone.localdate())


class Casework(Care):
    """Who looks after a signature, from when it is handed in until it is over."""

    signature = models.OneToOneField(
        "signatories.Signature", on_delete=models.CASCADE, primary_key=True, related_name="casework"
    )

    class Meta(Care.Meta):
        verbose_name_plural = "casework"

    def __str__(self) -> str:
        return f"Casework of {self.signature.reference}"


class EditCasework(Care):
    """Who looks after an edit of a published commitment, or an addition."""

    edit = models.OneToOneField(
        "signatories.CommitmentEdit", on_delete=models.CASCADE, primary_key=True, related_name="casework"
    )

    class Meta(Care.Meta):
        verbose_name_plural = "casework of edits"

    def __str__(self) -> str:
        return f"Casework of {self.edit}"


class CaseNote(AppendOnlyModel):
    """What a member of staff wrote down for colleagues about a submission. Rows are never edited."""

    signature = models.ForeignKey("signatories.Signature", on_delete=models.PROTECT, related_name="notes")
    text = models.TextField(max_length=4000)
    written_at = models.DateTimeField(default=timezone.now, editable=False)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    personal_fields = PersonalFields(unfound="text")

    objects = AppendOnlyQuerySet["CaseNote"].as_manager()

    class Meta:
        ordering = ["written_at", "pk"]

    def __str__(self) -> str:
        return f"Note on {self.signature.reference}"


class SavedDecision(models.Model):
    """A decision that was written and saved but not taken: colleagues see it, nobody was told."""

    outcome = models.CharField(max_length=20, choices=Outcome)
    reasons = models.ManyToManyField(Reason, blank=True, related_name="+")
    text = models.TextField(max_length=8000, blank=True)
    note = models.TextField(max_length=4000, blank=True)
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    personal_fields = PersonalFields(unfound="text note")

    class Meta:
        abstract = True


class DraftDecision(SavedDecision):
    """What would be decided about a signature; to take it down, also what the public would see."""

    signature = models.OneToOneField(
        "signatories.Signature", on_delete=models.CASCADE, primary_key=True, related_name="draft_decision"
    )
    public_notice = models.BooleanField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, not sent: {self.signature.reference}"


class DraftEditDecision(SavedDecision):
    """What would be decided about an edit of a published commitment."""

    edit = models.OneToOneField(
        "signatories.CommitmentEdit",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="draft_decision",
    )

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, not sent: {self.edit}"


class DraftCommitmentDecision(SavedDecision):
    """How one commitment of several would be taken down, and what the public would see."""

    commitment = models.OneToOneField(
        "signatories.Commitment",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="draft_decision",
    )
    public_notice = models.BooleanField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, not sent: {self.commitment}"
