"""What the organisation will do."""

from datetime import date, datetime
from typing import NoReturn

from django.db import models

from declaration.models import DeclarationVersion
from declaration.personal_fields import PersonalFields
from signatories.models.progress import Stage
from signatories.models.transitions import Actor, HasStatus, Transition


class CommitmentText(models.Model):
    """The words and choices of a commitment: of the one that counts, and of an edit that is proposed."""

    title = models.CharField(max_length=150, blank=True)
    mission = models.TextField(max_length=3000, blank=True)
    impact = models.TextField(max_length=3000, blank=True)
    partners = models.TextField(
        max_length=2000, blank=True, help_text="Partners that are not in the register, one on each line."
    )
    partner_organisations = models.ManyToManyField(
        "signatories.Organisation", blank=True, related_name="partner_in_%(class)ss"
    )
    principles = models.ManyToManyField("declaration.Principle", blank=True, related_name="%(class)ss")
    service_areas = models.ManyToManyField("declaration.ServiceArea", blank=True, related_name="%(class)ss")
    target_date = models.DateField(null=True, blank=True)
    open_to_others = models.BooleanField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    # What an organisation promises; its officers are told to write of nobody in it.
    personal_fields = PersonalFields(none="title mission impact partners")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title or "Untitled commitment"

    @property
    def signed_version(self) -> DeclarationVersion | None:
        """The wording whose principles it may name: the one that was signed. None before that."""
        raise NotImplementedError

    @property
    def accepted_target_date(self) -> date | None:
        """The date that stands already and may stay although it has passed. None for a first text."""
        raise NotImplementedError

    @property
    def partner_lines(self) -> list[str]:
        return [line.strip() for line in self.partners.splitlines() if line.strip()]


class CommitmentStatus(models.TextChoices):
    SHOWN = "shown", "Shown with its signature"
    TAKEN_DOWN = "taken_down", "Taken down"


COMMITMENT_TRANSITIONS = (
    Transition(CommitmentStatus.SHOWN, "take down", CommitmentStatus.TAKEN_DOWN, Actor.MODERATOR),
    Transition(CommitmentStatus.TAKEN_DOWN, "restore", CommitmentStatus.SHOWN, Actor.MODERATOR),
)


class ImpossibleForCommitment(Exception):
    """Raised when a commitment stands so already, or its signature is not public."""

    def __init__(self, commitment: "Commitment", verb: str) -> None:
        super().__init__(f"The commitment {commitment.pk} is {commitment.status}: nobody can {verb} it now.")
        self.commitment = commitment
        self.verb = verb


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    def shown(self) -> "CommitmentQuerySet":
        """Those that are public whenever their signature is: staff have not taken them down alone."""
        return self.filter(status=CommitmentStatus.SHOWN)

    def public(self) -> "CommitmentQuerySet":
        """What the public reads: of published signatures, those that staff have not taken down."""
        return self.shown().filter(signature__status="published")


class Commitment(HasStatus, CommitmentText):
    """One specific piece of work, in line with the principles, to be delivered within about a year.

    ``stage`` repeats the newest progress entry that is shown, so that lists of many thousands can
    be filtered and counted by an index; ``signatories.reporting`` writes both in one transaction.
    ``public_change_at`` is when the public last saw something new of it: that it was signed, an
    edit, or progress. It is empty until it is published.
    ``status`` says whether staff have taken it down while the signature and its others stay public.
    """

    ways = COMMITMENT_TRANSITIONS

    signature = models.ForeignKey(
        "signatories.Signature", on_delete=models.CASCADE, related_name="commitments"
    )
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.UNREPORTED, editable=False)
    stage_reported_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Of the emails that ask how it goes, how many have fallen due.
    check_ins_sent = models.PositiveSmallIntegerField(default=0, editable=False)
    public_change_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When it joined a signature that was public already. Empty for what the organisation signed with.
    added_at = models.DateTimeField(null=True, blank=True, editable=False)
    status = models.CharField(
        max_length=20,
        choices=CommitmentStatus,
        default=CommitmentStatus.SHOWN,
        db_default="shown",
        editable=False,
    )
    taken_down_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Whether the page of the organisation says that one was taken down.
    public_notice = models.BooleanField(default=False, db_default=False, editable=False)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        # The commitment that the organisation signed with stands first; a signatory may add others.
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["stage"], name="commitment_by_stage"),
            models.Index(fields=["-public_change_at"], name="commitment_by_change"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stage=Stage.UNREPORTED, stage_reported_at__isnull=True)
                | (~models.Q(stage=Stage.UNREPORTED) & models.Q(stage_reported_at__isnull=False)),
                name="commitment_stage_and_when",
            ),
            models.CheckConstraint(
                condition=models.Q(status="shown", taken_down_at__isnull=True, public_notice=False)
                | models.Q(status="taken_down", taken_down_at__isnull=False),
                name="commitment_taken_down_and_when",
            ),
        ]

    @property
    def is_shown(self) -> bool:
        return self.status == CommitmentStatus.SHOWN

    @property
    def is_public(self) -> bool:
        return self.is_shown and self.signature.is_public

    @property
    def promised_at(self) -> datetime | None:
        """When it began to count: when it was added, or signed with. None before that."""
        return self.added_at or self.signature.signed_at

    @property
    def signed_version(self) -> DeclarationVersion | None:
        return self.signature.version

    @property
    def accepted_target_date(self) -> date | None:
        return None

    @property
    def is_last_shown(self) -> bool:
        """Tell whether its signature would be left without any. Then the signature is taken down."""
        return self.signature.shown_commitments == [self]

    def _may_take(self, way: Transition) -> bool:
        """Tell whether a way begins here: only beside others, while the signature is public."""
        return super()._may_take(way) and self.signature.is_public and not self.is_last_shown

    def _refuse(self, verb: str) -> NoReturn:
        raise ImpossibleForCommitment(self, verb)
