"""What a signature says, in words, and what changed between two submissions of it."""

import difflib
import re
from dataclasses import dataclass
from typing import Any

from declaration.audit.models import AuditEvent
from signatories.models import Signature

WORDS = re.compile(r"\S+\s*")


def answers_of(signature: Signature) -> dict[str, Any]:
    """Return everything that was answered, as plain values that can be kept and compared."""
    commitment = signature.commitment
    return {
        "Title": commitment.title,
        "Mission": commitment.mission,
        "Impact": commitment.impact,
        "Partners from the register": sorted(str(o) for o in commitment.partner_organisations.all()),
        "Other partners": commitment.partner_lines,
        "Principles": [str(p) for p in commitment.principles.all()],
        "Service areas": [str(a) for a in commitment.service_areas.all()],
        "Target date": commitment.target_date.isoformat() if commitment.target_date else "",
        "Open to others": "Yes" if commitment.open_to_others else "No",
        "Approver": signature.approver_name,
        "Approver's job title": signature.approver_job_title,
        "Approver's email": signature.approver_email,
        "Approver's capacity": signature.get_approver_capacity_display(),
        "Date of decision": signature.decided_on.isoformat() if signature.decided_on else "",
        "Link to minutes": signature.minutes_url,
        "Publish the signer's name": "Yes" if signature.publish_signer_name else "No",
        "Contact by other signatories": "Yes" if signature.contact_by_signatories else "No",
    }


@dataclass(frozen=True)
class Piece:
    """A run of words that was kept, added or removed."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    question: str
    pieces: list[Piece]


def as_text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def compare_words(before: str, after: str) -> list[Piece]:
    """Return the two texts as one run of kept, removed and added words."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("kept", "".join(old[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(Piece("removed", "".join(old[i1:i2])))
        if j2 > j1:
            pieces.append(Piece("added", "".join(new[j1:j2])))
    return pieces


def changes_since_last_submission(signature: Signature) -> list[Change]:
    """Return what the newest submission changed against the one before. Empty for a first submission."""
    submissions = (
        AuditEvent.objects.about(signature).filter(verb__in=["submit", "resubmit"]).order_by("-pk")[:2]
    )
    texts = [event.after.get("answers", {}) for event in submissions]
    if len(texts) < 2:
        return []
    after, before = texts
    return [
        Change(question, compare_words(as_text(before.get(question, "")), as_text(value)))
        for question, value in after.items()
        if as_text(before.get(question, "")) != as_text(value)
    ]
