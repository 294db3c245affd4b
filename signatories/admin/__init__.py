"""What staff see and do in the admin: the queue, its records, commitments, progress, organisations,
reasons, mistakes."""

from signatories.admin.commitments import CommitmentAdmin
from signatories.admin.corrections import CorrectionRequestAdmin
from signatories.admin.edits import CommitmentEditAdmin
from signatories.admin.organisations import OrganisationAdmin
from signatories.admin.progress import ProgressAdmin
from signatories.admin.reasons import ReasonAdmin
from signatories.admin.signatures import SignatureAdmin

__all__ = [
    "CommitmentAdmin",
    "CommitmentEditAdmin",
    "CorrectionRequestAdmin",
    "OrganisationAdmin",
    "ProgressAdmin",
    "ReasonAdmin",
    "SignatureAdmin",
]
