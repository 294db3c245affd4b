"""The ledger: every email the service owes is a row before it is a message."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone


class EmailQuerySet(models.QuerySet["Email"]):
    def about(self, record: models.Model) -> Self:
        """Return the emails that tell of one record, oldest first."""
        return self.filter(about_type=record._meta.label_lower, about_id=str(record.pk)).order_by("pk")

    def due(self) -> Self:
        """Return what may be sent now."""
        return self.filter(state=Email.State.PENDING, next_attempt_at__lte=timezone.now())

    def abandoned(self) -> Self:
        """Return what a sender claimed and did not finish before its lease ran out."""
        return self.filter(
            state__in=[Email.State.CLAIMED, Email.State.ATTEMPTING], lease_until__lt=timezone.now()
        )

    def needing_staff(self) -> Self:
        """Return what will not move unless a person looks at it."""
        return self.filter(state__in=[Email.State.FAILED, Email.State.UNCERTAIN])


class Email(models.Model):
    class State(models.TextChoices):
        PENDING = "pending", "Waiting to be sent"
        CLAIMED = "claimed", "Taken by a sender"
        ATTEMPTING = "attempting", "Being sent now"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        UNCERTAIN = "uncertain", "May or may not have been sent"
        CANCELLED = "cancelled", "Cancelled"
        DELIVERED = "delivered", "Delivered"
        BOUNCED = "bounced", "Came back"

    # Names this email to the outside: Message-ID, X-Delivery-ID and Notify's reference come from it.
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Says what is owed, for instance "signature-received:LDD-1234"; the same key twice is one email.
    key = models.CharField(max_length=200, unique=True)
    message = models.CharField("kind of message", max_length=60)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    # Staff never see the words of a secret email, and they are wiped once it is over.
    secret = models.BooleanField(default=False)
    about_type = models.CharField(max_length=100, blank=True)
    about_id = models.CharField(max_length=64, blank=True)

    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    queued_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    # After this moment the email helps nobody and is cancelled instead of sent.
    expires_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_reference = models.CharField(max_length=200, blank=True)
    # The last answer: a code such as "451" or "timeout", and what it means in words.
    code = models.CharField(max_length=40, blank=True)
    last_error = models.TextField("why", blank=True)

    objects = EmailQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [("resend_email", "Can send an email again or settle an uncertain one")]
        indexes = [
            models.Index(
                fields=["-secret", "next_attempt_at"], name="outbox_due", condition=Q(state="pending")
            ),
            models.Index(
                fields=["lease_until"],
                name="outbox_claimed",
                condition=Q(state__in=["claimed", "attempting"]),
            ),
            models.Index(fields=["state", "queued_at"], name="outbox_by_state"),
            models.Index(fields=["about_type", "about_id"], name="outbox_by_record"),
            models.Index(fields=["to"], name="outbox_by_address"),
        ]
        constraints = [
            models.CheckConstraint(
                name="outbox_claimed_by_somebody",
                condition=Q(
                    state__in=["claimed", "attempting"], claim__isnull=False, lease_until__isnull=False
                )
                | (~Q(state__in=["claimed", "attempting"]) & Q(claim__isnull=True, lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="outbox_sent_at_a_time",
                condition=~Q(state__in=["sent", "delivered"]) | Q(sent_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Email {self.pk} ({self.message})"
