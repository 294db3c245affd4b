"""What staff see and do in the admin: the queue and its records, organisations, reasons."""

from signatories.admin.organisations import OrganisationAdmin
from signatories.admin.reasons import ReasonAdmin
from signatories.admin.signatures import SignatureAdmin

__all__ = ["OrganisationAdmin", "ReasonAdmin", "SignatureAdmin"]
