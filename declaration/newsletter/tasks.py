"""What the clock does for the newsletter."""

from celery import shared_task

from declaration.newsletter import alerts, importing, sending, subscribing, suppressing


@shared_task(name="newsletter.start_what_is_due")
def start_what_is_due() -> None:
    sending.start_what_is_due()


@shared_task(name="newsletter.send_alerts")
def send_alerts() -> None:
    alerts.send_alerts()


@shared_task(name="newsletter.clear_away")
def clear_away() -> None:
    """Forget who never confirmed, and suppress the mailboxes that do not exist."""
    subscribing.clear_away()
    importing.forget_what_was_only_shown()
    sending.suppress_hard_bounces()


@shared_task(name="newsletter.suppress_lost")
def suppress_lost() -> None:
    """Take the addresses that the outbox has lost off the list."""
    suppressing.suppress_lost()
