"""How a commitment goes: what its organisation reports, one entry after the other."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from declaration.audit.append_only import AppendOnlyModel, AppendOnlyQuerySet
from declaration.personal_fields import Person, PersonalFields


class Stage(models.TextChoices):
    """How far a commitment is. The values stand in public addresses and files."""

    UNREPORTED = "unreported", "No update yet"
    NOT_STARTED = "not-started", "Not started"
    ON_TRACK = "on-track", "On track"
    DELAYED = "delayed", "Delayed"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"


# What somebody may report; «no update yet» is what the service says while nobody has.
REPORTABLE = [stage for stage in Stage if stage != Stage.UNREPORTED]
# Nothing more is to come of these.
FINAL = [Stage.DONE, Stage.STOPPED]


class ProgressQuerySet(AppendOnlyQuerySet["Progress"]):
    def shown(self) -> "ProgressQuerySet":
        """Return what the public reads, newest first: without entries that staff have taken down."""
        return self.filter(take_down__isnull=True).order_by("-reported_at", "-pk")


class Progress(AppendOnlyModel):
    """One entry: the stage, what happened and what was learned. Written once, by the organisation.

    The newest entry that is shown is kept on the commitment too, as ``stage``; only
    ``signatories.reporting`` writes either.
    """

    commitment = models.ForeignKey(
        "signatories.Commitment", on_delete=models.PROTECT, related_name="progress"
    )
    stage = models.CharField(max_length=12, choices=[(stage.value, stage.label) for stage in REPORTABLE])
    happened = models.TextField(max_length=2000)
    learned = models.TextField(max_length=2000, blank=True)
    reported_at = models.DateTimeField(default=timezone.now, editable=False)
    reported_by = models.ForeignKey(
        "signatories.Representative", on_delete=models.PROTECT, related_name="progress_reported"
    )

    personal_fields = PersonalFields(
        Person("Progress reported", "reported_by__email__iexact", "", "commitment stage reported_at"),
        none="happened learned",
    )

    objects = ProgressQuerySet.as_manager()

    class Meta:
        ordering = ["-reported_at", "-pk"]
        verbose_name = "progress entry"
        verbose_name_plural = "progress"
        indexes = [models.Index(fields=["commitment", "-reported_at"], name="progress_by_commitment")]
        constraints = [
            models.CheckConstraint(condition=~Q(stage=Stage.UNREPORTED), name="progress_says_a_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}: {self.commitment}"


class ProgressTakeDown(AppendOnlyModel):
    """That staff took one entry off the public pages, and why. The entry itself stays in the history."""

    progress = models.OneToOneField(Progress, on_delete=models.PROTECT, related_name="take_down")
    reason = models.TextField(max_length=2000, help_text="The officer reads it in an email.")
    taken_down_at = models.DateTimeField(default=timezone.now, editable=False)
    taken_down_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    personal_fields = PersonalFields(unfound="reason")

    objects = AppendOnlyQuerySet["ProgressTakeDown"].as_manager()

    class Meta:
        verbose_name = "progress entry taken down"
        verbose_name_plural = "progress entries taken down"

    def __str__(self) -> str:
        return f"Taken down: {self.progress}"
