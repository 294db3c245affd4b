"""Become a representative of an organisation, or propose one that is not in the register."""

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from declaration.accounts.models import User
from declaration.audit.recording import record
from signatories.changes import record_change
from signatories.email_domains import works_for
from signatories.models import Organisation, Origin, Representative, What

# Drafts and submissions that a person may have open for organisations they are not known to work for.
MAXIMUM_UNVERIFIED = 5
# A person who proposes more than this many bodies is not doing it for their work.
MAXIMUM_PROPOSALS = 5
# Addresses under /sign/organisation/ and /signatories/ that are pages of their own.
TAKEN_SLUGS = frozenset({"search", "suggest", "not-listed", "data"})


class TooManyProposals(Exception):
    """Raised when a person proposes more organisations than one person plausibly works for."""


class OrganisationHasEnded(Exception):
    """Raised when somebody wants to act for an organisation that does not exist today."""

    def __init__(self, organisation: Organisation) -> None:
        super().__init__(organisation.name)
        self.organisation = organisation


def refuse_if_ended(organisation: Organisation) -> None:
    """Raise OrganisationHasEnded unless the organisation exists today."""
    if not organisation.exists_today:
        raise OrganisationHasEnded(organisation)


@transaction.atomic
def become_representative(*, organisation: Organisation, user: User) -> Representative:
    """Let a signed-in person act for an organisation; the same row comes back the second time.

    Somebody whose email domain is not the organisation's own may go on, but is not verified:
    they see nothing that others wrote, and staff see a warning.
    Raises OrganisationHasEnded if the organisation does not exist today.
    """
    refuse_if_ended(organisation)
    return admit(organisation=organisation, user=user)


@transaction.atomic
def admit(*, organisation: Organisation, user: User) -> Representative:
    """Do what ``become_representative`` does, also for an organisation that has ended."""
    representative, created = Representative.objects.get_or_create(
        organisation=organisation,
        email=user.email,
        defaults={
            "user": user,
            "full_name": user.full_name,
            "is_verified": works_for(user.email, organisation),
        },
    )
    is_verified = representative.is_verified or works_for(user.email, organisation)
    is_news = created or representative.user_id != user.pk or is_verified != representative.is_verified
    if is_news:
        # They may have signed as an approver before they had an account, or staff may have added
        # their domain since.
        representative.user, representative.is_verified = user, is_verified
        representative.stopped_at = None
        representative.save(update_fields=["user", "is_verified", "stopped_at"])
        record(
            verb="register",
            on=representative,
            by=user,
            role="officer",
            after={"organisation": organisation.name, "is_verified": is_verified},
        )
    return representative


@transaction.atomic
def propose_organisation(
    *, name: str, kind: str, nation: str, website: str, note: str, by: User
) -> Organisation:
    """Add a body that is not in the register, for staff to confirm before anything is accepted.

    One that is in the register under this very name is returned as it is. Raises TooManyProposals.
    """
    listed = Organisation.objects.listed().filter(name__iexact=name)
    known = listed.current().first() or listed.first()
    if known:
        return known
    mine = Organisation.objects.filter(proposed_by=by, origin=Origin.PROPOSED)
    same = mine.filter(name__iexact=name).first()
    if same:
        return same.merged_into or same
    if mine.count() >= MAXIMUM_PROPOSALS:
        raise TooManyProposals
    organisation = Organisation.objects.create(
        slug=_free_slug(name),
        name=name,
        short_name=name,
        kind=kind,
        nation=nation,
        region=nation if nation != "England" else "",
        website=website,
        origin=Origin.PROPOSED,
        proposed_at=timezone.now(),
        proposed_by=by,
        proposal_note=note,
    )
    record(
        verb="propose",
        on=organisation,
        by=by,
        role="officer",
        after={"name": name, "kind": kind, "nation": nation, "website": website},
    )
    return organisation


@transaction.atomic
def confirm_organisation(*, organisation: Organisation, by: User) -> None:
    """Take a proposed organisation into the register. Does nothing if it is confirmed already."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not organisation.is_awaiting_confirmation:
        return
    organisation.confirmed_at = timezone.now()
    organisation.confirmed_by = by
    organisation.save(update_fields=["confirmed_at", "confirmed_by"])
    record(
        verb="confirm",
        on=organisation,
        by=by,
        role=by.role,
        before={"confirmed": False},
        after={"confirmed": True},
    )
    record_change(organisation=organisation, what=What.ADDED)


def _free_slug(name: str) -> str:
    stem = slugify(name)[:100] or "organisation"
    slug, number = stem, 1
    while slug in TAKEN_SLUGS or Organisation.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{stem}-{number}"
    return slug
