"""Rows that are written once: nothing in the code alters or removes them."""

from typing import Any, NoReturn, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


class AppendOnly(TypeError):
    """Somebody tried to alter or remove what is only ever added to."""


class AppendOnlyQuerySet(models.QuerySet[Row]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnly(f"A row of “{self.model._meta.verbose_name}” is never altered.")

    def delete(self) -> NoReturn:
        raise AppendOnly(f"A row of “{self.model._meta.verbose_name}” is never removed.")


class AppendOnlyModel(models.Model):
    """A model whose rows are only ever added. Its migration adds triggers that refuse the rest too."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new row. Raises AppendOnly for a row that is already in the database."""
        if not self._state.adding:
            raise AppendOnly(f"A row of “{self._meta.verbose_name}” is never altered.")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly(f"A row of “{self._meta.verbose_name}” is never removed.")
