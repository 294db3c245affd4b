"""What the clock does for the newsletter."""

from celery import shared_task

from declaration.newsletter import sending, subscribing


@shared_task(name="newsletter.start_what_is_due")
def start_what_is_due() -> None:
    sending.start_what_is_due()


@shared_task(name="newsletter.clear_away")
def clear_away() -> None:
    subscribing.clear_away()
