"""Which councils have signed: the map, its tables, and numbers that add up to the lists they lead to."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from declaration.fresh_pages import forget_pages
from signatories.models import Kind, Nation, Organisation, Region
from signatories.reference import load_reference, load_register
from signatories.register.coverage import SORTS, Query, growth, share, survey
from signatories.register.organisations import COUNCIL_KINDS
from signatories.register.standing import State
from tests.factories import OrganisationFactory, SignatureFactory, signature_that_is
from tests.html import assert_good_page

pytestmark = pytest.mark.django_db


def read(address="/coverage/"):
    response = Client().get(address)
    assert response.status_code == 200, address
    assert response.cookies == {}
    # The quickest parser: that the page is valid HTML is asked elsewhere.
    return BeautifulSoup(response.content, "html.parser")


def number(text):
    return int(re.match(r"[\d,]+", text.strip())[0].replace(",", ""))


def rows(soup):
    """Return the rows of the list of councils."""
    return soup.select(".service-facts--sortable tbody tr")


def hexagons(soup):
    return {a.title.text: a["href"] for a in soup.select(".service-map a")}


@pytest.fixture
def two_tiers(version):
    """A county with two districts, and a unitary council beside them."""
    county = OrganisationFactory(slug="kentshire", kind="county", name="Kentshire County Council")
    places = [("ashfield", county), ("dovers", county), ("medville", None)]
    for n, (slug, above) in enumerate(places):
        kind = "non-metropolitan-district" if above else "unitary"
        OrganisationFactory(
            slug=slug, kind=kind, county=above, hex_q=n, hex_r=0, population=100 * (n + 1), name=slug.title()
        )
    return county


def test_draw_every_council_of_the_country_once(version):
    load_register()
    soup = read()
    drawn = list(hexagons(soup).values())
    assert len(drawn) == len(set(drawn)) == 361
    assert len(rows(soup)) == 382
    assert "0 of the 382 councils in the UK have signed. That is 0%." in soup.get_text(" ", strip=True)
    assert "0 of 69,256,274 people" in soup.get_text(" ", strip=True)


def test_every_district_lies_in_a_county(version):
    load_register()
    districts = Organisation.objects.filter(kind=Kind.NON_METROPOLITAN_DISTRICT).current()
    assert districts.filter(county__kind=Kind.COUNTY).count() == districts.count() == 164
    assert Organisation.objects.filter(county__isnull=False).count() == 164


def test_surrey_is_drawn_as_the_councils_that_serve_it(version, time_machine):
    load_register()
    time_machine.move_to(datetime(2027, 4, 1, 9, tzinfo=UTC))
    cells = survey().cells
    serving = {cell.council.organisation.slug for cell in cells if "surrey" in cell.council.organisation.slug}
    assert serving == {"east-surrey", "west-surrey"}
    assert len(cells) == 361


def test_say_in_words_how_each_council_stands(two_tiers):
    SignatureFactory(published=True, organisation=Organisation.objects.get(slug="ashfield"))
    SignatureFactory(submitted=True, organisation=two_tiers)
    names = hexagons(read())
    assert list(names) == [
        "Ashfield: signed. Kentshire County Council: in process",
        "Dovers: not signed. Kentshire County Council: in process",
        "Medville: not signed",
    ]


def test_show_the_county_through_its_districts(two_tiers):
    SignatureFactory(published=True, organisation=two_tiers)
    names = hexagons(read("/coverage/?tier=county"))
    assert names == {
        "Kentshire County Council (Ashfield): signed. Ashfield: not signed": "/signatories/kentshire/",
        "Kentshire County Council (Dovers): signed. Dovers: not signed": "/signatories/kentshire/",
        "Medville: not signed": "/signatories/medville/",
    }


def test_count_people_once_where_there_are_two_tiers(two_tiers):
    for organisation in (two_tiers, Organisation.objects.get(slug="ashfield")):
        SignatureFactory(published=True, organisation=organisation)
    text = read().get_text(" ", strip=True)
    assert "2 of the 4 councils in the UK have signed. That is 50%." in text
    assert "serves 300 of 600 people . That is 50%." in text


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("draft", "Not signed"),
        ("submitted", "In process"),
        ("changes_requested", "In process"),
        ("awaiting_approver", "In process"),
        ("published", "Signed"),
        ("rejected", "Not signed"),
        ("declined", "Not signed"),
        ("expired", "Not signed"),
        ("withdrawn", "Not signed"),
        ("taken_down", "Not signed"),
    ],
)
def test_show_the_state_and_nothing_more(status, state, version):
    signature = signature_that_is(status)
    response = Client().get("/coverage/")
    row = rows(BeautifulSoup(response.content, "html5lib"))[0]
    assert row.find(attrs={"data-label": "How it stands"}).get_text(strip=True) == state
    text = response.content.decode()
    for private in (signature.reference, signature.commitment.title, signature.approver_name):
        assert private not in text


def test_leave_out_what_is_no_council_and_what_is_not_there_today(version):
    OrganisationFactory(slug="seen", hex_q=1, hex_r=1)
    OrganisationFactory(kind="charity")
    OrganisationFactory(abolished=True, hex_q=1, hex_r=2)
    OrganisationFactory(to_come=True)
    OrganisationFactory(proposed=True)
    soup = read()
    assert list(hexagons(soup).values()) == ["/signatories/seen/"]
    assert len(rows(soup)) == 1


# Every number leads to the list that makes it up.


@pytest.fixture
def country(version):
    """Every council of the country, of which some have signed and some are in process."""
    load_reference()
    councils = Organisation.objects.filter(kind__in=COUNCIL_KINDS).current().order_by("pk")
    for n, council in enumerate(councils):
        if n % 17 == 0:
            signed_at = datetime(2019 + n // 60, 6, 1, tzinfo=UTC)
            SignatureFactory(published=True, organisation=council, signed_at=signed_at)
        elif n % 17 == 5:
            SignatureFactory(awaiting_approver=True, organisation=council)


@pytest.fixture
def surveyed(country):
    return survey()


def list_behind(link):
    return rows(read(link["href"].partition("#")[0]))


def people_in(found):
    cells = [row.find(attrs={"data-label": "People"}).get_text(strip=True) for row in found]
    return sum(number(cell) for cell in cells if cell != "in districts")


def test_numbers_equal_the_lists_they_lead_to_and_add_up(country):
    soup = read()
    tables = [table for table in soup.select("table") if table.tfoot]
    assert len(tables) == 6
    for table in tables:
        is_people = table.caption.get_text().endswith("people")
        measure = people_in if is_people else len
        totals = [number(a.get_text()) for a in table.select("tfoot a")]
        columns = [[number(a.get_text()) for a in row.select("td a")] for row in table.select("tbody tr")]
        columns = [row for row in columns if row]
        assert [sum(column) for column in zip(*columns, strict=True)] == totals
        assert all(sum(row[:3]) == row[3] for row in [*columns, totals])
        # What one row of each table says is followed.
        for link in table.select("tbody tr:nth-of-type(3) td a"):
            assert measure(list_behind(link)) == number(link.get_text()), link["href"]
    for link in [*tables[0].select("tfoot a"), *tables[1].select("tfoot a")]:
        measure = people_in if "people" in link.get_text() else len
        assert measure(list_behind(link)) == number(link.get_text()), link["href"]


CHOICES = {
    "nation": Nation.values,
    "region": Region.values,
    "kind": [str(kind) for kind in COUNCIL_KINDS],
    "state": State.values,
    "people": ["own", "county", "neither"],
    "sort": [*SORTS, *(f"-{name}" for name in SORTS)],
}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_filters_give_a_list_whose_parts_add_up(surveyed, data):
    asked = QueryDict(mutable=True)
    for name, values in CHOICES.items():
        asked.setlist(name, data.draw(st.lists(st.sampled_from(values), max_size=2)))
    query = Query.read(asked)
    whole = query.select(surveyed.councils)
    counted = share("All", surveyed.councils, query)
    assert counted.councils == len(whole) == sum(counted.states.values())
    assert counted.population == sum(c.population for c in whole if c.counts_people)
    for name, values in CHOICES.items():
        if name != "sort" and not getattr(query, name):
            parts = [replace(query, **{name: [value]}).select(surveyed.councils) for value in values]
            found = [council.organisation.pk for part in parts for council in part]
            # A county's people are in none of the three groups of people.
            expected = [c for c in whole if name != "people" or c.counts_people]
            assert sorted(found) == sorted(council.organisation.pk for council in expected)
            if name != "people":
                shares_of_people = [
                    share("", surveyed.councils, replace(query, **{name: [v]})) for v in values
                ]
                assert sum(one.population for one in shares_of_people) == counted.population


def test_take_a_filter_away(country):
    soup = read("/coverage/?region=Wales&state=signed&sort=-people")
    links = {a.get_text(" ", strip=True): a["href"] for a in soup.select("#councils ~ ul a")}
    assert links["Remove the filter Wales ✕"] == "/coverage/?state=signed&sort=-people#councils"
    assert links["Remove the filter Signed ✕"] == "/coverage/?region=Wales&sort=-people#councils"


def test_lose_nothing_when_more_is_asked_for(country):
    soup = read(
        "/coverage/?nation=England&kind=non-metropolitan-district&people=county&sort=-people&tier=county"
    )
    form = soup.select_one("form[action='/coverage/']")
    kept = {one["name"]: one["value"] for one in form.select("input[type=hidden]")}
    assert kept == {"nation": "England", "people": "county", "sort": "-people", "tier": "county"}
    links = {a.get_text(" ", strip=True): a["href"] for a in soup.select("main a[href^='/coverage/?']")}
    others = "kind=non-metropolitan-district&people=county&sort=-people"
    assert links["Remove the filter England ✕"] == f"/coverage/?{others}&tier=county#councils"
    assert links["Show district councils instead"] == f"/coverage/?nation=England&{others}#map"


def test_what_the_page_begins_with_leads_to_its_lists(country):
    said = read().select("h1 + div a[href*=councils]")[:4]
    councils, people = said[:2], said[2:]
    assert [len(list_behind(link)) for link in councils] == [number(link.get_text()) for link in councils]
    assert [people_in(list_behind(link)) for link in people] == [number(link.get_text()) for link in people]


def test_growth_adds_up_to_the_register(country):
    SignatureFactory(published=True, organisation=OrganisationFactory(kind="charity"))
    SignatureFactory(taken_down=True)
    years = growth()
    assert sum(year.signed for year in years) == years[-1].total
    table = read().find(id="growth").find_next("table")
    assert [number(a.get_text()) for a in table.select("td:last-child a")] == [year.total for year in years]
    assert [text.get_text() for text in read().select(".service-chart text")][:2] == [
        str(years[0].total),
        "2019",
    ]
    assert years[-1].year == date.today().year
    for link in table.select("tbody tr:first-child a"):
        said = read(link["href"]).get_text(" ", strip=True)
        assert f"{number(link.get_text())} of {years[-1].total} signatories match" in said


# Sorting.


@pytest.mark.parametrize("column", list(SORTS))
def test_sort_by_a_column_and_back(column, two_tiers):
    SignatureFactory(published=True, organisation=Organisation.objects.get(slug="dovers"))
    soup = read(f"/coverage/?sort={column}")
    headers = soup.select(".service-facts--sortable thead th")
    assert [th["aria-sort"] for th in headers].count("ascending") == 1
    assert [th["aria-sort"] for th in headers].count("none") == 5
    sorted_by = next(th for th in headers if th["aria-sort"] == "ascending")
    back = read(sorted_by.a["href"].partition("#")[0])
    assert [th["aria-sort"] for th in back.select(".service-facts--sortable thead th")].count(
        "descending"
    ) == 1


def test_sort_by_people(two_tiers):
    names = [row.th.get_text(strip=True) for row in rows(read("/coverage/?sort=-people"))]
    assert names == ["Medville", "Dovers", "Ashfield", "Kentshire County Council"]


# The page as a page.


@pytest.mark.parametrize(
    "query",
    ["", "?region=Wales", "?state=signed", "?tier=county", "?kind=county", "?region=x&sort=y&state=%FF"],
)
def test_page_is_good_with_and_without_councils(query, version):
    assert_good_page(Client().get(f"/coverage/{query}").content.decode())
    OrganisationFactory(kind="county")
    for region in Region.values:
        SignatureFactory(
            published=True,
            organisation__region=region,
            organisation__hex_r=len(region),
            organisation__hex_q=1,
        )
    response = Client().get(f"/coverage/{query}")
    assert_good_page(response.content.decode())
    assert "public" in response.headers["Cache-Control"]


def queries():
    forget_pages()
    with CaptureQueriesContext(connection) as captured:
        read()
    return len(captured)


def test_ask_the_database_as_often_for_one_council_as_for_many(version):
    SignatureFactory(published=True)
    few = queries()
    for _ in range(5):
        SignatureFactory(published=True)
    assert queries() == few <= 7
