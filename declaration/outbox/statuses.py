"""Enhanced status codes (RFC 3463): what the digits of a refusal say about the address, and about us."""

import re

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
# The mailbox or its domain does not exist, or has been closed. A full one, or a message that was too
# long, may be otherwise tomorrow.
GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})


def status_in(words: str) -> str:
    """Return the first status code in what a mail server said; empty when there is none."""
    found = _STATUS.search(words)
    return found.group() if found else ""


def is_gone(status: str) -> bool:
    return status in GONE


def is_policy(status: str) -> bool:
    """Whether it was refused for what the receiving side thinks of the sender, and not for the address."""
    return status.startswith("5.7.")
