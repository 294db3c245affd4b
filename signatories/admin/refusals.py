"""Why something was not done: a name for each refusal, which a template says in a sentence."""

from signatories import casework, finishing, mistakes, moderation, releasing, reporting, signing, taking_down
from signatories.models import ImpossibleEdit, ImpossibleForCommitment, ImpossibleTransition

REFUSALS: dict[type[Exception], str] = {
    ImpossibleTransition: "too late",
    ImpossibleEdit: "too late",
    ImpossibleForCommitment: "too late",
    moderation.SubmissionHasChanged: "submission has changed",
    moderation.RecordHasChanged: "record has changed",
    moderation.OrganisationIsNotConfirmed: "organisation is not confirmed",
    moderation.OfficerIsNotVerified: "officer is not verified",
    moderation.OwnSubmission: "own submission",
    moderation.OwnEdit: "own edit",
    moderation.ReasonIsMissing: "reason is missing",
    releasing.PublicationIsPaused: "publication is paused",
    casework.NotInHand: "not in hand",
    casework.CannotDecide: "cannot decide",
    casework.DayIsPast: "day is past",
    finishing.TooManyUnfinished: "too many unfinished",
    mistakes.AlreadySettled: "settled already",
    reporting.AlreadyTakenDown: "taken down already",
    signing.AnotherSignatureIsLive: "another is live",
    taking_down.LastCommitment: "last commitment",
    taking_down.NothingToHide: "nothing to hide",
}
Refused = tuple(REFUSALS)
# Refusals after which what the page showed was no longer so.
STALE = {"submission has changed", "record has changed", "too late"}


def name_of(refused: Exception) -> str:
    return REFUSALS[type(refused)]
