"""Whoever searches sees the best match first: names before other names, titles and the rest."""

import json
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.db import transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from signatories.changes import record_change
from signatories.models import OrganisationAlias, What
from signatories.register import snapshot
from signatories.register.facets import Answer, Query
from signatories.register.relevance import WholeNames
from signatories.register.searching import bits_of
from tests.factories import CommitmentFactory, SignatureFactory

# In the order in which a search for «ham» should show them.
FOR_HAM = (
    ("Ham Parish Council", "", "Swings", ""),
    ("South Ham Borough Council", "Ham", "Benches", ""),
    ("Hambleton District Council", "", "Bins", ""),
    ("Hamble Parish Council", "Ham in the Sea", "Parking", ""),
    ("East Ham Town Council", "", "Ham first", ""),
    ("Birmingham City Council", "", "Housing", ""),
    ("Leicester City Council", "Ham by the Soar", "Allotments", ""),
    ("Arun District Council", "", "Mend the Ham bridge", ""),
    ("Adur District Council", "", "Roads", "Write to everybody in Ham."),
)


@pytest.fixture(scope="module")
def signed(database, django_db_blocker):
    with django_db_blocker.unblock():
        for name, alias, title, mission in reversed(FOR_HAM):
            signature = SignatureFactory(
                published=True, organisation__name=name, organisation__short_name=name, commitment=None
            )
            CommitmentFactory(signature=signature, title=title, mission=mission, impact="")
            if alias:
                OrganisationAlias.objects.create(organisation=signature.organisation, name=alias)
        snapshot.forget()


def found(q, **asked):
    return [row.name for _, row, _ in Answer(snapshot.current(), Query(q=q, **asked)).rows()]


def test_show_the_best_match_first(signed):
    names = [name for name, *_ in FOR_HAM]
    assert found("ham") == [*names[:2], *sorted(names[2:4]), *names[4:]]


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("Hamble", "Hamble Parish Council"),
        ("hambleton", "Hambleton District Council"),
        ("Birmingham Council", "Birmingham City Council"),
        ("birmingam", "Birmingham City Council"),
        ("liecester city", "Leicester City Council"),
        ("mend bridge", "Arun District Council"),
        ("arun bridge", "Arun District Council"),
    ],
)
def test_show_first_what_was_meant(signed, q, first):
    assert found(q)[0] == first


def test_show_a_whole_name_before_the_same_name_of_another_style(signed):
    for name in ("Zed County Council", "Zed Council", "Zed Town Council"):
        SignatureFactory(published=True, organisation__name=name, organisation__short_name=name)
    assert found("Zed Town Council")[0] == "Zed Town Council"
    assert found("zed") == ["Zed Council", "Zed County Council", "Zed Town Council"]


def test_show_a_misspelt_name_before_a_title_that_is_misread_alike(signed):
    for name, title in (("Alpha Council", "Quorndon bridge"), ("Quorndon Council", "A bridge")):
        SignatureFactory(published=True, organisation__name=name, commitment__title=title)
    assert found("quorndn") == ["Quorndon Council", "Alpha Council"]
    assert found("quorndn bridg") == ["Alpha Council", "Quorndon Council"]


def test_follow_a_new_name_and_another_name(signed):
    signature = SignatureFactory(
        published=True, organisation__name="Plain Council", commitment__title="For Xanadu"
    )
    other = SignatureFactory(published=True, organisation__name="Other Council", commitment__title="Xanadu")
    assert found("xanadu") == ["Other Council", "Plain Council"]
    with transaction.atomic():
        OrganisationAlias.objects.create(organisation=signature.organisation, name="Xanadu")
        record_change(organisation=signature.organisation, what=What.CORRECTED)
    assert found("xanadu") == ["Plain Council", "Other Council"]
    snapshot.forget()
    assert found("xanadu") == ["Plain Council", "Other Council"]
    with transaction.atomic():
        other.organisation.name = "Xanadu Council"
        other.organisation.save()
        record_change(organisation=other.organisation, what=What.CORRECTED)
    assert found("xanadu council") == ["Xanadu Council", "Plain Council"]


def orders_of(address):
    soup = BeautifulSoup(Client().get(address).content, "html5lib")
    names = [link.get_text() for link in soup.select(".service-results h2 a")]
    options = {option.get_text(): option["value"] for option in soup.select("#sort option")}
    chosen = soup.select_one("#sort option[selected]") or soup.select_one("#sort option")
    return names, options, chosen.get_text(), soup


def test_offer_the_best_match_to_whoever_searches(signed):
    _, options, chosen, _ = orders_of("/signatories/")
    assert (list(options), chosen) == (["Newest signature", "Name", "Recently updated"], "Newest signature")
    names, options, chosen, soup = orders_of("/signatories/?q=ham&sort=")
    assert list(options) == ["Best match", "Newest signature", "Name", "Recently updated"]
    assert (chosen, names[0]) == ("Best match", "Ham Parish Council")
    assert soup.select_one("link[rel=canonical]")["href"].endswith("/signatories/?q=ham")
    # What was chosen stays chosen, also where it is what nobody has to choose.
    names, _, chosen, soup = orders_of("/signatories/?q=ham&sort=newest")
    assert (chosen, names[0], names[-1]) == ("Newest signature", FOR_HAM[0][0], FOR_HAM[-1][0])
    assert soup.select_one("link[rel=canonical]")["href"].endswith("/signatories/?q=ham&sort=newest")
    assert soup.select_one(".service-chosen a")["href"] == "/signatories/"
    assert orders_of("/signatories/?sort=best")[2] == "Newest signature"


def test_leave_feed_in_time_and_programs_the_choice(signed):
    updated = Client().get("/signatories.atom?q=ham").content
    assert updated == Client().get("/signatories.atom?q=ham&sort=name").content
    feed = ElementTree.fromstring(updated)
    atom = "{http://www.w3.org/2005/Atom}"
    times = [entry.findtext(f"{atom}updated") for entry in feed.iter(f"{atom}entry")]
    assert len(times) == len(FOR_HAM)
    assert times == sorted(times, reverse=True)
    assert feed.findtext(f"{atom}id").endswith("/signatories.atom?q=ham")

    def in_api(query):
        answer = json.loads(Client().get(f"/api/v1/signatories/?{query}").content)
        return [one["organisation"]["name"] for one in answer["signatories"]]

    assert in_api("q=ham&sort=best") == found("ham")
    assert in_api("q=ham") == in_api("q=ham&sort=signed") != found("ham")
    assert in_api("sort=best") == in_api("")
    first, second = in_api("q=ham&sort=best&per_page=5"), in_api("q=ham&sort=best&per_page=5&page=2")
    assert first + second == found("ham")


NAMES = st.lists(st.tuples(st.text("ab ", min_size=1, max_size=4), st.integers(0, 9)), max_size=30)


@given(names=NAMES, sought=st.text("ab ", min_size=1, max_size=4))
def test_find_whole_names_and_their_beginnings(names, sought):
    whole, grown = WholeNames.of(list(names)), WholeNames.of([])
    for name, place in names:
        grown = grown.adding(place, {name})
    for one in (whole, grown):
        assert one.exactly(sought) == bits_of({place for name, place in names if name == sought})
        assert one.beginning(sought) == bits_of({place for name, place in names if name.startswith(sought)})
