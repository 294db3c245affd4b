"""Read what mail servers send back: reports that an email did not arrive, and readers' complaints.

Delivery status notifications (RFC 3464) and feedback reports (RFC 5965) come from anybody who can send
mail. One counts only if it names an email of ours by its reference, which nobody can guess, and nothing it
says reaches another address than that email's.
"""

import email.parser
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from uuid import UUID

from django.utils import timezone

from declaration.outbox import receipts, statuses
from declaration.outbox.models import Email, Receipt
from declaration.outbox.return_paths import references_in

log = logging.getLogger(__name__)
Outcome = Receipt.Outcome

# A report may hold the whole message again; more than this no mail server returns of ours.
BYTES_AT_MOST = 900_000
# A report tells of the one email that came back; one that names many was not written by a mail server.
REFERENCES_AT_MOST = 10
RECIPIENTS_AT_MOST = 20
DELIVERED_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
COMPLAINTS = {"abuse", "fraud", "virus", "other"}
REFERENCE = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


@dataclass(frozen=True)
class Told:
    """What a report says of one recipient."""

    recipients: frozenset[str]
    outcome: Outcome
    code: str
    words: str


def take(raw: bytes) -> int:
    """Write down what a message says of our emails; return of how many. Whatever it is, never raises."""
    if len(raw) > BYTES_AT_MOST:
        log.warning("A returned message of %s bytes was not read.", len(raw))
        return 0
    try:
        message = email.parser.BytesParser().parsebytes(raw)
        told, at, references = _read(message), _moment(message), _references(message)
    except Exception as error:  # noqa: BLE001 # written by strangers; the next message may be a real one
        log.warning("A returned message could not be read: %s.", type(error).__name__)
        return 0
    if not told or not references:
        return 0
    found = Email.objects.filter(reference__in=references[:REFERENCES_AT_MOST])
    return sum(_keep(one, told, at) for one in found)


def _keep(one: Email, told: list[Told], at: datetime) -> bool:
    """Write down what tells of an email; a reader's mail may have been passed on to another address."""
    ours = [said for said in told if one.to.lower() in said.recipients]
    elsewhere = [said for said in told if not ours and said.outcome != Outcome.COMPLAINT]
    anonymous = [said for said in told if said.outcome == Outcome.COMPLAINT and not said.recipients]
    for said in [*ours, *anonymous]:
        receipts.keep(email=one, outcome=said.outcome, at=at, code=said.code, words=said.words)
    for said in elsewhere:
        # That the next mailbox does not exist says nothing of the one we wrote to.
        outcome = Outcome.RETURNED if said.outcome == Outcome.GONE else said.outcome
        words = f"From an address to which it was passed on. {said.words}"
        receipts.keep(email=one, outcome=outcome, at=at, code=said.code, words=words)
    return bool(ours or elsewhere or anonymous)


def _read(message: Message) -> list[Told]:
    if message.get_content_type() != "multipart/report":
        return []
    match str(message.get_param("report-type", "")).lower():
        case "delivery-status":
            return _delivery_status(message)
        case "feedback-report":
            return _feedback(message)
    return []


def _delivery_status(message: Message) -> list[Told]:
    told = []
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        # The first block is about the message, each other about one recipient.
        for block in _blocks(part)[1 : RECIPIENTS_AT_MOST + 1]:
            said = _of_recipient(block)
            if said is not None:
                told.append(said)
        break
    return told


def _of_recipient(block: Message) -> Told | None:
    action = _field(block, "Action").lower()
    words = _field(block, "Diagnostic-Code").partition(";")[2].strip()
    status = statuses.status_in(_field(block, "Status"))
    if status.endswith(".0.0") or not status:
        # Many a server has a general code here, and the answer it got in words.
        status = statuses.status_in(words) or status
    recipients = {_address(_field(block, name)) for name in ("Final-Recipient", "Original-Recipient")}
    if action == "delayed":
        outcome = Outcome.DELAYED
    elif action != "failed":
        return None
    else:
        outcome = Outcome.GONE if statuses.is_gone(status) else Outcome.RETURNED
    return Told(frozenset(recipients - {""}), outcome, status, words or f"Status {status or 'unknown'}.")


def _feedback(message: Message) -> list[Told]:
    for part in message.walk():
        if part.get_content_type() != "message/feedback-report":
            continue
        for block in _blocks(part)[:1]:
            kind = _field(block, "Feedback-Type").lower()
            if kind in COMPLAINTS:
                recipient = _address(_field(block, "Original-Rcpt-To"))
                who = _field(block, "Reported-Domain") or "a mailbox provider"
                words = f"Complaint ({kind}), passed on by {who}."
                return [Told(frozenset({recipient} - {""}), Outcome.COMPLAINT, "complaint", words)]
    return []


def _references(message: Message) -> list[UUID]:
    """Return the references a report names: where it was sent to, or in the headers of what came back."""
    found = [
        reference
        for name in DELIVERED_TO
        for header in message.get_all(name, [])
        for reference in references_in(str(header))
    ]
    for headers in _returned_headers(message):
        found += references_in(_field(headers, "Return-Path"))
        for name in ("X-Delivery-ID", "Message-ID"):
            found += [UUID(one) for one in REFERENCE.findall(_field(headers, name).lower())]
    return list(dict.fromkeys(found))


def _returned_headers(message: Message) -> list[Message]:
    """Return the headers of the message that came back, whole or in part."""
    found: list[Message] = []
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                found.append(email.parser.BytesHeaderParser().parsebytes(content))
        elif kind in {"message/rfc822", "message/global"}:
            found += _blocks(part)[:1]
    return found


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _field(block: Message, name: str) -> str:
    return " ".join(str(block.get(name, "")).split())


def _address(field: str) -> str:
    """Return the address in «rfc822; jo@example.gov.uk» or «<jo@example.gov.uk>», in small letters."""
    return parseaddr(field.rpartition(";")[2].strip())[1].lower()


def _moment(message: Message) -> datetime:
    """Return when a report was written, or now."""
    try:
        at = parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError):
        return timezone.now()
    return at.replace(tzinfo=UTC) if timezone.is_naive(at) else at
