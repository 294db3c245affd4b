"""When, roughly from where and how staff signed in, for themselves and administrators to look at."""

import ipaddress
from datetime import timedelta
from typing import Final

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest
from django.utils import timezone

from declaration.accounts.models import SignIn, User
from declaration.accounts.networks import network_of

KEPT_FOR: Final = timedelta(days=90)


def note(request: HttpRequest, person: User) -> SignIn | None:
    """Write a sign-in of a member of staff down; officers' are nobody's business."""
    if not person.is_staff:
        return None
    return SignIn.objects.create(
        person=person, network=_roughly(network_of(request)), method=_method(request, person)
    )


def _method(request: HttpRequest, person: User) -> str:
    """Return how the session was proved: by the department's sign-in, or else by its last step."""
    method = ""
    for record in get_authentication_records(request, person):
        if method != SignIn.Method.PROVIDER:
            method = record.get("type", "") if record["method"] == "mfa" else record["method"]
    return method if method in SignIn.Method.values else SignIn.Method.CODE


def _roughly(network: str) -> str:
    """Return the network of an address, 256 addresses in IPv4: enough to notice a strange one."""
    if not network:
        return ""
    address = ipaddress.ip_network(network, strict=False)
    prefix = 24 if address.version == 4 else 48
    return str(address.supernet(new_prefix=min(prefix, address.prefixlen)))


def forget_old() -> int:
    """Remove what nobody looks at any more; return how many rows went."""
    gone, _ = SignIn.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
    return gone
