"""Asking how organisations stood on a day."""

from datetime import date, timedelta

from signatories.models import Organisation
from signatories.register.as_at import check
from tests.factories import OrganisationFactory, SignatureFactory

DAY = date(2024, 3, 31)


def answers(*names, on=DAY):
    return check(list(enumerate(names, start=1)), on).answers


def results(*names, on=DAY):
    return [
        (answer.organisation and answer.organisation.slug, answer.result) for answer in answers(*names, on=on)
    ]


def signed(slug, at, **fields):
    organisation = Organisation.objects.filter(slug=slug).first() or OrganisationFactory(slug=slug)
    return SignatureFactory(
        published=True, organisation=organisation, submitted_at=at - timedelta(20), signed_at=at, **fields
    )
