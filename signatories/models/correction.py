"""What somebody says is wrong on an organisation's page, and what staff did about it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from declaration.personal_fields import Person, PersonalFields


class CorrectionRequestQuerySet(models.QuerySet["CorrectionRequest"]):
    def awaiting_staff(self) -> "CorrectionRequestQuerySet":
        """What nobody has settled yet, oldest first."""
        return self.filter(settled_at__isnull=True).order_by("created_at", "pk")


class CorrectionRequest(models.Model):
    """Something on an organisation's public page that a reader says is wrong."""

    organisation = models.ForeignKey(
        "signatories.Organisation", on_delete=models.PROTECT, related_name="correction_requests"
    )
    what_is_wrong = models.TextField(max_length=2000)
    email = models.EmailField(
        blank=True, help_text="For an answer. Removed 90 days after the request was settled."
    )
    # Stands for where the request came from; nobody can read the network out of it. For the limits
    # of a day, and emptied after it.
    network = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    note = models.TextField(max_length=2000, blank=True, help_text="What was done about it. Staff see it.")
    answer = models.TextField(max_length=2000, blank=True, help_text="What the person was told by email.")

    personal_fields = PersonalFields(
        Person(
            "Said that something is wrong",
            "email__iexact",
            "email what_is_wrong answer",
            "organisation created_at settled_at",
        ),
        # What staff noted for one another; the network stands there for a day, as a hash.
        unfound="note network",
    )

    objects = CorrectionRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "reported mistake"
        indexes = [
            models.Index(fields=["settled_at", "created_at"], name="correction_queue"),
            models.Index(fields=["network", "created_at"], name="correction_by_network"),
            models.Index(fields=["email", "created_at"], name="correction_by_email"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="correction_settled_at_and_by",
            ),
        ]
        permissions = [("settle_correctionrequest", "Can settle what readers say is wrong")]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.what_is_wrong[:60]}"
