"""What is kept longer than its time, what could not be erased, and who asked to be erased."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from declaration.personal_fields import Person, PersonalFields


class Hold(models.Model):
    """A record that nothing erases until staff lift this: for a complaint, a request, a court."""

    record_type = models.CharField(max_length=100)
    record_id = models.CharField(max_length=64)
    # What it was called when it was held; never a name of a person.
    label = models.CharField("record", max_length=100)
    reason = models.TextField(max_length=1000)
    set_at = models.DateTimeField(default=timezone.now, editable=False)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+"
    )

    personal_fields = PersonalFields(unfound="reason", none="record_type record_id label")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["record_type", "record_id"], name="one_hold_per_record")
        ]

    def __str__(self) -> str:
        return f"Hold on {self.label}"


class RetentionRun(models.Model):
    """One run of the clock that erases what is over: how many records by which rule."""

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    forgotten = models.JSONField(default=dict)
    failed = models.PositiveIntegerField(default=0)

    personal_fields = PersonalFields(none="forgotten")

    class Meta:
        ordering = ["-pk"]
        verbose_name = "daily erasure"
        verbose_name_plural = "daily erasures"

    def __str__(self) -> str:
        return f"Erasure {self.pk}"


class Unforgotten(models.Model):
    """A record whose time is over and that could not be erased. Gone when a later run succeeds."""

    rule = models.CharField(max_length=40)
    record_type = models.CharField(max_length=100)
    record_id = models.CharField(max_length=64)
    # The name of the error alone: its words may hold what was to be erased. The log has the rest.
    error = models.CharField(max_length=100)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)

    personal_fields = PersonalFields(none="rule record_type record_id error")

    class Meta:
        ordering = ["first_at", "pk"]
        verbose_name = "record that could not be erased"
        verbose_name_plural = "records that could not be erased"
        constraints = [
            models.UniqueConstraint(fields=["rule", "record_id"], name="one_row_per_unforgotten_record")
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}"


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def awaiting_staff(self) -> "ErasureQuerySet":
        return self.filter(settled_at__isnull=True).order_by("asked_at", "pk")


class Erasure(models.Model):
    """That somebody asked to be erased, and what came of it. Once settled, nobody can tell who it was."""

    address = models.EmailField(blank=True, help_text="Empty once it is settled.")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Nobody, when it was done at once by the press of the person.
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    erased = models.JSONField(default=dict, blank=True, editable=False)
    kept = models.JSONField(default=dict, blank=True, editable=False)

    objects = ErasureQuerySet.as_manager()

    personal_fields = PersonalFields(
        Person("Request to be erased", "address", "address", "asked_at"), none="erased kept"
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name = "request to be erased"
        verbose_name_plural = "requests to be erased"
        permissions = [("erase_person", "Can see, take away and erase what we hold about somebody")]
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=Q(settled_at__isnull=True), name="one_open_erasure_per_address"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(address=""), name="settled_erasure_names_nobody"
            ),
        ]

    def __str__(self) -> str:
        return f"Request {self.pk}"
