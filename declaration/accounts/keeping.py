"""How long we keep codes, wrong tries and the sign-ins of staff."""

from datetime import datetime

from django.db.models import QuerySet

from declaration.accounts import codes, sign_ins
from declaration.accounts.models import SignIn, SignInCode
from declaration.personal_data.rules import Rule, keep_no_longer


def _codes(before: datetime) -> QuerySet[SignInCode]:
    return SignInCode.objects.filter(asked_at__lt=before)


def _sign_ins(before: datetime) -> QuerySet[SignIn]:
    return SignIn.objects.filter(at__lt=before)


keep_no_longer(Rule("sign-in-codes", codes.KEPT_FOR, _codes))
keep_no_longer(Rule("sign-ins", sign_ins.KEPT_FOR, _sign_ins))
