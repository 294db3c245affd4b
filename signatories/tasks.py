"""What the worker does for signatures, besides sending their emails."""

from celery import shared_task

from signatories import chasing, mistakes


@shared_task(ignore_result=True)
def chase_approvers() -> None:
    """Send due reminders to approvers. Safe to run twice, and at the same moment."""
    chasing.chase_approvers()


@shared_task(ignore_result=True)
def forget_who_reported_mistakes() -> None:
    """Empty what no limit and no answer needs any more. Safe to run twice."""
    mistakes.forget_who_reported()
