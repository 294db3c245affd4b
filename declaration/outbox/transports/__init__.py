"""The way mail leaves: GOV.UK Notify, an SMTP relay, or the mailbox page of a developer's machine."""

import threading

from django.conf import settings

from declaration.outbox.transports.answers import Transport
from declaration.outbox.transports.mailbox import MailboxTransport
from declaration.outbox.transports.notify import NotifyTransport
from declaration.outbox.transports.smtp import SMTPTransport

_of_this_thread = threading.local()


def transport() -> Transport:
    """Return this thread's transport, kept from one task to the next with its connection open."""
    if not hasattr(_of_this_thread, "transport"):
        _of_this_thread.transport = chosen_by_settings()
    kept: Transport = _of_this_thread.transport
    return kept


def chosen_by_settings() -> Transport:
    """Return a new transport: Notify before SMTP before the local mailbox."""
    if settings.NOTIFY_API_KEY:
        return NotifyTransport(
            api_key=settings.NOTIFY_API_KEY,
            template_id=settings.NOTIFY_TEMPLATE_ID,
            base_url=settings.NOTIFY_BASE_URL,
            timeout=settings.MAIL_TIMEOUT_SECONDS,
        )
    if settings.SMTP:
        return SMTPTransport(
            host=settings.SMTP["EMAIL_HOST"],
            port=settings.SMTP["EMAIL_PORT"],
            user=settings.SMTP["EMAIL_HOST_USER"] or "",
            password=settings.SMTP["EMAIL_HOST_PASSWORD"] or "",
            starttls=settings.SMTP["EMAIL_USE_TLS"],
            tls=settings.SMTP["EMAIL_USE_SSL"],
            timeout=settings.MAIL_TIMEOUT_SECONDS,
        )
    return MailboxTransport(settings.MAILBOX_DIR)
