"""What we ask allauth to do our way: its stages, its mail and its messages."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from declaration.accounts import sign_ins
from declaration.accounts.models import User
from declaration.accounts.networks import network_of
from declaration.accounts.paths import own_path
from declaration.outbox.queue import queue

logger = logging.getLogger(__name__)

# What happened to the second factor, by the name allauth gives it.
_FACTOR_CHANGES = {
    "mfa/email/totp_activated": "An authenticator app was added.",
    "mfa/email/totp_deactivated": "The authenticator app was removed.",
    "mfa/email/webauthn_added": "A passkey or security key was added.",
    "mfa/email/webauthn_removed": "A passkey or security key was removed.",
    "mfa/email/recovery_codes_generated": "New recovery codes were made.",
}


class AccountAdapter(DefaultAccountAdapter):
    def get_login_stages(self) -> list[str]:
        """After the code comes the second factor, for those who have one, and nothing else."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        logger.info("Signed in: person %s", user.pk)
        if isinstance(user, User):
            sign_ins.note(request, user)

    def is_safe_url(self, url: str) -> bool:
        return bool(own_path(url))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return settings.LOGIN_REDIRECT_URL

    def get_client_ip(self, request: HttpRequest) -> str:
        return network_of(request) or "unknown"

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Show no flash messages: our pages say themselves what happened."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        raise NotImplementedError(f"Every email goes through the outbox, {template_prefix} too.")

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the person that their second factor changed, so that a thief can't do it quietly."""
        now = timezone.now()
        with transaction.atomic():
            queue(
                to=user.get_username(),
                message="second_factor_changed",
                key=f"second-factor-changed:{user.pk}:{now.timestamp()}",
                context={"change": _FACTOR_CHANGES[template_prefix], "at": now},
            )
