"""Edits of a published commitment: proposed by an officer, decided by staff, public only when accepted."""

from datetime import date
from typing import NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from declaration.audit.append_only import AppendOnlyModel, AppendOnlyQuerySet
from declaration.models import DeclarationVersion
from declaration.personal_fields import Person, PersonalFields
from signatories.models.commitment import Commitment, CommitmentStatus, CommitmentText
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
        """What waits for a moderator, oldest first. It rests while what it is about is not public."""
        is_public = Q(
            commitment__signature__status=Status.PUBLISHED, commitment__status=CommitmentStatus.SHOWN
        ) | Q(adds_to__status=Status.PUBLISHED)
        return self.filter(is_public, status=EditStatus.SUBMITTED).order_by("submitted_at", "pk")

    def of(self, signature: Signature) -> "CommitmentEditQuerySet":
        """The edits of its commitments, and the additions to it."""
        return self.filter(Q(commitment__signature=signature) | Q(adds_to=signature))

    def accepted(self) -> "CommitmentEditQuerySet":
        """The versions there were, oldest first: each says which text it replaced. Additions have none."""
        return self.filter(status=EditStatus.ACCEPTED, adds_to=None).order_by("ended_at", "pk")


class CommitmentEdit(HasStatus, CommitmentText):
    """The text of a commitment as somebody would like it to read.

    An edit is of the commitment it would change. An addition proposes a further one: ``adds_to`` is the
    signature that would have it, and ``commitment`` is empty until the addition is accepted, then what
    it became.
    ``replaced`` is the public text at the moment it was replaced, as ``comparing.text_of`` says it:
    the history of a commitment is its accepted edits.
    """

    ways = EDIT_TRANSITIONS

    commitment = models.ForeignKey(
        "signatories.Commitment", on_delete=models.PROTECT, null=True, blank=True, related_name="edits"
    )
    adds_to = models.ForeignKey(
        Signature, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="additions"
    )
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

    personal_fields = PersonalFields(
        Person("Changes of a commitment", "started_by__email__iexact", "", "title status started_at"),
        none="title mission impact partners replaced",
    )

    objects = CommitmentEditQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "edit or further commitment"
        verbose_name_plural = "edits and further commitments"
        indexes = [models.Index(fields=["status", "submitted_at"], name="edit_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["commitment"],
                condition=Q(status__in=["draft", "submitted", "changes_requested"]),
                name="one_open_edit_per_commitment",
            ),
            models.UniqueConstraint(
                fields=["adds_to"],
                condition=Q(status__in=["draft", "submitted", "changes_requested"]),
                name="one_open_addition_per_signature",
            ),
            models.CheckConstraint(
                condition=Q(adds_to__isnull=True, commitment__isnull=False)
                | (Q(adds_to__isnull=False, commitment__isnull=True) & ~Q(status="accepted"))
                | Q(adds_to__isnull=False, commitment__isnull=False, status="accepted"),
                name="edit_of_a_commitment_or_addition",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="edit_submitted_at_and_by",
            ),
        ]

    @property
    def is_addition(self) -> bool:
        return self.adds_to_id is not None

    @property
    def noun(self) -> str:
        """What the history calls it."""
        return "addition" if self.is_addition else "edit"

    @property
    def signature(self) -> Signature:
        return self.adds_to or self.edited.signature

    @property
    def edited(self) -> Commitment:
        """The commitment that an edit is of. An addition has none."""
        assert self.commitment is not None  # noqa: S101 - by constraint
        return self.commitment

    @property
    def replaced_public_text(self) -> bool:
        """Tell whether the public read another text before it."""
        return not self.is_addition and self.status == EditStatus.ACCEPTED

    @property
    def is_about_public(self) -> bool:
        """Tell whether what it is about is public. It rests while that is not."""
        return self.signature.is_public if self.is_addition else self.edited.is_public

    @property
    def signed_version(self) -> DeclarationVersion | None:
        return self.signature.version

    @property
    def accepted_target_date(self) -> date | None:
        return None if self.is_addition else self.edited.target_date

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


class HiddenText(AppendOnlyModel):
    """That staff took the text an edit replaced out of the public history, and why. Staff still read it."""

    edit = models.OneToOneField(CommitmentEdit, on_delete=models.PROTECT, related_name="hidden_text")
    reason = models.TextField(max_length=2000, help_text="The officer reads it in an email.")
    hidden_at = models.DateTimeField(default=timezone.now, editable=False)
    hidden_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    personal_fields = PersonalFields(unfound="reason")

    objects = AppendOnlyQuerySet["HiddenText"].as_manager()

    class Meta:
        verbose_name = "text out of the public history"
        verbose_name_plural = "texts out of the public history"

    def __str__(self) -> str:
        return f"Out of the public history: what {self.edit} replaced"
