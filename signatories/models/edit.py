"""Edits of a published commitment: proposed by an officer, decided by staff, public only when accepted."""

from datetime import date
from typing import NoReturn

from django.db import models
from django.db.models import Q
from django.utils import timezone

from declaration.models import DeclarationVersion
from signatories.models.commitment import CommitmentText
from signatories.models.decision import Decision, Reason
from signatories.models.signature import Signature, Status
from signatories.models.transitions import Actor, HasStatus, Transition


class EditStatus(models.TextChoices):
    DRAFT = "draft", "Not sent yet"
    SUBMITTED = "submitted", "Waiting for review"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"


# A commitment has at most one of these.
OPEN = [EditStatus.DRAFT, EditStatus.SUBMITTED, EditStatus.CHANGES_REQUESTED]
# What the officer may still change.
EDITABLE = [EditStatus.DRAFT, EditStatus.CHANGES_REQUESTED]

EDIT_TRANSITIONS = (
    Transition(EditStatus.DRAFT, "submit", EditStatus.SUBMITTED, Actor.OFFICER),
    Transition(EditStatus.SUBMITTED, "accept", EditStatus.ACCEPTED, Actor.MODERATOR),
    Transition(EditStatus.SUBMITTED, "request changes", EditStatus.CHANGES_REQUESTED, Actor.MODERATOR),
    Transition(EditStatus.CHANGES_REQUESTED, "resubmit", EditStatus.SUBMITTED, Actor.OFFICER),
    Transition(EditStatus.SUBMITTED, "reject", EditStatus.REJECTED, Actor.MODERATOR),
    Transition(EditStatus.CHANGES_REQUESTED, "reject", EditStatus.REJECTED, Actor.MODERATOR),
    Transition(EditStatus.DRAFT, "withdraw", EditStatus.WITHDRAWN, Actor.OFFICER),
    Transition(EditStatus.SUBMITTED, "withdraw", EditStatus.WITHDRAWN, Actor.OFFICER),
    Transition(EditStatus.CHANGES_REQUESTED, "withdraw", EditStatus.WITHDRAWN, Actor.OFFICER),
)


class ImpossibleEdit(Exception):
    """Raised when a verb is not possible in the status an edit has, or its commitment is not public."""

    def __init__(self, edit: "CommitmentEdit", verb: str) -> None:
        super().__init__(f"The edit {edit.pk} is {edit.status}: nobody can {verb} it now.")
        self.edit = edit
        self.verb = verb


class CommitmentEditQuerySet(models.QuerySet["CommitmentEdit"]):
    def open(self) -> "CommitmentEditQuerySet":
        return self.filter(status__in=OPEN)

    def awaiting_review(self) -> "CommitmentEditQuerySet":
        """What waits for a moderator, oldest first. An edit rests while its commitment is not public."""
        waiting = self.filter(status=EditStatus.SUBMITTED, commitment__signature__status=Status.PUBLISHED)
        return waiting.order_by("submitted_at", "pk")

    def accepted(self) -> "CommitmentEditQuerySet":
        """The versions there were, oldest first: each says which text it replaced."""
        return self.filter(status=EditStatus.ACCEPTED).order_by("ended_at", "pk")


class CommitmentEdit(HasStatus, CommitmentText):
    """The text of a commitment as somebody would like it to read.

    ``replaced`` is the public text at the moment it was replaced, as ``comparing.text_of`` says it:
    the history of a commitment is its accepted edits.
    """

    ways = EDIT_TRANSITIONS

    commitment = models.ForeignKey("signatories.Commitment", on_delete=models.PROTECT, related_name="edits")
    status = models.CharField(max_length=20, choices=EditStatus, default=EditStatus.DRAFT, editable=False)
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    started_by = models.ForeignKey(
        "signatories.Representative", on_delete=models.PROTECT, related_name="started_edits", editable=False
    )
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        "signatories.Representative",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="submitted_edits",
        editable=False,
    )
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    replaced = models.JSONField(default=dict, blank=True, editable=False)

    objects = CommitmentEditQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "edit of a published commitment"
        verbose_name_plural = "edits of published commitments"
        indexes = [models.Index(fields=["status", "submitted_at"], name="edit_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["commitment"],
                condition=Q(status__in=["draft", "submitted", "changes_requested"]),
                name="one_open_edit_per_commitment",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="edit_submitted_at_and_by",
            ),
        ]

    @property
    def signature(self) -> Signature:
        return self.commitment.signature

    @property
    def signed_version(self) -> DeclarationVersion | None:
        return self.signature.version

    @property
    def accepted_target_date(self) -> date | None:
        return self.commitment.target_date

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    def _refuse(self, verb: str) -> NoReturn:
        raise ImpossibleEdit(self, verb)


class EditDecision(Decision):
    """One decision of a moderator about an edit."""

    edit = models.ForeignKey(CommitmentEdit, on_delete=models.PROTECT, related_name="decisions")
    reasons = models.ManyToManyField(Reason, blank=True, related_name="edit_decisions")

    class Meta(Decision.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.edit}"
