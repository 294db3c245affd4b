"""What the part of an email address after the @ tells us about where somebody works."""

from django.utils import timezone

from declaration.accounts.models import User
from signatories.models import Organisation

# Addresses anybody can open without working anywhere.
WEBMAIL_DOMAINS = frozenset(
    """
    aol.co.uk aol.com btinternet.com btopenworld.com duck.com fastmail.com gmail.com gmx.com
    gmx.co.uk googlemail.com hotmail.co.uk hotmail.com hushmail.com icloud.com live.co.uk
    live.com mac.com mail.com me.com msn.com ntlworld.com outlook.com outlook.co.uk
    pm.me proton.me protonmail.com rocketmail.com sky.com talktalk.net tutanota.com
    virginmedia.com yahoo.co.uk yahoo.com ymail.com zoho.com
    """.split()
)


def domain_of(email: str) -> str:
    """Return what stands after the last @, in lower case. Empty if there is no @."""
    return email.rpartition("@")[2].lower() if "@" in email else ""


def mailbox_of(email: str) -> str:
    """Return the address without what follows a plus, which most mail servers overlook."""
    return f"{email.rpartition('@')[0].partition('+')[0].lower()}@{domain_of(email)}"


def is_webmail(email: str) -> bool:
    return domain_of(email) in WEBMAIL_DOMAINS


def works_for(email: str, organisation: Organisation) -> bool:
    """Tell whether the address's whole domain is one of the organisation's own.

    No sub-domain is accepted by guess: councils lend sub-domains to parishes and schools.
    """
    return organisation.domains.filter(domain=domain_of(email)).exists()


def organisations_of(user: User) -> list[Organisation]:
    """Return the organisations that exist today and use the domain of this person's address."""
    return list(Organisation.objects.listed().current().at_domain(domain_of(user.email)))


def ended_organisations_of(user: User) -> list[Organisation]:
    """Return the organisations of this person's domain that exist no longer; people keep such addresses."""
    at_domain = Organisation.objects.listed().at_domain(domain_of(user.email))
    return list(at_domain.filter(end_date__lt=timezone.localdate()))


def successors_today(ended: list[Organisation]) -> list[Organisation]:
    """Return the organisations that exist today and came after these, or after their successors."""
    found: dict[int, Organisation] = {}
    known, newest = {one.pk for one in ended}, ended
    while newest:
        following = Organisation.objects.listed().filter(predecessors__in=newest).exclude(pk__in=known)
        newest = list(following.distinct())
        known |= {one.pk for one in newest}
        found |= {one.pk: one for one in newest if one.exists_today}
    return sorted(found.values(), key=lambda one: one.name)
