"""What the worker clears away and renews for us every hour."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from declaration.accounts import codes, factor_secrets, sign_ins
from declaration.outbox import kept_keys


@shared_task(name="accounts.forget_old")
def forget_old() -> None:
    """Remove sign-in codes and wrong tries of yesterday, old sign-ins, and sessions that have ended."""
    codes.forget_old()
    sign_ins.forget_old()
    SessionStore.clear_expired()


@shared_task(name="accounts.renew_secrets")
def renew_secrets() -> None:
    """Seal with the present SECRET_KEY what one before it has sealed."""
    factor_secrets.renew()
    kept_keys.renew()
