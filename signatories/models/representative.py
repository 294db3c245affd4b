"""People who act for an organisation."""

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from declaration.personal_fields import Person, PersonalFields

# What stands in place of a name that was erased.
FORMER: Final = "A former representative"


class RepresentativeQuerySet(models.QuerySet["Representative"]):
    def of_user(self, user: object) -> "RepresentativeQuerySet":
        return self.filter(user=user).select_related("organisation")


class Representative(models.Model):
    """A person acting for an organisation: the officer who signs in, or the approver who signs.

    An approver needs no account, so ``user`` may be empty. ``is_verified`` says that the email
    domain is one of the organisation's own, or that staff have checked the person.
    """

    organisation = models.ForeignKey(
        "signatories.Organisation", on_delete=models.PROTECT, related_name="representatives"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="representations",
    )
    email = models.EmailField()
    full_name = models.CharField(max_length=150, blank=True)
    job_title = models.CharField(max_length=150, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    team_mailbox = models.EmailField(blank=True)
    is_verified = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # When they said that they act for it no longer, and when we forgot who it was.
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    personal_fields = PersonalFields(
        Person(
            "Acting for an organisation",
            "email__iexact",
            "full_name job_title email phone team_mailbox",
            "organisation created_at is_verified",
        )
    )

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organisation", Lower("email"), name="one_representative_per_organisation_and_email"
            ),
            models.UniqueConstraint(
                fields=["organisation", "user"],
                condition=Q(user__isnull=False),
                name="one_representative_per_organisation_and_user",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email
