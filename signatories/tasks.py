"""What the worker does for signatures, besides sending their emails."""

from celery import shared_task

from signatories import chasing, checking_in, contact_checks, digest, mistakes, releasing


@shared_task(ignore_result=True)
def chase_approvers() -> None:
    """Send due reminders to approvers. Safe to run twice, and at the same moment."""
    chasing.chase_approvers()


@shared_task(ignore_result=True)
def forget_who_reported_mistakes() -> None:
    """Empty what no limit and no answer needs any more. Safe to run twice."""
    mistakes.forget_who_reported()


@shared_task(ignore_result=True)
def ask_for_updates() -> None:
    """Ask how commitments go, where that is due. Safe to run twice, and at the same moment."""
    checking_in.check_in()


@shared_task(ignore_result=True)
def ask_who_looks_after_it() -> None:
    """Ask once a year who looks after what was signed. Safe to run twice, and at the same moment."""
    contact_checks.check_contacts()


@shared_task(ignore_result=True)
def publish_what_waited() -> None:
    """Publish what was signed during a pause, once it is over. Safe to run twice, and at the same moment."""
    releasing.publish_what_waited()


@shared_task(ignore_result=True)
def send_digests() -> None:
    """Tell moderators what waits, once a working day. Safe to run often, and at the same moment."""
    digest.send_digests()
