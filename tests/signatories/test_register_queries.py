"""Any choice of facets gives page, CSV and JSON the same rows, and every count is what clicking shows."""

import csv
import io
import itertools
import json
import re
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from declaration.models import Principle
from signatories.models import Commitment, Kind, Region, Stage
from signatories.register.facets import FACETS, Answer, Query
from signatories.register.snapshot import current
from tests.factories import CommitmentFactory, DeclarationVersionFactory, ServiceAreaFactory, SignatureFactory
from tests.html import assert_good_page
from tests.signatories.databases import KINDS, own_database

KINDS_USED = [Kind.UNITARY, Kind.COUNTY, Kind.PARISH]
REGIONS_USED = [Region.LONDON, Region.WALES, Region.SCOTLAND, ""]
STAGES_USED = [Stage.UNREPORTED, Stage.ON_TRACK, Stage.DONE]
YEARS_USED = [2018, 2019, 2026]
WORDS = ["bins", "housing", "sandwell", "fire", "bns"]


@pytest.fixture(scope="module", params=KINDS)
def register(request, tmp_path_factory, django_db_setup, django_db_blocker):
    """Thirty signatories, some with up to three commitments, spread over all facets."""
    with own_database(request.param, tmp_path_factory.mktemp(request.param), django_db_blocker):
        with django_db_blocker.unblock():
            DeclarationVersionFactory(published=True, principles=["One", "Two", "Three"])
            areas = [ServiceAreaFactory(slug=f"area-{n}", name=f"Area {n}") for n in range(3)]
            turn = itertools.count()
            for number in range(30):
                region = REGIONS_USED[number % 4]
                signature = SignatureFactory(
                    published=True,
                    signed_at=f"{YEARS_USED[number // 4 % 3]}-06-0{number % 7 + 1}T12:00Z",
                    organisation__name=f"{['Sandwell', 'Fire', 'Ash'][number // 2 % 3]} Council {number}",
                    organisation__kind=KINDS_USED[number // 3 % 3],
                    organisation__region=region,
                    organisation__nation=region if region != Region.LONDON else "England",
                )
                for _ in range(number % 3):
                    CommitmentFactory(signature=signature, title=f"{WORDS[number % 2].title()} online")
                for commitment in signature.commitments.all():
                    n = next(turn)
                    reported = None if STAGES_USED[n % 3] == Stage.UNREPORTED else signature.signed_at
                    Commitment.objects.filter(pk=commitment.pk).update(
                        stage=STAGES_USED[n % 3], stage_reported_at=reported
                    )
                    commitment.principles.set(
                        Principle.objects.filter(number__in=[n % 3 + 1, n // 2 % 3 + 1])
                    )
                    commitment.service_areas.set([areas[n % 3], areas[n // 3 % 3]])
            yield request.param


def some(values):
    return st.lists(st.sampled_from(values), max_size=2, unique=True)


QUERIES = st.fixed_dictionaries(
    {
        "q": st.sampled_from(["", "", *WORDS, "council 1"]),
        "nation": some(["England", "Wales", "Scotland", "Atlantis", "none"]),
        "region": some([region or "none" for region in REGIONS_USED]),
        "kind": some(KINDS_USED),
        "principle": some(["1", "2", "3", "9"]),
        "area": some(["area-0", "area-1", "area-2"]),
        "status": some(STAGES_USED),
        "year": some(YEARS_USED),
        "sort": st.sampled_from(["newest", "name", "updated", "nonsense", ""]),
    }
)
MANY = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def address(asked):
    return "?" + urlencode(asked, doseq=True)


def on_page(query):
    response = Client().get(f"/signatories/{query}")
    assert response.status_code == 200
    soup = BeautifulSoup(response.content, "html5lib")
    return [link["href"].split("/")[2] for link in soup.select(".service-results h2 a")]


def in_csv(query):
    text = Client().get(f"/signatories.csv{query}").getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def in_json(query):
    return json.loads(Client().get(f"/signatories.json{query}").getvalue())


def in_database(asked):
    """Say with the database's own means which commitments answer, in another way than the register does."""
    found = Commitment.objects.filter(signature__status="published")
    columns = {
        "nation": "signature__organisation__nation__in",
        "region": "signature__organisation__region__in",
        "kind": "signature__organisation__kind__in",
        "status": "stage__in",
        "year": "signature__signed_at__year__in",
    }
    for facet, column in columns.items():
        known = ["" if value == "none" else value for value in asked[facet] if value != "Atlantis"]
        found = found.filter(**{column: known}) if known else found
    if principles := [p for p in asked["principle"] if p != "9"]:
        found = found.filter(principles__number__in=principles)
    if asked["area"]:
        found = found.filter(service_areas__slug__in=asked["area"])
    return set(found.values_list("pk", flat=True))


@MANY
@given(asked=QUERIES)
def test_give_page_and_files_the_same_rows(register, asked):
    query = address(asked)
    shown, record, lines = on_page(query), in_json(query), in_csv(query)
    assert [one["slug"] for one in record["signatories"]] == shown
    assert list(dict.fromkeys(line["slug"] for line in lines)) == shown
    assert record["count"] == len(shown)
    commitments = {c["id"] for one in record["signatories"] for c in one["commitments"]}
    assert {int(line["commitment_id"]) for line in lines} == commitments
    if not asked["q"]:
        assert commitments == in_database(asked)


def in_api(name, asked, **more):
    """Return what a list of the API holds for the same question; it refuses what means nothing."""
    known = {key: value for key, value in asked.items() if key != "sort"} | more
    known["nation"] = [nation for nation in asked["nation"] if nation != "Atlantis"]
    known["principle"] = [number for number in asked["principle"] if number != "9"]
    answer = Client().get(f"/api/v1/{name}/{address({**known, 'per_page': 100})}").json()
    assert answer["total"] == len(answer[name])
    return answer[name]


@MANY
@given(asked=QUERIES)
def test_give_programs_the_same_signatories_and_commitments(register, asked):
    files = in_json(address(asked))["signatories"]
    told = in_api("signatories", asked)
    assert sorted(one["organisation"]["slug"] for one in told) == sorted(one["slug"] for one in files)
    assert [one["signed_date"] for one in told] == sorted(one["signed_date"] for one in files)
    if asked["q"]:
        best = in_api("signatories", asked, sort="best")
        files = in_json(address({**asked, "sort": ""}))["signatories"]
        assert [one["organisation"]["slug"] for one in best] == [one["slug"] for one in files]
    commitments = [one["id"] for one in in_api("commitments", asked)]
    assert commitments == sorted(c["id"] for one in files for c in one["commitments"])


@MANY
@given(asked=QUERIES)
def test_count_for_every_choice_what_clicking_it_shows(register, asked):
    snapshot = current()
    answer = Answer(snapshot, Query.read(QueryDict(address(asked)[1:]), snapshot.choices))
    for facet in FACETS:
        for choice in answer.choices(facet):
            clicked = {**asked, facet: [choice.value]}
            query = Query.read(QueryDict(address(clicked)[1:]), snapshot.choices)
            assert Answer(snapshot, query).count == choice.count, (facet, choice)


@MANY
@given(asked=QUERIES)
def test_add_up_counts_of_what_each_signatory_has_one_of(register, asked):
    snapshot = current()
    for facet in ("nation", "region", "kind", "year"):
        query = Query.read(QueryDict(address({**asked, facet: []})[1:]), snapshot.choices)
        answer = Answer(snapshot, query)
        assert sum(choice.count for choice in answer.choices(facet)) == answer.count, facet


def test_show_the_counts_on_the_page(register):
    soup = BeautifulSoup(Client().get("/signatories/?kind=county").content, "html5lib")
    for facet in FACETS:
        for box in soup.select(f"input[name={facet}]"):
            label = soup.select_one(f"label[for={box['id']}]").get_text()
            number = int(label.rpartition("(")[2].rstrip(")"))
            query = f"?{urlencode({'kind': 'county', facet: box['value']})}"
            assert in_json(query)["count"] == number, label


def test_take_a_choice_back_by_its_tag(register):
    soup = BeautifulSoup(
        Client().get("/signatories/?q=council&kind=county&region=Wales&region=London&page=7").content,
        "html5lib",
    )
    tags = {tag.get_text(" ", strip=True): tag["href"] for tag in soup.select(".service-chosen a")}
    assert tags == {
        "Remove the words “council”": "/signatories/?region=London&region=Wales&kind=county",
        "Remove Region or nation: London": "/signatories/?q=council&region=Wales&kind=county",
        "Remove Region or nation: Wales": "/signatories/?q=council&region=London&kind=county",
        "Remove Kind of organisation: County council": "/signatories/?q=council&region=London&region=Wales",
        "Clear all": "/signatories/",
    }


@pytest.mark.parametrize(
    "query",
    [
        "?page=0&sort=&q=",
        "?page=-1&kind=dragon&nation=&year=20x8&year=9999",
        "?page=9999999999999999999999&principle=-1",
        "?q=%ff%fe&area=%00x&status=done%27%22%3E",
        "?" + "kind=county&" * 60,
        "?q=" + "x" * 3000,
        "?q=%E2%80%8B",
        "?q=(.*)+%5B",
    ],
)
def test_answer_nonsense_with_a_sensible_page(register, query):
    for path in ("/signatories/", "/signatories.csv", "/signatories.json", "/signatories.atom"):
        response = Client().get(path + query)
        assert response.status_code == (400 if "%00" in query else 200), path
        if path == "/signatories/":
            assert_good_page(response.content.decode())


@pytest.mark.parametrize("sort", ["&sort=name", ""])
def test_go_on_to_the_next_page_with_everything_kept(register, monkeypatch, sort):
    monkeypatch.setattr("signatories.register.facets.PER_PAGE", 4)
    monkeypatch.setattr("signatories.views.register.PER_PAGE", 4)
    start = f"/signatories/?q=council&kind=unitary&kind=county{sort}"
    names, at = [], start
    while at:
        assert at.startswith(start)
        soup = BeautifulSoup(Client().get(at).content, "html5lib")
        names += [link.get_text() for link in soup.select(".service-results h2 a")]
        following = soup.select_one(".govuk-pagination__next a")
        at = following["href"] if following else None
    assert len(names) == len(set(names)) == 21
    assert names == sorted(names, key=str.casefold)


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_read_a_file_page_by_page_to_its_end(register, kind, monkeypatch):
    """Whoever asks for a page after the last gets the last, so the pages say where to stop."""
    monkeypatch.setattr("signatories.register.facets.PER_PAGE", 10)
    at, slugs, pages = f"/signatories.{kind}?q=council&page=1", [], []
    while at:
        response = Client().get(at)
        if kind == "json":
            told = json.loads(response.getvalue())
            slugs += [one["slug"] for one in told["signatories"]]
            pages.append((told["page"], told["pages"]))
        else:
            lines = csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig")))
            slugs += dict.fromkeys(line["slug"] for line in lines)
        following = re.search(r'<http[^/]*//[^/]*(/[^>]*)>; rel="next"', response["Link"])
        at = following and following[1]
    assert slugs == [one["slug"] for one in in_json("?q=council")["signatories"]]
    assert len(slugs) == 30
    assert pages == ([(1, 3), (2, 3), (3, 3)] if kind == "json" else [])
    assert 'rel="next"' not in Client().get(f"/signatories.{kind}")["Link"]
