"""What moderators decided, and the reasons they choose from."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from declaration.choices import KeptChoice, KeptChoiceQuerySet
from declaration.personal_fields import PersonalFields


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", "Accepted"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    REJECTED = "rejected", "Rejected"
    TAKEN_DOWN = "taken_down", "Taken down"


class ReasonQuerySet(KeptChoiceQuerySet):
    def offered_for(self, outcome: str) -> "ReasonQuerySet":
        """Reasons not retired that may be given for this outcome."""
        flag = {
            Outcome.CHANGES_REQUESTED: "for_changes",
            Outcome.REJECTED: "for_rejection",
            Outcome.TAKEN_DOWN: "for_rejection",
        }[Outcome(outcome)]
        return self.filter(retired_at__isnull=True, **{flag: True})


class Reason(KeptChoice):
    """A reason for sending back or refusing, with the text the officer reads."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=100)
    text = models.TextField(max_length=2000, help_text="What the officer reads.")
    is_public = models.BooleanField(default=True, help_text="Off: staff see it, the officer does not.")
    for_changes = models.BooleanField("may be given when changes are requested", default=True)
    for_rejection = models.BooleanField("may be given when a submission is rejected", default=False)
    order = models.PositiveSmallIntegerField(default=0)

    personal_fields = PersonalFields(none="slug title text")

    objects = ReasonQuerySet.as_manager()

    class Meta:
        ordering = ["order", "title"]

    def __str__(self) -> str:
        return self.title

    @property
    def words(self) -> str:
        """The reason as it stands in a message to the officer."""
        return f"{self.title}\n{self.text}"


class Decision(models.Model):
    """What was decided, in what words, and by whom. Rows are never edited."""

    # Each kind of decision has a list of its own.
    reasons: Any

    outcome = models.CharField(max_length=20, choices=Outcome)
    text = models.TextField(
        max_length=8000, blank=True, help_text="What the officer read: the reasons in words for this case."
    )
    note = models.TextField(max_length=4000, blank=True)
    decided_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    # Written to and about whoever sent the text; the words to them are in the email, too.
    personal_fields = PersonalFields(unfound="text note")

    class Meta:
        abstract = True
        ordering = ["decided_at", "pk"]

    @property
    def told(self) -> str:
        """What the officer is told: the words of this case, or those of the reasons and the note."""
        return self.text or words_for_officer(self.reasons.all(), self.note)


class ModerationDecision(Decision):
    """One decision of a moderator about a signature."""

    signature = models.ForeignKey("signatories.Signature", on_delete=models.PROTECT, related_name="decisions")
    reasons = models.ManyToManyField(Reason, blank=True, related_name="decisions")

    class Meta(Decision.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.signature.reference}"


class CommitmentDecision(Decision):
    """One decision of a moderator about a commitment by itself: that it is taken down."""

    commitment = models.ForeignKey(
        "signatories.Commitment", on_delete=models.PROTECT, related_name="decisions"
    )
    reasons = models.ManyToManyField(Reason, blank=True, related_name="commitment_decisions")

    class Meta(Decision.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.commitment}"


def words_for_officer(reasons: Iterable[Reason], note: str = "") -> str:
    """Return the reasons that the officer may read as one text, with the note below it."""
    parts = [reason.words for reason in reasons if reason.is_public]
    return "\n\n".join([*parts, note] if note else parts)
