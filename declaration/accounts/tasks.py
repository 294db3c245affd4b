"""What the worker clears away for us every hour."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from declaration.accounts import codes, sign_ins


@shared_task(name="accounts.forget_old")
def forget_old() -> None:
    """Remove sign-in codes and wrong tries of yesterday, old sign-ins, and sessions that have ended."""
    codes.forget_old()
    sign_ins.forget_old()
    SessionStore.clear_expired()
