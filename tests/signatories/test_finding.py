"""One box for staff: reference, organisation, person, email or domain, as far as a role may see."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.people import sign_in_as_staff
from tests.factories import OrganisationFactory, SignatureFactory, UserFactory
from tests.signatories.desk_pages import decide, form_in, soup_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]


def found(browser, text):
    page = soup_of(browser.get(reverse("admin:signatories_signature_find"), {"q": text}))
    kinds = page.select("section.found")
    return {kind["aria-labelledby"].removeprefix("found-"): kind.get_text(" ") for kind in kinds}


def test_find_by_reference_name_person_address_and_domain(staff):
    organisation = OrganisationFactory(slug="bramshill", domains=["bramshill.gov.uk"])
    signature = SignatureFactory(awaiting_approver=True, organisation=organisation)
    SignatureFactory(submitted=True)
    signature.started_by.full_name = "Zelda Quick"
    signature.started_by.save()
    for text in (
        signature.reference,
        signature.reference[4:].lower(),
        "Bramshill",
        "zelda q",
        signature.started_by.email,
        "@bramshill.gov.uk",
        signature.approver_email,
        signature.approver_name,
    ):
        groups = found(staff, text)
        references = re.findall(r"LDD-\w{4}-\w{4}", groups["signatures"])
        assert references == [signature.reference], text
    assert set(found(staff, "@bramshill.gov.uk")) == {"signatures", "organisations", "people"}


@pytest.mark.parametrize("text", ["", "x", "%", "nothing like it", "'; --", "\u202e", "9" * 300])
def test_find_nothing(text, staff):
    SignatureFactory(submitted=True)
    assert found(staff, text) == {}


def test_find_no_more_than_a_role_may_see(staff, moderator):
    signature = SignatureFactory(submitted=True, started_by__email="wanted@somewhere.gov.uk")
    staff.post(decide(signature, "accept"), form_in(soup_of(staff.get(decide(signature, "accept")))))
    UserFactory(moderator=True, email="wanted@staff.gov.uk")
    seen = {
        role: set(found(sign_in_as_staff(Client(), UserFactory(role=role)), "wanted@"))
        for role in ("viewer", "moderator", "administrator")
    }
    assert seen == {
        "viewer": {"signatures", "people"},
        "moderator": {"signatures", "people", "emails"},
        "administrator": {"signatures", "people", "emails", "staff"},
    }
