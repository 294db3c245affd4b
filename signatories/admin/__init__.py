"""What staff see and do in the admin: the queue and its records, organisations, reasons, mistakes."""

from signatories.admin.corrections import CorrectionRequestAdmin
from signatories.admin.organisations import OrganisationAdmin
from signatories.admin.reasons import ReasonAdmin
from signatories.admin.signatures import SignatureAdmin

__all__ = ["CorrectionRequestAdmin", "OrganisationAdmin", "ReasonAdmin", "SignatureAdmin"]
