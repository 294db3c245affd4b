"""What the worker does for signatures, besides sending their emails."""

from celery import shared_task

from signatories import chasing


@shared_task(ignore_result=True)
def chase_approvers() -> None:
    """Send due reminders to approvers. Safe to run twice, and at the same moment."""
    chasing.chase_approvers()
