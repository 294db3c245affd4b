"""Bodies that may sign, and the email domains that show where someone works."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from declaration.personal_fields import Person, PersonalFields


class Kind(models.TextChoices):
    """What sort of body it is. The first twelve are the kinds in the register of UK councils."""

    LONDON_BOROUGH = "london-borough", "London borough"
    METROPOLITAN_DISTRICT = "metropolitan-district", "Metropolitan district"
    UNITARY = "unitary", "Unitary authority"
    COUNTY = "county", "County council"
    NON_METROPOLITAN_DISTRICT = "non-metropolitan-district", "District council"
    CITY_CORPORATION = "city-corporation", "City corporation"
    WALES_UNITARY = "wales-unitary", "Welsh council"
    SCOTLAND_UNITARY = "scotland-unitary", "Scottish council"
    NORTHERN_IRELAND_DISTRICT = "northern-ireland-district", "Northern Ireland council"
    COMBINED_AUTHORITY = "combined-authority", "Combined authority"
    NATIONAL_PARK_AUTHORITY = "national-park-authority", "National park authority"
    SUI_GENERIS = "sui-generis", "Regional authority"
    FIRE = "fire-and-rescue", "Fire and rescue authority"
    POLICE = "police", "Police body"
    WASTE = "waste-authority", "Waste authority"
    TRANSPORT = "transport-authority", "Transport authority"
    NHS = "nhs", "NHS body"
    CENTRAL_GOVERNMENT = "central-government", "Central government department or agency"
    PARISH = "parish-or-town", "Parish or town council"
    SHARED_SERVICE = "shared-service", "Council-owned shared service"
    SECTOR_BODY = "sector-body", "Sector body or professional association"
    CHARITY = "charity", "Charity or non-profit"
    UNIVERSITY = "university", "University or college"
    OTHER = "other", "Other public body"


class Nation(models.TextChoices):
    ENGLAND = "England", "England"
    NORTHERN_IRELAND = "Northern Ireland", "Northern Ireland"
    SCOTLAND = "Scotland", "Scotland"
    WALES = "Wales", "Wales"


class Region(models.TextChoices):
    """The regions of England, and the other nations whole."""

    EAST_MIDLANDS = "East Midlands", "East Midlands"
    EAST_OF_ENGLAND = "East of England", "East of England"
    LONDON = "London", "London"
    NORTH_EAST = "North East", "North East"
    NORTH_WEST = "North West", "North West"
    SOUTH_EAST = "South East", "South East"
    SOUTH_WEST = "South West", "South West"
    WEST_MIDLANDS = "West Midlands", "West Midlands"
    YORKSHIRE_AND_THE_HUMBER = "Yorkshire and The Humber", "Yorkshire and The Humber"
    NORTHERN_IRELAND = "Northern Ireland", "Northern Ireland"
    SCOTLAND = "Scotland", "Scotland"
    WALES = "Wales", "Wales"


class Origin(models.TextChoices):
    REGISTER = "register", "Register of UK councils"
    STAFF = "staff", "Added by staff"
    PROPOSED = "proposed", "Proposed by an officer"


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def current(self, day: date | None = None) -> "OrganisationQuerySet":
        """Organisations that exist on a London day, today unless told."""
        day = day or timezone.localdate()
        return self.filter(
            Q(start_date__isnull=True) | Q(start_date__lte=day),
            Q(end_date__isnull=True) | Q(end_date__gte=day),
        )

    def listed(self) -> "OrganisationQuerySet":
        """Without what an officer proposed and nobody has confirmed, and what is part of another now."""
        return self.unmerged().exclude(origin=Origin.PROPOSED, confirmed_at__isnull=True)

    def unmerged(self) -> "OrganisationQuerySet":
        return self.filter(merged_into__isnull=True)

    def awaiting_confirmation(self) -> "OrganisationQuerySet":
        """What an officer proposed and no member of staff has looked at."""
        return self.unmerged().filter(origin=Origin.PROPOSED, confirmed_at__isnull=True)

    def at_domain(self, domain: str) -> "OrganisationQuerySet":
        """Those whose verified domain is exactly this one, without case."""
        return self.filter(domains__domain=domain.lower()).distinct()


class Organisation(models.Model):
    """Any body that may sign. Current on a day when start_date <= day <= end_date."""

    slug = models.SlugField(max_length=120, unique=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=200)
    gss_code = models.CharField("GSS code", max_length=9, blank=True)
    kind = models.CharField(max_length=30, choices=Kind)
    nation = models.CharField(max_length=20, choices=Nation, blank=True)
    region = models.CharField(max_length=30, choices=Region, blank=True)
    website = models.URLField(blank=True)
    start_date = models.DateField(null=True, blank=True)
    end_date = models.DateField("last day", null=True, blank=True, help_text="May be in the future.")
    successors = models.ManyToManyField("self", symmetrical=False, related_name="predecessors", blank=True)
    county = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="districts",
        limit_choices_to={"kind": Kind.COUNTY},
        verbose_name="county council",
        help_text="Of a district council: the county council that serves the same people.",
    )
    hex_q = models.PositiveSmallIntegerField("hexagon column", null=True, blank=True)
    hex_r = models.PositiveSmallIntegerField("hexagon row", null=True, blank=True)
    latitude = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    longitude = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)
    population = models.PositiveIntegerField(null=True, blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.STAFF, editable=False)
    proposed_at = models.DateTimeField(null=True, blank=True, editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    proposal_note = models.TextField(
        max_length=1000, blank=True, help_text="Why it may sign, in the officer's words."
    )
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    # What it turned out to be. The row stays, so that its address leads there and its history is told.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="merged"
    )
    merged_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    personal_fields = PersonalFields(
        Person("Organisations proposed", "proposed_by__email", "proposal_note", "name proposed_at"),
        none="slug name short_name gss_code website",
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["kind"]), models.Index(fields=["region"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="organisation_confirmed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True, merged_at__isnull=True, merged_by__isnull=True)
                | Q(merged_into__isnull=False, merged_at__isnull=False, merged_by__isnull=False),
                name="organisation_merged_into_at_and_by",
            ),
            models.UniqueConstraint(
                fields=["gss_code"], condition=~Q(gss_code=""), name="one_organisation_per_gss_code"
            ),
        ]
        permissions = [("merge_organisation", "Can merge a proposed organisation into another")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organisation", args=[self.slug])

    @property
    def exists_today(self) -> bool:
        return self.existed_on(timezone.localdate())

    def existed_on(self, day: date) -> bool:
        """Tell of a row what ``current()`` tells of many."""
        return (self.start_date is None or self.start_date <= day) and (
            self.end_date is None or day <= self.end_date
        )

    @property
    def is_awaiting_confirmation(self) -> bool:
        return self.origin == Origin.PROPOSED and self.confirmed_at is None


class OrganisationDomain(models.Model):
    """An email domain shown to be used by an organisation. Two organisations may share one."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="domains")
    domain = models.CharField(max_length=253, help_text="The part after the @, in lower case.")

    personal_fields = PersonalFields(none="domain")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "domain"], name="one_row_per_organisation_and_domain"
            ),
            models.CheckConstraint(condition=Q(domain=Lower("domain")), name="domain_is_lower_case"),
        ]
        indexes = [models.Index(fields=["domain"])]

    def __str__(self) -> str:
        return self.domain

    def clean(self) -> None:
        self.domain = self.domain.strip().lower()


class OrganisationAlias(models.Model):
    """Another name people know an organisation by: a former one, one in Welsh, its letters."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=200)

    personal_fields = PersonalFields(none="name")

    class Meta:
        ordering = ["name"]
        verbose_name = "other name"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="one_row_per_organisation_and_alias"
            ),
        ]

    def __str__(self) -> str:
        return self.name
