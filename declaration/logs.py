"""Logs that a machine can read, that nobody can forge a line in, and that hold no key to anything."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

# The tokens in the addresses of emailed links open what they name.
TOKENS = re.compile(r"(/approve/|/newsletter/(?:confirm|leave|choices|address)/)[^/\s'\"]+")
ADDRESSES = re.compile(r"[^\s@<>\"'=:/]+@[^\s@<>\"',:/]+")


def without_tokens(text: str) -> str:
    """Return a text with the tokens of emailed links left out."""
    return TOKENS.sub(r"\1(token)", text)


def without_secrets(text: str) -> str:
    """Return a text with the tokens of emailed links, and email addresses, left out."""
    return ADDRESSES.sub("(address)", without_tokens(text))


class PlainFormatter(logging.Formatter):
    """One readable line, for a machine of one's own."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line, with the time in UTC. Line breaks in a message cannot begin a new line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
