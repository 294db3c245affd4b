"""What the database itself refuses, whatever the code above it does."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from signatories.models import Organisation, OrganisationDomain, Representative, Signature
from signatories.models.signature import LIVE
from tests.factories import (
    OrganisationFactory,
    RepresentativeFactory,
    SignatureFactory,
    UserFactory,
    signature_that_is,
)

pytestmark = pytest.mark.django_db


def assert_refused(constraint, action):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        action()
    assert constraint in str(error.value) or "UNIQUE constraint failed" in str(error.value)


@pytest.mark.parametrize("first", LIVE)
@pytest.mark.parametrize("second", LIVE)
def test_refuse_a_second_live_signature(first, second):
    one = signature_that_is(first)
    assert_refused(
        "one_live_signature_per_organisation",
        lambda: signature_that_is(second, organisation=one.organisation),
    )


@pytest.mark.parametrize("over", ["rejected", "declined", "expired", "withdrawn", "taken_down"])
def test_allow_a_live_signature_beside_those_that_are_over(over):
    one = SignatureFactory(published=True)
    for _ in range(2):
        signature_that_is(over, organisation=one.organisation)
    assert one.organisation.signatures.count() == 3


def test_refuse_a_second_shared_draft():
    one = SignatureFactory()
    assert_refused(
        "one_shared_draft_per_organisation", lambda: SignatureFactory(organisation=one.organisation)
    )


def test_allow_a_private_draft_for_each_stranger_but_only_one():
    one = SignatureFactory()
    stranger = RepresentativeFactory(organisation=one.organisation, unverified=True)
    mine = {"organisation": one.organisation, "started_by": stranger, "private": True}
    SignatureFactory(**mine)
    assert_refused("one_draft_per_organisation_and_person", lambda: SignatureFactory(**mine))


PAIRS = {
    "signature_submitted_at_and_by": ("submitted", "submitted_at", "submitted_by"),
    "signature_signed_at_and_by": ("taken_down", "signed_at", "signed_by"),
}


@pytest.mark.parametrize("constraint", PAIRS)
def test_refuse_a_time_without_a_person_and_a_person_without_a_time(constraint):
    status, at, by = PAIRS[constraint]
    signature = signature_that_is(status)
    rows = Signature.objects.filter(pk=signature.pk)
    assert_refused(constraint, lambda: rows.update(**{at: None}))
    assert_refused(constraint, lambda: rows.update(**{by: None}))
    rows.update(**{at: None, by: None})


def test_refuse_a_confirmation_without_a_person():
    organisation = OrganisationFactory(proposed=True)
    rows = Organisation.objects.filter(pk=organisation.pk)
    assert_refused("organisation_confirmed_at_and_by", lambda: rows.update(confirmed_at=timezone.now()))
    assert_refused("organisation_confirmed_at_and_by", lambda: rows.update(confirmed_by=UserFactory()))


@pytest.mark.parametrize(
    "missing", [{"version": None}, {"wording_hash": ""}, {"signed_at": None, "signed_by": None}]
)
def test_refuse_to_publish_what_is_not_signed(missing):
    signature = SignatureFactory(published=True)
    rows = Signature.objects.filter(pk=signature.pk)
    assert_refused("published_signature_is_signed", lambda: rows.update(**missing))


def test_refuse_the_same_person_twice_for_one_organisation():
    one = RepresentativeFactory()
    again = {"organisation": one.organisation, "full_name": "Twin"}
    assert_refused(
        "one_representative_per_organisation_and_email",
        lambda: Representative.objects.create(email=one.email.upper(), **again),
    )
    assert_refused(
        "one_representative_per_organisation_and_user",
        lambda: Representative.objects.create(email="other@example.gov.uk", user=one.user, **again),
    )


def test_refuse_two_organisations_with_one_code_but_not_without():
    OrganisationFactory(gss_code="E06000001")
    assert_refused("one_organisation_per_gss_code", lambda: OrganisationFactory(gss_code="E06000001"))
    assert OrganisationFactory(gss_code="").gss_code == OrganisationFactory(gss_code="").gss_code


def test_refuse_a_domain_twice_for_one_organisation_or_in_capitals():
    organisation = OrganisationFactory(domains=["c.gov.uk"])
    assert_refused(
        "one_row_per_organisation_and_domain",
        lambda: OrganisationDomain.objects.create(organisation=organisation, domain="c.gov.uk"),
    )
    assert_refused(
        "domain_is_lower_case",
        lambda: OrganisationDomain.objects.create(organisation=organisation, domain="D.gov.uk"),
    )


def test_keep_a_person_and_an_organisation_that_a_signature_names():
    signature = SignatureFactory(published=True)
    for named in (signature.organisation, signature.started_by, signature.signed_by, signature.version):
        with pytest.raises(Exception, match="protected|never changes"):
            named.delete()
