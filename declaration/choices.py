"""A choice from a list that staff keep: once something uses it, it can be retired but not deleted."""

from typing import Any

from django.db import models
from django.db.models.deletion import ProtectedError
from django.db.models.fields.reverse_related import ManyToManyRel


class KeptChoiceQuerySet(models.QuerySet):
    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete choices that nothing uses. Raises ProtectedError, and deletes none, if one is used."""
        _refuse_if_used(self)
        return super().delete()


class KeptChoice(models.Model):
    """Django would quietly take a deleted choice out of everything that made it; the database refuses."""

    retired_at = models.DateTimeField(
        null=True, blank=True, help_text="From then on it is no longer offered. Where it was used, it stays."
    )

    class Meta:
        abstract = True

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete a choice that nothing uses. Raises ProtectedError."""
        _refuse_if_used(type(self)._default_manager.filter(pk=self.pk))
        return super().delete(*args, **kwargs)


def _refuse_if_used(choices: models.QuerySet) -> None:
    for relation in choices.model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToManyRel) and relation.through is not None:
            link = f"{relation.field.m2m_reverse_field_name()}__in"
            uses = set(relation.through._default_manager.filter(**{link: choices})[:5])
            if uses:
                raise ProtectedError("It was used: retire it instead of deleting it.", uses)
