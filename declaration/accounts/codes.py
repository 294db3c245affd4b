"""Six-digit sign-in codes: asked for, tried, and used once.

Nothing here looks at the table of people until a code was right, so whether an address has an
account can show neither in what a stranger sees nor in how long it takes.
"""

import hmac
import logging
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from declaration.accounts.models import SignInCode, User, WrongTry
from declaration.accounts.turns import take_turn
from declaration.outbox.queue import no_longer_of_use, queue

logger = logging.getLogger(__name__)

LIFETIME: Final = timedelta(minutes=10)
TRIES_PER_CODE: Final = 5
TRIES_PER_ADDRESS: Final = 10
TRIES_PER_NETWORK: Final = 100
TRIES_WINDOW: Final = timedelta(hours=1)
CODES_PER_ADDRESS: Final = 5
CODES_WINDOW: Final = timedelta(minutes=15)
KEPT_FOR: Final = timedelta(days=1)


class CodeRefused(Exception):
    """The code did not sign anybody in. `reason` is one of the words below."""

    WRONG = "wrong"
    EXPIRED = "expired"
    ENDED = "ended"
    TOO_MANY_TRIES = "too_many_tries"

    def __init__(self, reason: str, tries_left: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.tries_left = tries_left


class TooManyCodes(Exception):
    """No more codes for now. `until` is when the next one may be asked for."""

    def __init__(self, until: datetime) -> None:
        super().__init__("Too many codes were asked for.")
        self.until = until


def fingerprint(kind: str, value: str) -> str:
    """Return what stands for an address or a network in the tables of limits (64 hex digits)."""
    return salted_hmac(f"accounts.{kind}", value, algorithm="sha256").hexdigest()


@transaction.atomic
def ask(*, email: str, network: str) -> SignInCode:
    """Make a code for an address, owe the email that carries it, and end every older code of it.

    `email` is lower-case; `network` is where the request came from. The code itself is nowhere
    but in the email. Raises TooManyCodes when the address or the network asked too often.
    """
    address = fingerprint("address", email)
    take_turn(address)
    now = timezone.now()
    asked = SignInCode.objects.filter(asked_at__gt=now - CODES_WINDOW).order_by("-asked_at")
    for mine, limit in (
        (Q(address=address), CODES_PER_ADDRESS),
        (Q(network=fingerprint("network", network)), settings.SIGN_IN_CODES_PER_NETWORK),
    ):
        newest = list(asked.filter(mine).values_list("asked_at", flat=True)[:limit])
        if len(newest) == limit:
            logger.warning("A sign-in code was refused: too many were asked for")
            raise TooManyCodes(until=newest[-1] + CODES_WINDOW)
    older = SignInCode.objects.filter(address=address, ended_at=None)
    # What a slow mail server has not taken yet would bring a dead code after the one that works.
    no_longer_of_use([_key(pk) for pk in older.values_list("pk", flat=True)])
    older.update(ended_at=now)
    digits = f"{secrets.randbelow(10**6):06}"
    code = SignInCode(
        address=address,
        network=fingerprint("network", network),
        asked_at=now,
        salt=secrets.token_hex(16),
    )
    code.digest = _digest(code, digits)
    code.save()
    queue(
        to=email,
        message="sign_in_code",
        key=_key(code.pk),
        context={"code": digits},
        secret=True,
    )
    return code


def _key(code: int) -> str:
    """Return what the outbox calls the email that carries a code."""
    return f"sign-in-code:{code}"


def use(*, code_id: int, email: str, digits: str, network: str) -> User:
    """Return the person a code signs in, making the account at their first time.

    A code is used once, also when it comes twenty times at the same moment. A wrong try counts
    against the code, the address and the network. Raises CodeRefused.
    """
    answer = _try(code_id=code_id, email=email, digits=digits, network=network)
    if isinstance(answer, CodeRefused):
        logger.warning("A sign-in code was refused: %s", answer.reason)
        raise answer
    return answer


@transaction.atomic
def _try(*, code_id: int, email: str, digits: str, network: str) -> User | CodeRefused:
    address = fingerprint("address", email)
    take_turn(address)
    now = timezone.now()
    code = SignInCode.objects.filter(pk=code_id, address=address).first()
    if code is None or code.ended_at is not None:
        used_up = code is not None and code.wrong_tries >= TRIES_PER_CODE
        return CodeRefused(CodeRefused.TOO_MANY_TRIES if used_up else CodeRefused.ENDED)
    if now >= code.asked_at + LIFETIME:
        return CodeRefused(CodeRefused.EXPIRED)
    where = fingerprint("network", network)
    recent = WrongTry.objects.filter(at__gt=now - TRIES_WINDOW)
    if (
        recent.filter(about=address).count() >= TRIES_PER_ADDRESS
        or recent.filter(about=where).count() >= TRIES_PER_NETWORK
    ):
        return CodeRefused(CodeRefused.TOO_MANY_TRIES)
    if not hmac.compare_digest(code.digest, _digest(code, digits)):
        WrongTry.objects.bulk_create([WrongTry(about=address, at=now), WrongTry(about=where, at=now)])
        code.wrong_tries += 1
        if code.wrong_tries >= TRIES_PER_CODE:
            code.ended_at = now
        code.save(update_fields=["wrong_tries", "ended_at"])
        if code.ended_at:
            return CodeRefused(CodeRefused.TOO_MANY_TRIES)
        return CodeRefused(CodeRefused.WRONG, tries_left=TRIES_PER_CODE - code.wrong_tries)
    # The turn already makes this the only one; the condition keeps the promise without it.
    if not SignInCode.objects.filter(pk=code.pk, ended_at=None).update(ended_at=now):
        return CodeRefused(CodeRefused.ENDED)
    person = User.objects.filter(email=email).first()
    return person or User.objects.create_user(email)


def forget_old() -> int:
    """Remove codes and wrong tries that no limit looks at any more; return how many rows went."""
    before = timezone.now() - KEPT_FOR
    codes, _ = SignInCode.objects.filter(asked_at__lt=before).delete()
    tries, _ = WrongTry.objects.filter(at__lt=before).delete()
    return codes + tries


def _digest(code: SignInCode, digits: str) -> str:
    """Return the code as it is kept: useless without the service's secret key."""
    return salted_hmac("accounts.sign_in_code", f"{code.salt}:{digits}", algorithm="sha256").hexdigest()
