"""How a status changes: by a table of ways, each with its verb and who may take it, and by nothing else."""

from dataclasses import dataclass
from typing import ClassVar, NoReturn

from django.db import models


class Actor(models.TextChoices):
    OFFICER = "officer", "Officer"
    MODERATOR = "moderator", "Moderator"
    APPROVER = "approver", "Approver"
    SYSTEM = "system", "The service"


@dataclass(frozen=True)
class Transition:
    """From where somebody may go where, by which verb. Signatures have a table of these, edits another."""

    source: str
    verb: str
    target: str
    actor: Actor


class HasStatus:
    """A model whose ``status`` changes along its own table alone."""

    status: str
    ways: ClassVar[tuple[Transition, ...]]

    def transition(self, verb: str) -> Transition:
        """Return the way this verb leads from here. Raises what ``_refuse`` raises if there is none."""
        for way in self.ways:
            if way.verb == verb and self._may_take(way):
                return way
        self._refuse(verb)

    def possible_verbs(self, actor: Actor) -> list[str]:
        return [way.verb for way in self.ways if way.actor == actor and self._may_take(way)]

    def _may_take(self, way: Transition) -> bool:
        return way.source == self.status

    def _refuse(self, verb: str) -> NoReturn:
        raise NotImplementedError
