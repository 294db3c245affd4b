"""Who did what to what: one row for every change of state, written once and never altered."""

from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from declaration.audit.append_only import AppendOnlyModel, AppendOnlyQuerySet
from declaration.personal_fields import Person, PersonalFields


class AuditEventQuerySet(AppendOnlyQuerySet["AuditEvent"]):
    def about(self, record: models.Model) -> Self:
        """Return what happened to one record, oldest first."""
        return self.filter(
            record_type=record._meta.label_lower,
            record_id=str(record.pk),
        ).order_by("at", "pk")


class AuditEvent(AppendOnlyModel):
    at = models.DateTimeField(default=timezone.now, db_index=True)
    # No constraint in the database: the history outlives the account.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    actor_role = models.CharField("role", max_length=30)
    verb = models.CharField(max_length=60)
    record_type = models.CharField(max_length=100)
    record_id = models.CharField(max_length=64)
    record_label = models.CharField("record", max_length=300)
    before = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    note = models.TextField(blank=True)

    personal_fields = PersonalFields(
        Person("Actions in the history", "actor__email", "record_label note", "at verb"),
        unfound="before after",
        none="actor_role verb record_type record_id",
    )

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        permissions = [("export_auditevent", "Can take the history away as a table")]
        indexes = [
            models.Index(fields=["record_type", "record_id", "at"], name="audit_by_record"),
            models.Index(fields=["verb", "at"], name="audit_by_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.record_label}"


class Redaction(models.Model):
    """That words were taken out of an event. While ``done_at`` is empty the database lets them be changed."""

    # No constraint: an event is never removed, and the refusal to do so is the history's own.
    event = models.ForeignKey(
        AuditEvent, on_delete=models.PROTECT, db_constraint=False, related_name="redactions"
    )
    at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"redaction of event {self.event_id}"
