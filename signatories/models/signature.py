"""One organisation's act of signing, its statuses, and the table of ways between them."""

import secrets
from typing import NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from declaration.personal_fields import Person, PersonalFields
from signatories.models.commitment import Commitment
from signatories.models.representative import Representative
from signatories.models.transitions import Actor, HasStatus, Transition

# No vowels, so no words; no 0, 1, I, L or O, so nothing to misread over the telephone.
REFERENCE_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"


class Status(models.TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Waiting for review"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    AWAITING_APPROVER = "awaiting_approver", "Waiting for the approver"
    SIGNED = "signed", "Signed, waiting to be published"
    PUBLISHED = "published", "Published"
    REJECTED = "rejected", "Rejected"
    DECLINED = "declined", "Declined by the approver"
    EXPIRED = "expired", "Expired"
    WITHDRAWN = "withdrawn", "Withdrawn"
    TAKEN_DOWN = "taken_down", "Taken down"


# In the hands of staff or the approver, or public: an organisation has at most one of these.
LIVE = [
    Status.SUBMITTED,
    Status.CHANGES_REQUESTED,
    Status.AWAITING_APPROVER,
    Status.SIGNED,
    Status.PUBLISHED,
]
# What an officer may still edit.
EDITABLE = [Status.DRAFT, Status.CHANGES_REQUESTED]


TRANSITIONS = (
    Transition(Status.DRAFT, "submit", Status.SUBMITTED, Actor.OFFICER),
    Transition(Status.SUBMITTED, "accept", Status.AWAITING_APPROVER, Actor.MODERATOR),
    Transition(Status.SUBMITTED, "request changes", Status.CHANGES_REQUESTED, Actor.MODERATOR),
    Transition(Status.CHANGES_REQUESTED, "resubmit", Status.SUBMITTED, Actor.OFFICER),
    Transition(Status.SUBMITTED, "reject", Status.REJECTED, Actor.MODERATOR),
    Transition(Status.CHANGES_REQUESTED, "reject", Status.REJECTED, Actor.MODERATOR),
    Transition(Status.AWAITING_APPROVER, "sign", Status.PUBLISHED, Actor.APPROVER),
    Transition(Status.AWAITING_APPROVER, "sign for later", Status.SIGNED, Actor.APPROVER),
    Transition(Status.SIGNED, "publish", Status.PUBLISHED, Actor.SYSTEM),
    Transition(Status.AWAITING_APPROVER, "decline", Status.DECLINED, Actor.APPROVER),
    Transition(Status.AWAITING_APPROVER, "expire", Status.EXPIRED, Actor.SYSTEM),
    Transition(Status.DRAFT, "withdraw", Status.WITHDRAWN, Actor.OFFICER),
    Transition(Status.SUBMITTED, "withdraw", Status.WITHDRAWN, Actor.OFFICER),
    Transition(Status.CHANGES_REQUESTED, "withdraw", Status.WITHDRAWN, Actor.OFFICER),
    Transition(Status.AWAITING_APPROVER, "withdraw", Status.WITHDRAWN, Actor.OFFICER),
    Transition(Status.SIGNED, "withdraw", Status.WITHDRAWN, Actor.OFFICER),
    Transition(Status.PUBLISHED, "withdraw", Status.WITHDRAWN, Actor.OFFICER),
    Transition(Status.SIGNED, "take down", Status.TAKEN_DOWN, Actor.MODERATOR),
    Transition(Status.PUBLISHED, "take down", Status.TAKEN_DOWN, Actor.MODERATOR),
    Transition(Status.TAKEN_DOWN, "restore", Status.PUBLISHED, Actor.MODERATOR),
    # Only what was signed, withdrawn by mistake.
    Transition(Status.WITHDRAWN, "restore", Status.PUBLISHED, Actor.MODERATOR),
)


class ImpossibleTransition(Exception):
    """Raised when a verb is not possible in the status a signature has."""

    def __init__(self, signature: "Signature", verb: str) -> None:
        super().__init__(f"{signature.reference} is {signature.status}: nobody can {verb} it now.")
        self.signature = signature
        self.verb = verb


class Capacity(models.TextChoices):
    """In what capacity the approver binds the organisation."""

    CHIEF_EXECUTIVE = "chief-executive", "Chief executive"
    LEADER = "leader", "Leader or elected mayor"
    CABINET_MEMBER = "cabinet-member", "Cabinet member or committee chair"
    DIRECTOR = "director", "Director"
    OTHER = "other", "Other, with authority to sign"


def new_reference() -> str:
    """Return a reference such as LDD-7KQ2-M9TX, from 27^8 possibilities."""
    letters = "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))
    return f"LDD-{letters[:4]}-{letters[4:]}"


def new_link_key() -> str:
    return secrets.token_urlsafe(16)


class SignatureQuerySet(models.QuerySet["Signature"]):
    def live(self) -> "SignatureQuerySet":
        return self.filter(status__in=LIVE)

    def published(self) -> "SignatureQuerySet":
        return self.filter(status=Status.PUBLISHED)

    def once_public(self) -> "SignatureQuerySet":
        """Return what is published, and what was until the organisation withdrew it."""
        shown = Commitment.objects.filter(signature=OuterRef("pk"), public_change_at__isnull=False)
        return self.filter(Q(status=Status.PUBLISHED) | Q(Exists(shown), status=Status.WITHDRAWN))

    def awaiting_review(self) -> "SignatureQuerySet":
        """What waits for a moderator, oldest first."""
        return self.filter(status=Status.SUBMITTED).order_by("submitted_at", "pk")

    def awaiting_publication(self) -> "SignatureQuerySet":
        """What was signed while publication was paused, in the order it was signed."""
        return self.filter(status=Status.SIGNED).order_by("signed_at", "pk")

    def awaiting_approver(self) -> "SignatureQuerySet":
        return self.filter(status=Status.AWAITING_APPROVER)


class Signature(HasStatus, models.Model):
    """One organisation's act of signing one version of the Declaration."""

    ways = TRANSITIONS

    reference = models.CharField(max_length=20, unique=True, default=new_reference, editable=False)
    organisation = models.ForeignKey(
        "signatories.Organisation", on_delete=models.PROTECT, related_name="signatures"
    )
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT, editable=False)
    version = models.ForeignKey(
        "declaration.DeclarationVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="signatures",
    )
    wording_hash = models.CharField(max_length=64, blank=True, editable=False)
    # A draft of somebody whose address shows they work there belongs to the organisation;
    # anybody else's draft is theirs alone.
    is_shared = models.BooleanField(default=False, editable=False)
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    started_by = models.ForeignKey(
        "signatories.Representative",
        on_delete=models.PROTECT,
        related_name="started_signatures",
        editable=False,
    )
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        "signatories.Representative",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="submitted_signatures",
        editable=False,
    )
    # Who took it over from whoever submitted it.
    looked_after_by = models.ForeignKey(
        "signatories.Representative",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="looked_after_signatures",
        editable=False,
    )
    # When people were last asked who looks after it, and when somebody last said so.
    contact_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    contact_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    approver_is_officer = models.BooleanField(null=True, blank=True)
    approver_name = models.CharField(max_length=150, blank=True)
    approver_job_title = models.CharField(max_length=150, blank=True)
    approver_email = models.EmailField(blank=True)
    approver_capacity = models.CharField(max_length=20, choices=Capacity, blank=True)
    decided_on = models.DateField("date of the organisation's decision", null=True, blank=True)
    minutes_url = models.URLField("link to the minutes", blank=True, max_length=500)
    publish_signer_name = models.BooleanField(default=False)
    contact_by_signatories = models.BooleanField(default=False)
    newsletter_wanted = models.BooleanField(default=False)
    # Consent is one person's: a colleague who goes on with the draft has not given it.
    newsletter_wanted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    consents_given_at = models.DateTimeField(null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    approver_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    approver_last_mailed_at = models.DateTimeField(null=True, blank=True, editable=False)
    approver_link_key = models.CharField(max_length=32, default=new_link_key, editable=False)
    reminders_sent = models.PositiveSmallIntegerField(default=0, editable=False)
    signed_at = models.DateTimeField(null=True, blank=True, editable=False)
    signed_by = models.ForeignKey(
        "signatories.Representative",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="signed_signatures",
        editable=False,
    )
    signed_capacity = models.CharField(max_length=20, choices=Capacity, blank=True, editable=False)
    decline_reason = models.TextField(max_length=2000, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The public page says that it was taken down and when. Off, it says nothing of it at all.
    public_notice = models.BooleanField(default=False, editable=False)

    personal_fields = PersonalFields(
        Person(
            "Sign-ups to sign",
            "approver_email__iexact",
            "approver_name approver_job_title approver_email decline_reason",
            "reference organisation status approver_capacity approver_asked_at",
        ),
        Person(
            "Sign-ups signed",
            "signed_by__email__iexact",
            "",
            "reference organisation signed_at signed_capacity publish_signer_name",
        ),
        Person("Sign-ups begun", "started_by__email__iexact", "", "reference organisation status started_at"),
        Person(
            "Sign-ups sent",
            "submitted_by__email__iexact",
            "",
            "reference organisation submitted_at",
        ),
        Person(
            "Sign-ups looked after", "looked_after_by__email__iexact", "", "reference organisation status"
        ),
        none="reference wording_hash minutes_url approver_link_key",
    )

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "submitted_at"], name="signature_queue"),
            models.Index(fields=["status", "-signed_at"], name="signature_list"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(
                    status__in=["submitted", "changes_requested", "awaiting_approver", "signed", "published"]
                ),
                name="one_live_signature_per_organisation",
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(status="draft", is_shared=True),
                name="one_shared_draft_per_organisation",
            ),
            models.UniqueConstraint(
                fields=["organisation", "started_by"],
                condition=Q(status="draft"),
                name="one_draft_per_organisation_and_person",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="signature_submitted_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
                name="signature_signed_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["signed", "published"])
                | (Q(signed_at__isnull=False, version__isnull=False) & ~Q(wording_hash="")),
                name="published_signature_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(public_notice=False) | Q(status="taken_down"),
                name="public_notice_only_when_taken_down",
            ),
        ]
        permissions = [
            ("decide_signature", "Can accept, request changes and reject"),
            ("take_down_signature", "Can take a published signature down"),
            ("view_report", "Can read the report"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def commitment(self) -> Commitment:
        """The commitment the organisation signs with; the first of the others if staff took that down.

        Uses prefetched rows if there are any.
        """
        return (self.shown_commitments or self.commitments.all())[0]

    @property
    def shown_commitments(self) -> list[Commitment]:
        """Those that staff have not taken down. Uses prefetched rows if there are any."""
        return [commitment for commitment in self.commitments.all() if commitment.is_shown]

    @property
    def officer(self) -> Representative:
        """Who looks after it today, and gets the emails of the officer."""
        return self.looked_after_by or self.submitted_by or self.started_by

    @property
    def approver_looks_after_it(self) -> bool:
        """Tell whether the approver gets the emails of the officer today, who may have handed over."""
        return self.approver_email.lower() == self.officer.email.lower()

    @property
    def awaits_contact(self) -> bool:
        """Tell whether people were asked who looks after it, and nobody has answered since."""
        asked, confirmed = self.contact_asked_at, self.contact_confirmed_at
        return asked is not None and (confirmed is None or confirmed < asked)

    def reference_of(self, commitment: Commitment) -> str:
        """Return what names one of its commitments in an address: the reference, and «.2» for the second."""
        place = [one.pk for one in self.commitments.all()].index(commitment.pk) + 1
        return self.reference if place == 1 else f"{self.reference}.{place}"

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def is_public(self) -> bool:
        return self.status == Status.PUBLISHED

    def _may_take(self, way: Transition) -> bool:
        """Tell whether a way begins here. What was never signed cannot be published by restoring it."""
        is_open = way.verb != "restore" or self.signed_at is not None
        return super()._may_take(way) and is_open

    def _refuse(self, verb: str) -> NoReturn:
        raise ImpossibleTransition(self, verb)
