"""The check answers from memory, and what staff change shows in the next answer."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from declaration.freshness import Freshness, move_on
from signatories import merging, registering, signing
from signatories.changes import record_change
from signatories.models import Organisation, What
from signatories.register.following import Held
from tests.accounts.people import sign_in_as_staff
from tests.factories import OrganisationFactory, UserFactory
from tests.signatories.standing_on import DAY, answers, results, signed
from tests.signatories.test_admin_editing import form_on, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return sign_in_as_staff(Client(), UserFactory(role="administrator"))


@pytest.fixture
def edit(administrator, version):
    """Save the admin page of an organisation with other answers."""

    def save(organisation, **fields):
        page = page_of(organisation)
        answer = administrator.post(page, form_on(administrator, page, **fields))
        assert answer.status_code == 302, answer.content.decode()

    return save


def suggested(name, on=DAY):
    (answer,) = answers(name, on=on)
    return [one.slug for one in answer.suggestions]


def test_what_staff_edit_is_in_the_next_answer(edit):
    leeds = OrganisationFactory(
        slug="leeds", name="Leeds City Council", short_name="Leeds", gss_code="E08000035"
    )
    assert results("Leeds") == results("E08000035") == [("leeds", "not-signed")]
    assert suggested("Loidis") == []
    edit(leeds, **{"aliases-TOTAL_FORMS": 1, "aliases-0-name": "Loidis", "aliases-0-organisation": leeds.pk})
    assert results("Loidis") == [("leeds", "not-signed")]
    assert suggested("Loidiz") == ["leeds"]
    edit(leeds, **{"aliases-0-DELETE": "on"})
    assert results("Loidis") == [(None, "unknown")]
    assert suggested("Loidiz") == []
    edit(leeds, name="Ledes Council", short_name="Ledes", gss_code="E08000099", slug="ledes")
    # The name it had is kept as another one.
    assert results("Leeds City Council", "Ledes") == [("ledes", "not-signed")] * 2
    assert results("E08000099") == [("ledes", "not-signed")]
    assert results("E08000035") == [(None, "unknown")]


def test_dates_and_successors_that_staff_edit_are_in_the_next_answer(edit):
    old = OrganisationFactory(slug="old", name="Old Council", short_name="Old")
    OrganisationFactory(slug="new", name="New Council", short_name="New")
    assert results("Old") == [("old", "not-signed")]
    edit(old, end_date="2023-03-31")
    assert [answer.problem for answer in answers("Old")] == ["not-there"]
    edit(old, successors_named=["New Council", "", ""])
    assert results("Old") == [("new", "not-signed")]
    edit(old, end_date="2025-03-31")
    assert results("Old") == [("old", "not-signed")]


def test_signing_and_withdrawing_is_in_the_next_answer(version):
    OrganisationFactory(slug="leeds", name="Leeds City Council", short_name="Leeds")
    today = timezone.localdate()
    assert results("Leeds", on=today) == [("leeds", "not-signed")]
    signature = signed("leeds", datetime(2024, 1, 4, 12, tzinfo=UTC))
    assert results("Leeds", on=today) == [("leeds", "signed")]
    signing.withdraw(signature=signature, by=signature.started_by)
    (answer,) = answers("Leeds", on=DAY)
    assert (answer.result, answer.standing.is_on_register) == ("signed", False)


def test_a_proposed_body_is_found_once_it_is_confirmed_and_by_its_name_once_it_is_merged(version):
    leeds = OrganisationFactory(slug="leeds", name="Leeds City Council", short_name="Leeds")
    proposed = OrganisationFactory(proposed=True, slug="leedz", name="Northern Data Trust")
    moderator = UserFactory(moderator=True)
    assert results("Northern Data Trust") == [(None, "unknown")]
    registering.confirm_organisation(organisation=proposed, by=moderator)
    assert results("Northern Data Trust") == [("leedz", "not-signed")]
    proposed.refresh_from_db()
    plan = merging.plan_merge(source=proposed, target=leeds)
    merging.merge(source=proposed, target=leeds, by=moderator, seen=plan.fingerprint)
    assert results("Northern Data Trust") == [("leeds", "not-signed")]
    assert results("leedz") == [(None, "unknown")]


def test_read_everything_again_where_a_number_says_nothing_of_whom(version):
    leeds = OrganisationFactory(slug="leeds", name="Leeds City Council", short_name="Leeds")
    assert results("Leeds") == [("leeds", "not-signed")]
    Organisation.objects.filter(pk=leeds.pk).update(short_name="Loidis")
    with transaction.atomic():
        move_on()
    assert results("Loidis") == [("leeds", "not-signed")]


def test_read_everything_again_also_when_a_later_change_is_there_already(version, monkeypatch):
    """Between the number and the changes after the last one, another change may become visible."""
    read = []
    organisation = OrganisationFactory()
    held = Held(
        lambda fresh: read.append("all") or Kept(fresh),
        lambda old, fresh, which: read.append(which) or Kept(fresh),
    )
    with transaction.atomic():
        record_change(organisation=organisation, what=What.CORRECTED)
        held.current()
        record_change(organisation=organisation, what=What.CORRECTED)
        held.current()
        record_change(organisation=organisation, what=What.CORRECTED)
        seen = move_on()
        record_change(organisation=organisation, what=What.CORRECTED)
    monkeypatch.setattr("signatories.register.following.freshness", lambda: seen)
    held.current()
    assert read == ["all", {organisation.pk}, "all"]


class Kept:
    def __init__(self, fresh: Freshness):
        self.fresh = fresh
