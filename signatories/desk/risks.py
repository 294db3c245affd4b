"""What a moderator should look at twice before deciding."""

import re

from signatories.email_domains import is_webmail, works_for
from signatories.hinting import CONTACT_DETAILS
from signatories.models import Organisation, Signature

LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


def risks_of(signature: Signature) -> list[str]:
    """Return the names of the warnings that apply; templates say them in sentences."""
    officer = signature.submitted_by or signature.started_by
    commitment = signature.commitment
    text = " ".join((commitment.title, commitment.mission, commitment.impact, commitment.partners))
    organisation: Organisation = signature.organisation
    found = {
        "organisation_not_confirmed": organisation.is_awaiting_confirmation,
        "officer_uses_webmail": is_webmail(officer.email),
        "officer_domain_unknown": not officer.is_verified and not is_webmail(officer.email),
        "approver_is_officer": bool(signature.approver_is_officer),
        "approver_domain_unknown": bool(signature.approver_email)
        and not signature.approver_is_officer
        and not works_for(signature.approver_email, organisation),
        "text_has_links": bool(LINK.search(text)),
        "text_has_personal_data": bool(CONTACT_DETAILS.search(text)),
        "not_the_first": organisation.signatures.exclude(pk=signature.pk).exclude(status="draft").exists(),
        "organisation_ends_soon": organisation.end_date is not None
        and commitment.target_date is not None
        and organisation.end_date < commitment.target_date,
    }
    return [name for name, applies in found.items() if applies]
