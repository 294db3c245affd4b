"""Names that people write differently mean the same body, and different bodies stay different."""

import csv
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signatories.models import Organisation, OrganisationAlias
from signatories.naming import key, plain
from signatories.reference import DATA, load_reference
from signatories.register.organisations import find_organisations


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("London Borough of Camden", "camden"),
        ("LB Camden", "Camden"),
        ("Royal Borough of Kensington & Chelsea", "Kensington and Chelsea"),
        ("City of Bradford Metropolitan District Council", "BRADFORD"),
        ("St. Helens MBC", "Saint Helens"),
        ("Durham County Council", "County Durham"),
        ("King’s Lynn", "Kings Lynn"),
        ("Cyngor Sir Ynys Môn", "sir ynys mon"),
        ("  the   City and County of Swansea Council ", "Swansea"),
        ("Borough Council of King's Lynn and West Norfolk", "Kings Lynn & West Norfolk"),
        ("Stoke-on-Trent City Council", "stoke on trent"),
        ("Straße Bürg", "strasse burg"),
    ],
)
def test_match_names_of_one_body(written, same):
    assert key(written) == key(same)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Leicester City Council", "Leicestershire County Council"),
        ("Greater London Authority", "City of London Corporation"),
        ("North East Lincolnshire", "Lincolnshire"),
        ("South Yorkshire Mayoral Combined Authority", "Yorkshire"),
    ],
)
def test_keep_different_bodies_apart(one, other):
    assert key(one) != key(other)


@pytest.mark.parametrize("name", ["Council", "City", "the Council", "Borough of"])
def test_keep_some_words_of_a_name_of_nothing_but_style(name):
    assert key(name)


@given(st.text(max_size=60))
def test_plain_text_is_plain_whatever_is_typed(text):
    once = plain(text)
    assert plain(once) == once
    assert key(key(text)) == key(text)
    assert set(once) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")


def test_share_keys_only_with_the_council_that_was_replaced():
    with (DATA / "organisations.csv").open(newline="", encoding="utf-8") as file:
        keys = Counter(key(row["name"]) for row in csv.DictReader(file))
    assert {name for name, number in keys.items() if number > 1} == {
        "buckinghamshire",
        "dorset",
        "north yorkshire",
        "somerset",
    }


def test_load_other_names(db):
    load_reference()
    with (DATA / "aliases.csv").open(newline="", encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    assert sorted(OrganisationAlias.objects.values_list("name", flat=True)) == sorted(names)
    assert Organisation.objects.get(aliases__name="Shepway District Council").slug == "folkestone-hythe"


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("saint albans", "st-albans"),
        ("St. Alban's", "st-albans"),
        ("birmingam", "birmingham"),
        ("sadnwell", "sandwell"),
        ("ynys mon", "isle-of-anglesey"),
        ("shepway", "folkestone-hythe"),
    ],
)
def test_look_up_an_organisation_however_it_is_written(typed, slug, db):
    load_reference()
    assert [organisation.slug for organisation in find_organisations(typed)] == [slug]


def test_look_up_nobody_for_what_is_like_nothing(db):
    load_reference()
    assert not find_organisations("zzzzzzz")
