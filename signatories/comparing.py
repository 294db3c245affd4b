"""What a signature says, in words, and what changed between two submissions of it."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from declaration.audit.models import AuditEvent
from signatories.models import CommitmentEdit, Signature
from signatories.models.commitment import CommitmentText

WORDS = re.compile(r"\S+\s*")


def answers_of(signature: Signature) -> dict[str, Any]:
    """Return everything that was answered, as plain values that can be kept and compared."""
    return {
        **text_of(signature.commitment),
        "Approver": signature.approver_name,
        "Approver's job title": signature.approver_job_title,
        "Approver's email": signature.approver_email,
        "Approver's capacity": signature.get_approver_capacity_display(),
        "Date of decision": signature.decided_on.isoformat() if signature.decided_on else "",
        "Link to minutes": signature.minutes_url,
        "Publish the signer's name": "Yes" if signature.publish_signer_name else "No",
        "Contact by other signatories": "Yes" if signature.contact_by_signatories else "No",
    }


def text_of(commitment: CommitmentText) -> dict[str, Any]:
    """Return what a commitment, or an edit of one, says."""
    return {
        "Title": commitment.title,
        "Mission": commitment.mission,
        "Impact": commitment.impact,
        "Partners from the register": sorted(str(o) for o in commitment.partner_organisations.all()),
        "Other partners": commitment.partner_lines,
        "Principles": [str(p) for p in commitment.principles.all()],
        "Service areas": [str(a) for a in commitment.service_areas.all()],
        "Target date": _in_words(commitment.target_date),
        "Open to others": "Yes" if commitment.open_to_others else "No",
    }


def _in_words(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""


@dataclass(frozen=True)
class Piece:
    """A run of words that was kept, added or removed."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    question: str
    pieces: list[Piece]

    @property
    def after(self) -> str:
        """The answer as it reads with the change."""
        return "".join(piece.text for piece in self.pieces if piece.kind != "removed")


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
    return _between(submissions)


def changes_since_last_sent(edit: CommitmentEdit) -> list[Change]:
    """Return what an edit or addition changed when it was sent again. Empty for one that was sent once."""
    verbs = [f"{verb} {edit.noun}" for verb in ("submit", "resubmit")]
    sent = AuditEvent.objects.about(edit.signature).filter(verb__in=verbs)
    return _between(sent.filter(after__edit=edit.pk).order_by("-pk")[:2])


def _between(submissions: Iterable[AuditEvent]) -> list[Change]:
    texts = [event.after.get("answers", {}) for event in submissions]
    if len(texts) < 2:
        return []
    after, before = texts
    return compare(before, after)


def changes_in(edit: CommitmentEdit) -> list[Change]:
    """Return what an edit changes: of the public text, or of the text it replaced when it was accepted."""
    return compare(edit.replaced or text_of(edit.edited), text_of(edit))


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return the questions whose answers differ, word by word."""
    return [
        Change(question, compare_words(as_text(before.get(question, "")), as_text(value)))
        for question, value in after.items()
        if as_text(before.get(question, "")) != as_text(value)
    ]
