"""What changed in the public register, in the order in which it became visible."""

from typing import Any, NoReturn

from django.db import models


class What(models.TextChoices):
    """What happened to an organisation's public entry."""

    ADDED = "added", "Added to the register"
    PUBLISHED = "published", "Signed the Declaration"
    WITHDRAWN = "withdrawn", "Signature withdrawn"
    TAKEN_DOWN = "taken_down", "Signature taken down"
    RESTORED = "restored", "Signature restored"
    COMMITTED = "committed", "Commitment added"
    EDITED = "edited", "Commitment edited"
    COMMITMENT_TAKEN_DOWN = "commitment_removed", "Commitment taken down"
    COMMITMENT_RESTORED = "commitment_restored", "Commitment restored"
    HISTORY_REMOVED = "history_removed", "Earlier text removed"
    PROGRESS = "progress", "Progress reported"
    CORRECTED = "corrected", "Facts corrected"
    MERGED = "merged", "Merged into another entry"


class RegisterIsAppendOnly(TypeError):
    """Somebody tried to alter or remove a change that readers may have followed already."""


class RegisterChangeQuerySet(models.QuerySet["RegisterChange"]):
    def after(self, number: int) -> "RegisterChangeQuerySet":
        """Changes with a greater number, oldest first: what a reader who has seen this number lacks."""
        return self.filter(number__gt=number).order_by("number")

    def update(self, **kwargs: Any) -> NoReturn:
        raise RegisterIsAppendOnly("A change of the register is never altered.")

    def delete(self) -> NoReturn:
        raise RegisterIsAppendOnly("A change of the register is never removed.")


class RegisterChange(models.Model):
    """One change of what the public sees of an organisation.

    Numbers increase strictly in the order in which the changes were committed; a number may be
    missing. Somebody who reads «after the greatest number I have» misses and repeats nothing.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    organisation = models.ForeignKey(
        "signatories.Organisation", on_delete=models.PROTECT, related_name="changes"
    )
    what = models.CharField(max_length=20, choices=What)
    # What became public, where the change is that: a merge may move it to another organisation.
    signature = models.ForeignKey(
        "signatories.Signature", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    commitment = models.ForeignKey(
        "signatories.Commitment", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = RegisterChangeQuerySet.as_manager()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.organisation} {self.what}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new row. Raises RegisterIsAppendOnly for a row that is already in the database."""
        if not self._state.adding:
            raise RegisterIsAppendOnly("A change of the register is never altered.")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RegisterIsAppendOnly("A change of the register is never removed.")
