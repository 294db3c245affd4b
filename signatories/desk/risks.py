"""What a moderator should look at twice before deciding."""

import re
from datetime import timedelta

from django.utils import timezone

from signatories.email_domains import is_webmail, mailbox_of, works_for
from signatories.hinting import CONTACT_DETAILS
from signatories.models import CommitmentEdit, Organisation, Signature
from signatories.models.commitment import CommitmentText

LINK = re.compile(r"https?://|www\.", re.IGNORECASE)

# People were asked who looks after it, and this long nobody has answered.
UNANSWERED = timedelta(days=60)


def risks_of(signature: Signature) -> list[str]:
    """Return the names of the warnings that apply; templates say them in sentences."""
    officer = signature.officer
    organisation: Organisation = signature.organisation
    found = {
        "organisation_not_confirmed": organisation.is_awaiting_confirmation,
        "officer_uses_webmail": is_webmail(officer.email),
        "officer_domain_unknown": not officer.is_verified and not is_webmail(officer.email),
        "approver_is_officer": bool(signature.approver_is_officer),
        "approver_mail_reaches_officer": not signature.approver_is_officer
        and mailbox_of(signature.approver_email)
        in {mailbox_of(address) for address in (officer.email, officer.team_mailbox) if address},
        "approver_domain_unknown": bool(signature.approver_email)
        and not signature.approver_is_officer
        and not works_for(signature.approver_email, organisation),
        "contact_not_confirmed": _waits_long_for_a_contact(signature),
        "not_the_first": organisation.signatures.exclude(pk=signature.pk).exclude(status="draft").exists(),
        **_risks_in(signature.commitment, organisation),
    }
    return [name for name, applies in found.items() if applies]


def _waits_long_for_a_contact(signature: Signature) -> bool:
    asked = signature.contact_asked_at
    is_long_ago = asked is not None and asked < timezone.now() - UNANSWERED
    return is_long_ago and signature.awaits_contact and signature.is_public


def risks_of_edit(edit: CommitmentEdit) -> list[str]:
    """Return the warnings about an edit or addition and about who sent it."""
    officer = edit.submitted_by or edit.started_by
    found = {
        "officer_uses_webmail": is_webmail(officer.email),
        "officer_domain_unknown": not officer.is_verified and not is_webmail(officer.email),
        **_risks_in(edit, edit.signature.organisation),
    }
    return [name for name, applies in found.items() if applies]


def _risks_in(text: CommitmentText, organisation: Organisation) -> dict[str, bool]:
    words = " ".join((text.title, text.mission, text.impact, text.partners))
    return {
        "text_has_links": bool(LINK.search(words)),
        "text_has_personal_data": bool(CONTACT_DETAILS.search(words)),
        "organisation_ends_soon": organisation.end_date is not None
        and text.target_date is not None
        and organisation.end_date < text.target_date,
    }
