"""Browse commitments by theme, principle and how they go; the home page and what crawlers read."""

import re
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from declaration.fresh_pages import pages
from signatories import signing
from tests.factories import (
    DeclarationVersionFactory,
    OrganisationFactory,
    ProgressFactory,
    ServiceAreaFactory,
    SignatureFactory,
    signature_that_is,
)
from tests.html import assert_good_page

pytestmark = pytest.mark.django_db


def read(path):
    pages.clear()
    response = Client().get(path)
    assert response.status_code == 200, path
    assert not response.cookies
    return response


def page(path="/commitments/"):
    return assert_good_page(read(path).content.decode())


def words(path="/commitments/"):
    return page(path).find("main").get_text(" ", strip=True)


def listed(query):
    return [link.get_text() for link in page(f"/commitments/?{query}").select(".service-results__item a")]


def commitment(**fields):
    areas = fields.pop("areas", None)
    found = SignatureFactory(published=True).commitment
    for name, value in fields.items():
        setattr(found, name, value)
    found.save()
    if areas is not None:
        found.service_areas.set(areas)
    return found


@pytest.fixture
def waste():
    return ServiceAreaFactory(name="Waste", slug="waste")


@pytest.fixture
def housing():
    return ServiceAreaFactory(name="Housing", slug="housing")


def test_say_that_there_is_nothing_yet():
    assert "Nobody has signed yet" in words()
    assert listed("show=partners") == []


def test_count_each_theme_and_lead_to_its_list(waste, housing):
    both = commitment(areas=[waste, housing])
    one = commitment(areas=[waste])
    signature_that_is("submitted")
    assert "Waste (2) Housing (1)" in words()
    assert "2 commitments are public today" in words()
    assert listed("area=waste") == [one.title, both.title]
    assert listed("area=housing") == [both.title]
    assert "Commitments Waste" in words("/commitments/?area=waste")
    assert "2 of 2 public commitments" in words("/commitments/?area=waste")


def test_every_count_is_the_number_that_its_link_lists(waste, housing):
    for areas in ([waste], [waste, housing], [housing], []):
        commitment(areas=areas)
    ProgressFactory(commitment=commitment(areas=[waste]), stage="done")
    for link in page().select('main a[href^="/commitments/?"]'):
        label = link.parent.get_text(" ", strip=True)
        if "(" in label:
            count = int(label.rpartition("(")[2].rstrip(")"))
            assert f"{count} of 5 public" in words(link["href"]), label


def test_find_a_principle_by_its_number_in_every_wording_as_the_list_does():
    DeclarationVersionFactory(published=True, principles=["Users first", "In the open"])
    older = commitment()
    newer = DeclarationVersionFactory(published=True, principles=["People first"])
    newest = commitment()
    newest.principles.set(newer.principles.all())
    older.principles.set(older.principles.filter(number=1))
    DeclarationVersionFactory(principles=["Not public"])
    assert listed("principle=1") == [newest.title, older.title]
    assert listed("principle=2") == []
    assert "People first (2) In the open (0)" in words()
    list_of_signatories = page("/signatories/?principle=1").find("main").get_text(" ", strip=True)
    assert older.title in list_of_signatories and newest.title in list_of_signatories


def test_list_who_is_looking_for_partners(waste):
    open_one = commitment(open_to_others=True, areas=[waste])
    commitment(open_to_others=False)
    ProgressFactory(commitment=commitment(open_to_others=True), stage="done")
    assert listed("show=partners") == [open_one.title]
    assert "See who is looking for partners (1)" in words()


def test_list_what_was_updated_last_first():
    first, second = commitment(), commitment()
    commitment()
    ProgressFactory(commitment=second)
    ProgressFactory(commitment=first)
    assert listed("show=updated") == [first.title, second.title]


def test_list_what_is_finished_and_what_was_learned():
    done, stopped = commitment(), commitment()
    ProgressFactory(commitment=commitment(), learned="Too early to say.")
    ProgressFactory(commitment=done, stage="done", learned="Start with the crews.")
    ProgressFactory(commitment=stopped, stage="stopped", happened="The money ended.")
    assert listed("show=finished") == [stopped.title, done.title]
    text = words("/commitments/?show=finished")
    assert "What was learned: Start with the crews." in text
    assert "The money ended." in text
    assert "Too early" not in text
    assert "Start with the crews." in words()


def test_pages_keep_the_choice_and_show_each_once(waste):
    for _ in range(45):
        commitment(areas=[waste])
    seen, path = [], "/commitments/?area=waste&show=partners"
    while path:
        shown = page(path)
        seen += [link["href"] for link in shown.select(".service-results__item a")]
        following = shown.select_one(".govuk-pagination__next a")
        path = f"/commitments/{following['href']}" if following else None
    assert len(seen) == len(set(seen)) == 45


NONSENSE = [
    "area=x",
    "principle=0",
    "principle=²",
    "principle=x",
    "show=x",
    "page=x",
    "page=-1",
    "page=9" + "9" * 50,
]


@pytest.mark.parametrize("query", NONSENSE)
def test_read_a_page_whatever_is_asked(query):
    commitment()
    assert len(page(f"/commitments/?{query}").select(".service-results__item")) > 0


def test_commitment_leaves_every_page_when_it_is_withdrawn(waste):
    ended = commitment(areas=[waste], title="Lost for words")
    ProgressFactory(commitment=ended, learned="A lesson lost")
    ProgressFactory(commitment=ended, stage="done", learned="Another lesson lost")
    paths = [
        "/",
        "/commitments/",
        *(f"/commitments/?{q}" for q in ("area=waste", "show=finished", "show=updated")),
    ]
    assert ["Lost for words" in words(path) for path in paths] == [True] * 5
    signing.withdraw(signature=ended.signature, by=ended.signature.started_by)
    assert ["Lost for words" in words(path) for path in paths] == [False] * 5
    assert ["lesson lost" in words(path) for path in paths] == [False] * 5


