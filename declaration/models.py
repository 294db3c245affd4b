"""What is signed: the dated wordings of the Declaration, their principles, and service areas."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from declaration.choices import KeptChoice, KeptChoiceQuerySet
from declaration.personal_fields import PersonalFields


class PublishedWordingCannotChange(Exception):
    """Raised when somebody tries to change or delete a wording that has been published."""


class DeclarationVersionQuerySet(models.QuerySet["DeclarationVersion"]):
    def published(self) -> "DeclarationVersionQuerySet":
        return self.filter(published_at__isnull=False)

    def current(self) -> "DeclarationVersion | None":
        """Return the published version with the highest number, or None before the first."""
        return self.published().order_by("-number").first()

    def update(self, **kwargs: Any) -> int:
        _refuse_if_any(self.published())
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        _refuse_if_any(self.published())
        return super().delete()


class DeclarationVersion(models.Model):
    """One dated wording of the Declaration. Once published it never changes."""

    number = models.PositiveSmallIntegerField(unique=True)
    title = models.CharField(max_length=200)
    introduction = models.TextField(help_text="Paragraphs are separated by an empty line.")
    is_summary = models.BooleanField(
        default=False, help_text="This is a summary in the service's own words, not the full official text."
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    wording_hash = models.CharField(max_length=64, blank=True, editable=False)

    personal_fields = PersonalFields(none="title introduction wording_hash")

    objects = DeclarationVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name = "version of the Declaration"
        verbose_name_plural = "versions of the Declaration"

    def __str__(self) -> str:
        return f"version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_if_published(self.pk)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("declaration_version", args=[self.number])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_if_published(self.pk)
        return super().delete(*args, **kwargs)

    @property
    def paragraphs(self) -> list[str]:
        return [paragraph.strip() for paragraph in self.introduction.split("\n\n") if paragraph.strip()]

    def compute_wording_hash(self) -> str:
        """Return the SHA-256, in hexadecimal, of the title, introduction and principles as JSON."""
        wording = {
            "number": self.number,
            "title": self.title,
            "introduction": self.introduction,
            "principles": [[p.number, p.title, p.text] for p in self.principles.order_by("number")],
        }
        return hashlib.sha256(json.dumps(wording, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


class PrincipleQuerySet(models.QuerySet["Principle"]):
    def update(self, **kwargs: Any) -> int:
        _refuse_if_any(self.filter(version__published_at__isnull=False))
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        _refuse_if_any(self.filter(version__published_at__isnull=False))
        return super().delete()


class Principle(models.Model):
    """One of the statements a wording is made of."""

    version = models.ForeignKey(DeclarationVersion, on_delete=models.CASCADE, related_name="principles")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    text = models.TextField()

    personal_fields = PersonalFields(none="title text")

    objects = PrincipleQuerySet.as_manager()

    class Meta:
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="one_principle_per_number"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_if_published(self.version_id)
        # Nor may it be moved out of a published wording into another.
        _refuse_if_any(Principle.objects.filter(pk=self.pk, version__published_at__isnull=False))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_if_published(self.version_id)
        return super().delete(*args, **kwargs)


class ServiceAreaQuerySet(KeptChoiceQuerySet):
    def offered(self) -> "ServiceAreaQuerySet":
        return self.filter(retired_at__isnull=True)


class ServiceArea(KeptChoice):
    """A part of a council's work that a commitment can be about, such as housing."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100, unique=True)
    order = models.PositiveSmallIntegerField(default=0)

    personal_fields = PersonalFields(none="slug name")

    objects = ServiceAreaQuerySet.as_manager()

    class Meta:
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


def refuse_if_published(version_id: int | None) -> None:
    """Raise PublishedWordingCannotChange if the version stored under this key is published."""
    if version_id:
        _refuse_if_any(DeclarationVersion.objects.published().filter(pk=version_id))


def _refuse_if_any(published: models.QuerySet) -> None:
    if published.exists():
        raise PublishedWordingCannotChange(
            "A published wording of the Declaration never changes. Write a new version instead."
        )


class PublicState(models.Model):
    """One row: the number and the time of the newest change to anything the public sees."""

    number = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"number {self.number}"


class Switches(models.Model):
    """What administrators turn off for a while, and the banner. There is one row, with key 1."""

    sign_up_paused = models.BooleanField(
        "pause sign-up",
        default=False,
        help_text="Nobody can begin or send a new sign-up. Drafts are kept and can still be changed.",
    )
    quiet_until = models.DateField(
        "pause publication and newsletters until",
        null=True,
        blank=True,
        help_text="For the pre-election period. On this day, what was signed in the meantime is published by "
        "itself. Leave it empty to publish at once.",
    )
    banner = models.TextField(
        "banner",
        max_length=300,
        blank=True,
        help_text="Shown at the top of every page of the service. Leave it empty for none.",
    )
    changed_at = models.DateTimeField(null=True, blank=True, editable=False)

    personal_fields = PersonalFields(none="banner")

    class Meta:
        verbose_name = "switches and banner"
        verbose_name_plural = "switches and banner"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_row_of_switches"),
        ]

    def __str__(self) -> str:
        return "Switches and banner"

    @property
    def is_quiet(self) -> bool:
        """Whether nothing may be published and no newsletter sent today, by London's calendar."""
        return self.quiet_until is not None and timezone.localdate() < self.quiet_until
