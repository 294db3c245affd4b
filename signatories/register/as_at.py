"""Had these organisations signed on that day? One organisation or a list of them, as people write them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import models

from signatories.register.matching import Directory, Listed, directory
from signatories.register.standing import History, Standing, State

# The Declaration was launched in July 2018; the register knows who existed from that year on.
EARLIEST = date(2018, 1, 1)
MAXIMUM_LENGTH = 200
# Finding names that are alike is the dearest part of an answer.
MAXIMUM_SUGGESTED = 100
UNKNOWN = "unknown"


class Problem(models.TextChoices):
    """Why a line has no answer."""

    AMBIGUOUS = "ambiguous", "More than one organisation has this name"
    UNMATCHED = "unmatched", "No organisation in the register has this name or code"
    EMPTY = "empty", "There is no name or code in this row"
    TOO_LONG = "too-long", "This line is too long to be a name"
    NOT_THERE = "not-there", "It did not exist on that day, nor did anything before or after it"


class Relation(models.TextChoices):
    """How the organisation that answers belongs to the one that was asked for."""

    ITSELF = "itself", "The organisation that was asked for"
    SUCCESSOR = "successor", "It came after the one that was asked for"
    PREDECESSOR = "predecessor", "It came before the one that was asked for"


@dataclass(frozen=True)
class Earlier:
    """An organisation that came before, and its signature on its last day or the day asked for."""

    organisation: Listed
    standing: Standing


@dataclass(frozen=True)
class Answer:
    """What is known of one organisation for one line. A line may have several answers."""

    line: int
    asked: str
    meant: Listed | None = None
    organisation: Listed | None = None
    relation: Relation | None = None
    standing: Standing | None = None
    earlier: list[Earlier] = field(default_factory=list)
    problem: Problem | None = None
    suggestions: list[Listed] = field(default_factory=list)

    @property
    def result(self) -> str:
        return self.standing.state.value if self.standing else UNKNOWN

    @property
    def result_label(self) -> str:
        return str(self.standing.state.label) if self.standing else "Unknown"


@dataclass(frozen=True)
class Report:
    day: date
    answers: list[Answer]

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """Return value, label and number of each result; together they are all answers."""
        found = Counter(answer.result for answer in self.answers)
        choices = [*State.choices, (UNKNOWN, "Unknown")]
        return [(value, str(label), found[value]) for value, label in choices]

    @property
    def lines(self) -> int:
        return len({answer.line for answer in self.answers})


def check(lines: Iterable[tuple[int, str]], day: date) -> Report:
    """Answer for each numbered line how whom it means stood on a London day. Three queries."""
    bodies = directory()
    drafts: list[Answer] = []
    suggested = 0
    for line, asked in lines:
        if not asked:
            drafts.append(Answer(line, asked, problem=Problem.EMPTY))
            continue
        if len(asked) > MAXIMUM_LENGTH:
            drafts.append(Answer(line, asked[:MAXIMUM_LENGTH], problem=Problem.TOO_LONG))
            continue
        found = bodies.find(asked, day)
        if len(found) == 1:
            drafts.extend(_places(bodies, line, asked, found[0], day))
            continue
        suggestions = found
        if not found and suggested < MAXIMUM_SUGGESTED:
            suggested += 1
            suggestions = bodies.suggest(asked)
        problem = Problem.AMBIGUOUS if found else Problem.UNMATCHED
        drafts.append(Answer(line, asked, problem=problem, suggestions=suggestions))
    return Report(day, _with_standing(bodies, drafts, day))


def _places(directory: Directory, line: int, asked: str, meant: Listed, day: date) -> list[Answer]:
    """Return one answer without its standing for each organisation in this one's place on the day."""
    there = directory.on(meant, day)
    if not there:
        return [Answer(line, asked, meant=meant, problem=Problem.NOT_THERE)]
    relation = Relation.ITSELF
    if there != [meant]:
        has_ended = meant.end_date is not None and meant.end_date < day
        relation = Relation.SUCCESSOR if has_ended else Relation.PREDECESSOR
    return [Answer(line, asked, meant=meant, organisation=one, relation=relation) for one in there]


def _with_standing(directory: Directory, drafts: list[Answer], day: date) -> list[Answer]:
    there = {draft.organisation.pk: draft.organisation for draft in drafts if draft.organisation}
    ancestors = {pk: directory.ancestors(one) for pk, one in there.items()}
    history = History({*there, *(earlier.pk for line in ancestors.values() for earlier in line)})
    answers = []
    for draft in drafts:
        if draft.organisation is None:
            answers.append(draft)
            continue
        earlier = []
        for one in ancestors[draft.organisation.pk]:
            standing = history.on(one.pk, min(day, one.end_date or day))
            if standing.state == State.SIGNED:
                earlier.append(Earlier(one, standing))
        answers.append(
            Answer(
                draft.line,
                draft.asked,
                draft.meant,
                draft.organisation,
                draft.relation,
                history.on(draft.organisation.pk, day),
                earlier,
            )
        )
    return answers