def test_list_gives_one_address_for_the_same_choice(settings, waste):
    commitment(areas=[waste])
    canonical = page("/commitments/?show=&area=waste&nonsense=1").select_one("link[rel=canonical]")
    assert canonical["href"] == f"{settings.SITE_URL}/commitments/?area=waste"


# Home.


def test_home_shows_latest_updates_and_top_themes(waste, housing):
    busy = commitment(areas=[waste])
    commitment(areas=[waste, housing])
    ProgressFactory(commitment=busy, stage="delayed")
    text = words("/")
    assert "Waste (2 commitments)" in text and "Housing (1 commitment)" in text
    assert text.index("Waste (2") < text.index("Housing (1")
    assert f"{busy.title} {busy.signature.organisation.name} Delayed, reported on" in text


def test_home_and_map_give_the_same_share():
    for _ in range(200):
        SignatureFactory(published=True, organisation__kind="unitary")
    OrganisationFactory(kind="unitary")
    assert "200 of the 201 councils in the UK have signed. That is more than 99%." in words("/")
    assert "200 of the 201 councils in the UK have signed. That is more than 99%." in words("/coverage/")


# Pages that are kept.


def test_change_shows_at_once_on_pages_that_are_kept(waste):
    told = commitment(areas=[waste])
    signature = told.signature
    organisation = signature.organisation
    paths = [
        "/",
        "/commitments/",
        "/commitments/?area=waste",
        organisation.get_absolute_url(),
        "/sitemap.xml",
    ]
    paths += [f"/certificates/{signature.reference}/", f"/signatories/{organisation.slug}/badge/"]

    def kept():
        return {path: Client().get(path) for path in paths}

    before = kept()
    assert all("ETag" in answer for answer in before.values())
    for path, answer in before.items():
        again = Client().get(path, headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 304, path
    signing.withdraw(signature=signature, by=signature.started_by)
    after = kept()
    assert [path for path in paths if after[path].content == before[path].content] == []
    assert b"Not valid any more" in after[f"/certificates/{signature.reference}/"].content


# The same work however many there are.


def test_number_of_queries_is_the_same_for_5_and_300_signatories(waste):
    paths = ["/", "/commitments/", "/commitments/?area=waste&show=partners", "/sitemap.xml"]
    counts = []
    for more in (5, 295):
        for _ in range(more):
            ProgressFactory(commitment=commitment(areas=[waste], open_to_others=True))
        counts.append([])
        for path in paths:
            pages.clear()
            with CaptureQueriesContext(connection) as queries:
                read(path)
            counts[-1].append(len(queries))
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 15


# Crawlers.


def test_sitemap_names_every_public_page_with_a_whole_address(settings, waste):
    commitment(areas=[waste])
    OrganisationFactory(proposed=True, slug="not-yet")
    response = read("/sitemap.xml")
    assert response["Content-Type"].startswith("application/xml")
    tree = ElementTree.fromstring(response.content)  # noqa: S314 (our own file)
    found = [loc.text for loc in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(found) == len(set(found))
    assert not [address for address in found if "not-yet" in address]
    paths = [address.removeprefix(settings.SITE_URL) for address in found]
    assert "/" in paths and "/commitments/?area=waste" in paths


def test_every_page_of_the_sitemap_says_what_it_is_about_at_one_address(settings, waste):
    signed = commitment(areas=[waste]).signature.organisation
    OrganisationFactory(slug="not-signed")
    paths = [
        path.removeprefix(settings.SITE_URL)
        for path in re.findall("<loc>(.*?)</loc>", read("/sitemap.xml").text)
    ]
    assert {signed.get_absolute_url(), "/signatories/not-signed/", "/newsletter/issues/"} < set(paths)
    told = {}
    for path in [*paths, f"{signed.get_absolute_url()}badge/", "/check/upload/"]:
        html = assert_good_page(Client().get(path).content.decode())
        [canonical], [description] = html.select("link[rel=canonical]"), html.select("meta[name=description]")
        # The current wording has an address of its own, which stays when there is a newer one.
        assert canonical["href"] == settings.SITE_URL + path or path == "/declaration/"
        told[canonical["href"]] = description["content"]
        for name in ("title", "url", "description", "site_name"):
            [preview] = html.select(f'meta[property="og:{name}"]')
            assert preview["content"]
    assert [text for text in told.values() if not 40 <= len(text) <= 320] == []
    assert len(set(told.values())) == len(told)


@pytest.mark.parametrize(
    ("asked", "one_address"),
    [
        ("", ""),
        ("?sort=newest&page=1&nonsense=1", ""),
        ("?kind=nothing&q=+bins++waste", "?q=bins+waste"),
        ("?page=99", ""),
        ("?page=1000000000", ""),
    ],
)
def test_register_gives_one_address_for_the_same_question(settings, waste, asked, one_address):
    commitment(areas=[waste], title="Bins and waste")
    canonical = page(f"/signatories/{asked}").select_one("link[rel=canonical]")
    assert canonical["href"] == f"{settings.SITE_URL}/signatories/{one_address}"


def test_robots_are_shown_the_sitemap_and_kept_out_of_the_rest(settings):
    text = read("/robots.txt").content.decode()
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in text
    assert "Disallow: /admin/" in text
