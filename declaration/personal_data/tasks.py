"""What the clock erases."""

from celery import shared_task

from declaration.personal_data import retention


@shared_task(name="personal_data.forget_what_is_over", ignore_result=True)
def forget_what_is_over() -> None:
    """Erase what has been kept for its time, once a day. Safe to run twice, and at the same moment."""
    if retention.is_due():
        retention.run()
