"""What helps an officer to write: hints about the words so far, and what others have promised."""

from typing import Any, Final

from django.db.models import prefetch_related_objects
from django.http import HttpRequest

from signatories.forms.questions import QuestionForm
from signatories.hinting import Answers, Hint, hints_for
from signatories.models import Organisation
from signatories.models.commitment import CommitmentText
from signatories.register.suggesting import close_to

# The questions that are answered in words, and those of them where others' words help.
IN_WORDS: Final = ("title", "mission", "impact", "partners")
WITH_EXAMPLES: Final = ("title", "mission", "impact")


def advice_about(text: CommitmentText, organisation: Organisation) -> list[Hint]:
    """Return the hints about all that is stored of a commitment. None about one without a word."""
    if not (text.title or text.mission or text.impact or text.partners):
        return []
    partners = [partner.name for partner in text.partner_organisations.all()]
    answers = Answers(
        text.title, text.mission, text.impact, (*partners, *text.partner_lines), organisation.name
    )
    return hints_for(answers)


def advice_beside(
    request: HttpRequest, slug: str, form: QuestionForm, organisation: Organisation
) -> dict[str, Any]:
    """Return what the page of a question shows beside its field. It speaks of what is stored only.

    ``may_check`` offers the button that saves and shows the page again; ``checked`` says it was pressed.
    """
    text = form.instance
    page: dict[str, Any] = {"may_check": slug in IN_WORDS, "hints": [], "similar": [], "example": ""}
    page["checked"] = page["may_check"] and not form.is_bound and "checked" in request.GET
    if not page["may_check"]:
        return page
    # Both kinds of advice look at them.
    prefetch_related_objects([text], "partner_organisations")
    if not form.is_bound:
        page["hints"] = [hint for hint in advice_about(text, organisation) if hint.question == slug]
    if slug in WITH_EXAMPLES:
        page["similar"] = close_to(text, organisation=organisation.pk)
        if page["similar"] and not form[slug].value():
            page["example"] = getattr(page["similar"][0].commitment, slug)
    return page
