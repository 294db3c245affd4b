"""What every installation begins with: the register, the wording, service areas and reasons."""

import json
from collections import Counter
from datetime import date

import pytest
from django.core.management import call_command

from declaration.models import DeclarationVersion, Principle, ServiceArea
from signatories.email_domains import organisations_of
from signatories.models import (
    Organisation,
    OrganisationAlias,
    OrganisationDomain,
    Origin,
    Reason,
    RegisterChange,
)
from signatories.reference import load_reference
from signatories.register.organisations import COUNCIL_KINDS, councils
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

# The counts published for 21 November 2026.
CURRENT = {
    "county": 21,
    "non-metropolitan-district": 164,
    "unitary": 63,
    "metropolitan-district": 36,
    "london-borough": 32,
    "city-corporation": 1,
    "wales-unitary": 22,
    "scotland-unitary": 32,
    "northern-ireland-district": 11,
    "combined-authority": 19,
    "national-park-authority": 15,
    "sui-generis": 1,
}
ENGLAND = {
    date(2018, 6, 1): 353,
    date(2019, 4, 1): 343,
    date(2020, 4, 1): 339,
    date(2021, 4, 1): 333,
    date(2023, 4, 1): 317,
    date(2026, 11, 21): 317,
    date(2027, 3, 31): 317,
    date(2027, 4, 1): 307,
}


@pytest.fixture
def loaded():
    return load_reference()


MODELS = (
    Organisation,
    OrganisationAlias,
    OrganisationDomain,
    RegisterChange,
    DeclarationVersion,
    Principle,
    ServiceArea,
    Reason,
)


def everything():
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in MODELS} | {
        "successors": sorted(Organisation.successors.through.objects.values_list("pk", flat=True))
    }


def test_load_counts_what_was_announced(loaded):
    assert loaded == {
        "organisations": 469,
        "versions of the Declaration": 1,
        "service areas": 18,
        "reasons": 10,
    }
    assert DeclarationVersion.objects.current().principles.count() == 5
    assert DeclarationVersion.objects.current().is_summary


def test_load_has_the_kinds_of_the_official_counts(loaded, time_machine):
    time_machine.move_to("2026-11-21 12:00+00:00")
    assert Counter(Organisation.objects.current().values_list("kind", flat=True)) == CURRENT
    assert councils().count() == 382 == sum(CURRENT[kind] for kind in COUNCIL_KINDS)
    assert Organisation.objects.exclude(pk__in=Organisation.objects.current()).count() == 52


@pytest.mark.parametrize(("day", "number"), ENGLAND.items(), ids=map(str, ENGLAND))
def test_count_the_principal_councils_of_england_on_a_day(day, number, loaded):
    england = Organisation.objects.current(day).filter(nation="England", kind__in=COUNCIL_KINDS)
    assert england.count() == number


def test_load_twice_changes_nothing(loaded):
    before = everything()
    assert load_reference() == loaded
    assert everything() == before


def test_load_by_command(capsys):
    call_command("load_reference")
    assert "469" in capsys.readouterr().out


def test_edits_by_staff_survive_the_next_load(loaded):
    leeds = Organisation.objects.get(slug="leeds")
    Organisation.objects.filter(pk=leeds.pk).update(name="Leeds (our name)", origin=Origin.STAFF)
    leeds.domains.all().delete()
    ServiceArea.objects.filter(slug="housing").update(name="Homes", order=99)
    Reason.objects.filter(slug="too-broad").update(text="Our own words.")
    before = everything()
    load_reference()
    assert everything() == before
    assert Reason.objects.get(slug="too-broad").text == "Our own words."


def test_register_is_brought_up_to_date_where_staff_have_not_edited(loaded):
    Organisation.objects.filter(slug="leeds").update(name="Old name")
    load_reference()
    assert Organisation.objects.get(slug="leeds").name == "Leeds City Council"


def test_second_wording_is_not_disturbed(loaded):
    DeclarationVersion.objects.create(number=2, title="Ours", introduction="Ours.")
    load_reference()
    assert DeclarationVersion.objects.count() == 2


def test_nine_domains_belong_to_two_councils_of_today(loaded, time_machine):
    time_machine.move_to("2026-11-21 12:00+00:00")
    domains = Counter(
        OrganisationDomain.objects.filter(organisation__in=Organisation.objects.current()).values_list(
            "domain", flat=True
        )
    )
    assert len([domain for domain, number in domains.items() if number == 2]) == 9
    assert set(domains.values()) == {1, 2}
    officer = UserFactory(email="kim@adur-worthing.gov.uk")
    assert {o.slug for o in organisations_of(officer)} == {"adur", "worthing"}


@pytest.mark.parametrize(
    ("domain", "slugs"),
    [
        ("somerset.gov.uk", {"somerset"}),
        ("northyorks.gov.uk", {"north-yorkshire"}),
        ("buckscc.gov.uk", {"buckinghamshire"}),
        ("westsuffolk.gov.uk", {"west-suffolk"}),
        ("leeds.gov.uk", {"leeds"}),
        ("LEEDS.GOV.UK", {"leeds"}),
        ("allerdale.gov.uk", set()),
        ("gov.uk", set()),
        ("gmail.com", set()),
    ],
)
def test_offer_the_council_of_today(domain, slugs, loaded):
    officer = UserFactory(email=f"kim@{domain}")
    assert {o.slug for o in organisations_of(officer)} == slugs


def test_every_current_council_has_a_domain(loaded):
    assert list(councils().filter(domains__isnull=True)) == []


def test_succession_leads_to_organisations_that_begin_when_the_other_ends(loaded):
    links = Organisation.successors.through.objects.select_related("from_organisation", "to_organisation")
    assert links.count() > 50
    for link in links:
        assert link.from_organisation.end_date is not None
        start = link.to_organisation.start_date
        assert (
            start is None
            or start <= link.from_organisation.end_date.replace(day=1)
            or ((start - link.from_organisation.end_date).days == 1)
        )


def test_reasons_speak_to_the_officer(loaded):
    assert not [reason.slug for reason in Reason.objects.all() if len(reason.text) < 30]
    assert (
        Reason.objects.filter(for_changes=True).exists()
        and Reason.objects.filter(for_rejection=True).exists()
    )


def test_wording_carries_its_own_hash(loaded):
    version = DeclarationVersion.objects.current()
    assert version.wording_hash == version.compute_wording_hash()
    assert len(json.dumps(version.wording_hash)) == 66


def test_load_numbers_what_it_changes(loaded):
    assert RegisterChange.objects.filter(what="added").count() == 469 == RegisterChange.objects.count()
    Organisation.objects.filter(slug="leeds").update(name="Old name")
    load_reference()
    assert [(c.organisation.slug, c.what) for c in RegisterChange.objects.order_by("number")[469:]] == [
        ("leeds", "corrected")
    ]
