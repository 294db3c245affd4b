"""Who signs, what they commit to, and what was decided about it."""

from signatories.models.casework import (
    CaseNote,
    Casework,
    DraftCommitmentDecision,
    DraftDecision,
    DraftEditDecision,
    EditCasework,
)
from signatories.models.change import RegisterChange, What
from signatories.models.commitment import Commitment, CommitmentStatus, ImpossibleForCommitment
from signatories.models.correction import CorrectionRequest
from signatories.models.decision import CommitmentDecision, ModerationDecision, Outcome, Reason
from signatories.models.edit import CommitmentEdit, EditDecision, EditStatus, HiddenText, ImpossibleEdit
from signatories.models.handover import Handover
from signatories.models.organisation import (
    Kind,
    Nation,
    Organisation,
    OrganisationAlias,
    OrganisationDomain,
    Origin,
    Region,
)
from signatories.models.progress import Progress, ProgressTakeDown, Stage
from signatories.models.representative import FORMER, Representative
from signatories.models.signature import Capacity, ImpossibleTransition, Signature, Status
from signatories.models.transitions import Actor, Transition

__all__ = [
    "FORMER",
    "Actor",
    "Capacity",
    "CaseNote",
    "Casework",
    "Commitment",
    "CommitmentDecision",
    "CommitmentEdit",
    "CommitmentStatus",
    "CorrectionRequest",
    "DraftCommitmentDecision",
    "DraftDecision",
    "DraftEditDecision",
    "EditCasework",
    "EditDecision",
    "EditStatus",
    "Handover",
    "HiddenText",
    "ImpossibleEdit",
    "ImpossibleForCommitment",
    "ImpossibleTransition",
    "Kind",
    "ModerationDecision",
    "Nation",
    "Organisation",
    "OrganisationAlias",
    "OrganisationDomain",
    "Origin",
    "Outcome",
    "Progress",
    "ProgressTakeDown",
    "Reason",
    "Region",
    "RegisterChange",
    "Representative",
    "Signature",
    "Stage",
    "Status",
    "Transition",
    "What",
]
