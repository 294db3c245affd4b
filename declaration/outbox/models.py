"""The ledger: every email the service owes is a row before it is a message."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from declaration.personal_fields import Person, PersonalFields


class EmailQuerySet(models.QuerySet["Email"]):
    def about(self, record: models.Model) -> Self:
        """Return the emails that tell of one record, oldest first."""
        return self.filter(about_type=record._meta.label_lower, about_id=str(record.pk)).order_by("pk")

    def one_off(self) -> Self:
        """Leave the emails of mailings out."""
        return self.filter(mailing__isnull=True)

    def due(self) -> Self:
        """Return what may be sent now; the emails of mailings wait in queues of their own."""
        return self.one_off().filter(state=Email.State.PENDING, next_attempt_at__lte=timezone.now())

    def abandoned(self) -> Self:
        """Return what a sender claimed and did not finish before its lease ran out."""
        return self.filter(
            state__in=[Email.State.CLAIMED, Email.State.ATTEMPTING], lease_until__lt=timezone.now()
        )

    def of(self, mailing: "Mailing") -> Self:
        """Return the emails of one mailing, found by the keys between which they lie."""
        return self.filter(mailing=mailing, pk__gte=mailing.first_email, pk__lte=mailing.last_email)

    def needing_staff(self) -> Self:
        """Return what will not move unless a person looks at it; a mailing shows its own."""
        stuck = self.one_off().filter(state__in=[Email.State.FAILED, Email.State.UNCERTAIN])
        return stuck.exclude(to="")


class Mailing(models.Model):
    """One body shared by many emails. Its words and its audience are frozen before the first leaves."""

    class State(models.TextChoices):
        PREPARING = "preparing", "Being prepared"
        SENDING = "sending", "Being sent"
        PAUSED = "paused", "Paused"
        SENT = "sent", "Sent"
        CANCELLED = "cancelled", "Cancelled"

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Says what is sent, for instance "newsletter-issue:12"; the same key twice is one mailing.
    key = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=300)
    # Where readers find it on the web, where they leave (a reader's token follows), and its list.
    archive_url = models.URLField(max_length=300)
    leave_url = models.URLField(max_length=300)
    list_id = models.CharField(max_length=200)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    # The whole message with gaps for what differs from reader to reader.
    template = models.BinaryField(editable=False)

    state = models.CharField(max_length=10, choices=State, default=State.PREPARING)
    # Why it was paused, or what it waits for, in words.
    trouble = models.TextField(blank=True)
    waits_until = models.DateTimeField(null=True, blank=True)
    # How often in a row the mail server was in trouble.
    troubles = models.PositiveIntegerField(default=0)
    # After these many have an answer, the share of failures decides whether it goes on by itself.
    canary = models.PositiveIntegerField(default=100)
    canary_is_out = models.BooleanField(default=False)
    failures_accepted = models.BooleanField(default=False)

    # How far into the audience the rows are written, and between which keys they lie.
    prepared_to = models.BigIntegerField(default=0)
    first_email = models.BigIntegerField(default=0)
    last_email = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    # How many emails there are in each state; the rest of the audience waits or is in hand.
    audience = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    uncertain = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    bounced = models.PositiveIntegerField(default=0)
    # How many of the failed and the bounced were refused for what the receiving side thinks of us, and
    # how many of those there were when somebody let the mailing go on.
    refused = models.PositiveIntegerField(default=0, db_default=0)
    refusals_accepted = models.PositiveIntegerField(default=0, db_default=0)
    # Its emails were deleted when their time was over; from then on the counters are all there is.
    forgotten_at = models.DateTimeField(null=True, blank=True)
    # After a sender died its last results are not counted: from the first moment on a recount is
    # wanted, from the second on no sender takes anything, so that the recount finds all at rest.
    recount_after = models.DateTimeField(null=True, blank=True)
    counting_since = models.DateTimeField(null=True, blank=True)

    personal_fields = PersonalFields(
        none="key name archive_url leave_url list_id subject text html template trouble"
    )

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def settled(self) -> int:
        return self.sent + self.failed + self.uncertain + self.cancelled + self.delivered + self.bounced

    @property
    def waiting(self) -> int:
        """How many have no answer yet. With the counted states it always sums to the audience."""
        return max(self.audience - self.settled, 0)


class Allowance(models.Model):
    """So many emails of mailings were let go at one moment, against the limits of the provider."""

    at = models.DateTimeField(unique=True)
    number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.number} at {self.at}"


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
    # An email of a mailing has none: its mailing and its address say what is owed.
    key = models.CharField(max_length=200, null=True)  # noqa: DJ001
    message = models.CharField("kind of message", max_length=60)
    to = models.EmailField(max_length=254)
    # Empty in an email of a mailing, whose words are the mailing's.
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    mailing = models.ForeignKey(
        Mailing, on_delete=models.PROTECT, null=True, blank=True, related_name="emails", db_index=False
    )
    # The number by which whoever sends the mailing knows the reader.
    recipient = models.BigIntegerField(null=True, blank=True)
    # Staff never see the words of a secret email, and they are wiped once it is over.
    secret = models.BooleanField(default=False)
    about_type = models.CharField(max_length=100, blank=True)
    about_id = models.CharField(max_length=64, blank=True)

    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    queued_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    # After this moment the email helps nobody and is cancelled instead of sent. A reader who leaves sets
    # it on what is just being sent: should that come back to be tried again, it is not.
    expires_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_reference = models.CharField(max_length=200, blank=True)
    # When the newest thing happened that somebody told us of it after it had left.
    receipt_at = models.DateTimeField("last receipt", null=True, blank=True)
    # The last answer: a code such as "451" or "timeout", and what it means in words.
    code = models.CharField(max_length=40, blank=True)
    last_error = models.TextField("why", blank=True)

    personal_fields = PersonalFields(
        # The HTML has the same words, and a code that signs in is nothing to read again.
        Person("Emails", "to", "to subject text last_error", "queued_at", {"secret": False}),
        unfound="html",
        none="key message about_type about_id provider_reference code",
    )

    objects = EmailQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [("resend_email", "Can send an email again or settle an uncertain one")]
        # An email of a mailing changes three times; every index it is not in makes that cheaper.
        indexes = [
            models.Index(
                fields=["-secret", "next_attempt_at"],
                name="outbox_due",
                condition=Q(state="pending", mailing__isnull=True),
            ),
            models.Index(
                fields=["mailing", "next_attempt_at", "id"],
                name="outbox_due_of_mailing",
                condition=Q(state="pending", mailing__isnull=False),
            ),
            models.Index(
                fields=["lease_until"],
                name="outbox_claimed",
                condition=Q(state__in=["claimed", "attempting"]),
            ),
            models.Index(
                fields=["mailing", "state"],
                name="outbox_trouble_of_mailing",
                condition=Q(state__in=["failed", "uncertain", "bounced"], mailing__isnull=False),
            ),
            models.Index(
                fields=["state", "queued_at"], name="outbox_by_state", condition=Q(mailing__isnull=True)
            ),
            models.Index(
                fields=["about_type", "about_id"], name="outbox_by_record", condition=Q(mailing__isnull=True)
            ),
            models.Index(fields=["to"], name="outbox_by_address", condition=Q(mailing__isnull=True)),
            # What the clock looks for every few seconds, beside a million that wait.
            models.Index(
                fields=["expires_at"],
                name="outbox_expiring",
                condition=Q(state="pending", expires_at__isnull=False),
            ),
            models.Index(fields=["next_attempt_at"], name="outbox_uncertain", condition=Q(state="uncertain")),
            # For their list, newest first, without walking over the million of an issue.
            models.Index(fields=["id"], name="outbox_one_off", condition=Q(mailing__isnull=True)),
            models.Index(
                fields=["queued_at"],
                name="outbox_to_forget",
                condition=Q(mailing__isnull=True) & ~Q(to=""),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], name="outbox_once_per_key", condition=Q(key__isnull=False)
            ),
            # Finds an address in every mailing, too.
            models.UniqueConstraint(
                fields=["to", "mailing"],
                name="outbox_once_per_mailing",
                condition=Q(mailing__isnull=False),
            ),
            models.CheckConstraint(
                name="outbox_key_or_mailing",
                condition=Q(key__isnull=False, mailing__isnull=True)
                | Q(key__isnull=True, mailing__isnull=False, recipient__isnull=False),
            ),
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


class Receipt(models.Model):
    """What became of an email after it had left, as told by somebody else; gone once it is applied."""

    class Outcome(models.TextChoices):
        DELIVERED = "delivered", "Delivered"
        DELAYED = "delayed", "Not delivered yet"
        RETURNED = "returned", "Came back"
        GONE = "gone", "The mailbox does not exist"
        NOT_SENT = "not-sent", "Never sent by the provider"
        COMPLAINT = "complaint", "The reader complained"

    email = models.ForeignKey(Email, on_delete=models.CASCADE, related_name="receipts", db_index=False)
    # The provider's name for this sending, where it has one: an email may have been sent again.
    sending = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    code = models.CharField(max_length=40, blank=True)
    words = models.CharField(max_length=500, blank=True)
    # When it happened, by the clock of whoever tells.
    at = models.DateTimeField()
    told_at = models.DateTimeField(default=timezone.now)

    personal_fields = PersonalFields(
        Person("What became of emails", "email__to", "words", "told_at outcome"), none="sending code"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["email", "sending", "outcome"], name="outbox_each_receipt_once")
        ]

    def __str__(self) -> str:
        return f"{self.outcome} of email {self.email_id}"


class LostAddress(models.Model):
    """An address that wants no newsletter from us any more; kept until the newsletter has read it."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", "The mailbox does not exist"
        COMPLAINED = "complained", "The reader complained"

    address = models.EmailField(max_length=254)
    reason = models.CharField(max_length=10, choices=Reason)
    # Who told us, and what they said, without the address.
    source = models.CharField(max_length=60)
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    personal_fields = PersonalFields(
        Person("Lost mailbox", "address", "address words", "at reason"), none="source"
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"lost address {self.pk}"


class KeptKey(models.Model):
    """A key that outlives SECRET_KEY, sealed with it; see `kept_keys`."""

    name = models.CharField(max_length=20, primary_key=True)
    sealed = models.CharField(max_length=300)

    personal_fields = PersonalFields(none="name sealed")

    def __str__(self) -> str:
        return self.name
