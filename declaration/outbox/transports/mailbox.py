"""The local mailbox: messages become files that the mailbox page shows; nothing leaves the machine."""

import os
from pathlib import Path

from declaration.outbox.merging import message
from declaration.outbox.models import Email


class MailboxTransport:
    remembers = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, email: Email) -> str:
        """Write the message under a name that sorts by age; the name is the reference."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(email)
        unfinished = path.with_suffix(".new")
        unfinished.write_bytes(message(email))
        os.replace(unfinished, path)
        return path.stem

    def find(self, email: Email) -> str | None:
        path = self._path(email)
        return path.stem if path.exists() else None

    def close(self) -> None:
        pass

    def _path(self, email: Email) -> Path:
        return self.folder / f"{email.queued_at:%Y%m%dT%H%M%S%f}-{email.reference.hex}.eml"
