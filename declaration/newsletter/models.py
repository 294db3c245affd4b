"""Who wants to hear from us, about what, and the issues we write to them."""

import secrets
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from declaration.models import ServiceArea
from declaration.outbox.models import Mailing
from declaration.personal_fields import Person, PersonalFields


def new_key() -> str:
    return secrets.token_hex(8)


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def subscribed(self) -> Self:
        """Return those who confirmed and have not left."""
        return self.filter(confirmed_at__isnull=False, left_at__isnull=True)

    def wanting(self, *, areas: list[int], regions: list[str]) -> Self:
        """Return those who want news about any of these service areas and regions, or everything."""
        about = Q(everything=True)
        if areas or regions:
            interests = Interest.objects.filter(
                Q(kind=Interest.Kind.AREA, value__in=[str(area) for area in areas])
                | Q(kind=Interest.Kind.REGION, value__in=regions)
            )
            about |= Q(pk__in=interests.values("subscriber_id"))
        return self.filter(about, wants_issues=True)


class Subscriber(models.Model):
    """An address that asked for the newsletter, and what its reader said about it."""

    class Source(models.TextChoices):
        FORM = "form", "Newsletter page"
        SIGN_UP = "sign-up", "Sign-up of an organisation"
        IMPORT = "import", "Imported list"

    class Digest(models.TextChoices):
        NONE = "", "No alerts"
        DAILY = "daily", "Once a day"
        WEEKLY = "weekly", "Once a week"

    class Left(models.TextChoices):
        READER = "reader", "They left"
        BOUNCED = "bounced", "Their mailbox does not exist"
        COMPLAINED = "complained", "They complained"
        STAFF = "staff", "Staff took them off"

    email = models.EmailField(max_length=254, unique=True)
    everything = models.BooleanField(default=True)
    wants_issues = models.BooleanField("wants the newsletter", default=True)
    digest = models.CharField("alerts", max_length=6, choices=Digest, default=Digest.NONE, blank=True)
    # The last change of the register that alerts have told them of, or that stood there when they asked for
    # alerts; and when that was.
    told_to = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    told_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Links sent before it changed are dead.
    link_key = models.CharField(max_length=16, default=new_key)

    asked_at = models.DateTimeField(default=timezone.now)
    consent_at = models.DateTimeField(null=True, blank=True)
    consent_wording = models.PositiveSmallIntegerField(null=True, blank=True)
    # Of an imported reader: the words they agreed to, and where they did.
    consent_words = models.CharField("words they agreed to", max_length=500, blank=True)
    consent_proof = models.CharField("where they agreed", max_length=300, blank=True)
    imported_by_list = models.ForeignKey(
        "SubscriberImport", on_delete=models.PROTECT, null=True, editable=False, related_name="readers"
    )
    source = models.CharField(max_length=10, choices=Source, default=Source.FORM)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    left_because = models.CharField(max_length=10, choices=Left, blank=True)
    personal_fields = PersonalFields(
        Person("Newsletter", "email", "email consent_words consent_proof", "asked_at"), none="link_key"
    )

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [
            ("export_subscriber", "Can export subscribers"),
            ("suppress_subscriber", "Can suppress an address"),
        ]
        constraints = [
            models.CheckConstraint(
                name="newsletter_left_for_a_reason",
                condition=Q(left_at__isnull=True, left_because="")
                | (Q(left_at__isnull=False) & ~Q(left_because="")),
            ),
            models.CheckConstraint(
                name="newsletter_confirmed_with_consent",
                condition=Q(confirmed_at__isnull=True) | Q(consent_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="newsletter_readers",
                condition=Q(confirmed_at__isnull=False, left_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        # The history keeps this, and outlives the address.
        return f"subscriber {self.pk}"

    @property
    def is_subscribed(self) -> bool:
        return self.confirmed_at is not None and self.left_at is None


class SubscriberImport(models.Model):
    """A list of readers that was uploaded: what it would do, and once it is done, the proof that it was."""

    class Fate(models.TextChoices):
        NEW = "new", "Subscribed by this list"
        KNOWN = "known", "Subscribed already"
        LEFT = "left", "Left before, so not brought back"
        SUPPRESSED = "suppressed", "Suppressed, so not written to"
        PROBLEM = "problem", "With a problem"

    name = models.CharField("file", max_length=200)
    digest = models.CharField("SHA-256 of the file", max_length=64)
    # The rows as they were shown; none once they are imported.
    rows = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    checked_at = models.DateTimeField(default=timezone.now)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField("imported at", null=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="imported by",
    )
    personal_fields = PersonalFields(unfound="rows", none="name digest counts")

    class Meta:
        ordering = ["-pk"]
        verbose_name = "imported list"
        constraints = [
            models.CheckConstraint(
                name="newsletter_imported_by_somebody",
                condition=Q(applied_at__isnull=True, applied_by__isnull=True)
                | Q(applied_at__isnull=False, applied_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"list {self.pk}"


class Interest(models.Model):
    """One thing that a reader wants news of."""

    class Kind(models.TextChoices):
        AREA = "area", "Service area"
        REGION = "region", "Region"
        BODY = "body", "Kind of organisation"

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="interests", db_index=False
    )
    kind = models.CharField(max_length=6, choices=Kind)
    value = models.CharField(max_length=60)
    personal_fields = PersonalFields(Person("Wanted news", "subscriber__email", "value", "kind"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "kind", "value"], name="newsletter_each_interest_once"
            ),
        ]
        indexes = [models.Index(fields=["kind", "value"], name="newsletter_by_interest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class Asking(models.Model):
    """Somebody typed an address into our form; kept for a day, for the limits alone."""

    network = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    personal_fields = PersonalFields(unfound="network")

    class Meta:
        indexes = [models.Index(fields=["network", "at"], name="newsletter_askings")]

    def __str__(self) -> str:
        return f"asked at {self.at}"


class Suppression(models.Model):
    """An address we never write newsletters to, as a keyed hash: we know it again and cannot tell it."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", "The mailbox does not exist"
        COMPLAINED = "complained", "The reader complained"
        STAFF = "staff", "Staff decided"

    address = models.CharField("hash of the address", max_length=64, unique=True, editable=False)
    reason = models.CharField(max_length=10, choices=Reason)
    source = models.CharField("told by", max_length=60, blank=True, db_default="")
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    personal_fields = PersonalFields(unfound="address note", none="source")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"suppression {self.pk}"


class Picture(models.Model):
    """A picture of an issue, as we drew it anew. Its name is the hash of its bytes, so it never changes."""

    class Kind(models.TextChoices):
        PNG = "png", "PNG"
        JPEG = "jpeg", "JPEG"

    digest = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=4, choices=Kind)
    content = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    alt = models.CharField("what it shows", max_length=300)
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    personal_fields = PersonalFields(none="digest content alt")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.alt

    def get_absolute_url(self) -> str:
        return reverse("newsletter_picture", args=[self.digest, self.kind])


class NewsletterIssueQuerySet(models.QuerySet["NewsletterIssue"]):
    def public(self) -> Self:
        """Return what has begun to go out, newest first: what readers got, everybody may read."""
        return self.filter(published_at__isnull=False).order_by("-published_at", "-pk")

    def going_out(self) -> Self:
        """Return what is scheduled, being sent or paused, with its mailing."""
        under_way = [Mailing.State.PREPARING, Mailing.State.SENDING, Mailing.State.PAUSED]
        return self.filter(
            Q(mailing__state__in=under_way) | Q(mailing__isnull=True, send_at__isnull=False)
        ).select_related("mailing")


class NewsletterIssue(models.Model):
    """One edition of the newsletter."""

    subject = models.CharField(max_length=150)
    slug = models.SlugField(max_length=80, unique=True, help_text="The last part of its address on the web.")
    summary = models.CharField(
        max_length=200, blank=True, help_text="Mailboxes show it after the subject, and the archive below it."
    )
    body = models.TextField(max_length=60_000, help_text="Written in Markdown.")
    service_areas = models.ManyToManyField(
        ServiceArea,
        blank=True,
        help_text="Readers who chose one of these get it too. Those who want everything always do.",
    )
    regions = models.JSONField(default=list, blank=True)
    # Counts edits, so that what was approved is known to be what is sent.
    revision = models.PositiveIntegerField(default=1, editable=False)
    # What the links of one revision were found to be, when somebody asked.
    links_checked = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    send_at = models.DateTimeField(null=True, blank=True, editable=False)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    mailing = models.OneToOneField(
        Mailing, on_delete=models.PROTECT, null=True, editable=False, related_name="issue"
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)
    # How many would get it, and of how many, when it was last saved, approved or scheduled.
    readers = models.PositiveIntegerField(null=True, editable=False)
    subscribed = models.PositiveIntegerField(null=True, editable=False)
    readers_counted_at = models.DateTimeField(null=True, editable=False)
    personal_fields = PersonalFields(none="subject slug summary body regions links_checked")

    objects = NewsletterIssueQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [("send_newsletterissue", "Can approve, schedule and stop an issue")]
        constraints = [
            models.CheckConstraint(
                name="newsletter_approved_by_somebody",
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="newsletter_scheduled_once_approved",
                condition=Q(send_at__isnull=True) | Q(approved_at__isnull=False, scheduled_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("newsletter_issue", args=[self.slug])

    @property
    def is_editable(self) -> bool:
        """Whether its words may still change; what is scheduled has to be taken back first."""
        return self.send_at is None and self.mailing_id is None

    @property
    def status(self) -> str:
        """The word for where it stands, with the states of its mailing once it has one."""
        if self.mailing is not None:
            return self.mailing.get_state_display()
        if self.send_at is not None:
            return "Scheduled"
        return "Approved" if self.approved_at is not None else "Draft"

    def may_be_undone(self, now: datetime | None = None) -> bool:
        return self.send_at is not None and self.mailing_id is None and self.send_at > (now or timezone.now())
