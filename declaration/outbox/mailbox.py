"""Read what the local mailbox holds."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Message:
    name: str
    to: str
    subject: str
    sent_at: datetime
    text: str
    html: str


def messages(limit: int = 200) -> list[Message]:
    """Return the newest messages, newest first."""
    paths = sorted(settings.MAILBOX_DIR.glob("*.eml"), reverse=True)
    return [_read(path) for path in paths[:limit]]


def message(name: str) -> Message | None:
    """Return one message, or None when there is none of that name."""
    path = settings.MAILBOX_DIR / f"{name}.eml"
    return _read(path) if path.exists() else None


def _read(path: Path) -> Message:
    parsed = message_from_bytes(path.read_bytes(), EmailMessage, policy=policy.default)
    return Message(
        name=path.stem,
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        sent_at=parsed["Date"].datetime,
        text=_part(parsed, "plain"),
        html=_part(parsed, "html"),
    )


def _part(parsed: EmailMessage, subtype: str) -> str:
    part = parsed.get_body((subtype,))
    return str(part.get_content()) if part is not None else ""
