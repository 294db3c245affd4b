"""«Had this council signed on that date?»: the right history, the right council, the right file."""

import csv
import io
import re
from datetime import UTC, date, datetime
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from signatories.models import OrganisationAlias
from signatories.reference import load_register
from signatories.register.as_at import check
from signatories.register.as_at_records import COLUMNS
from tests.factories import OrganisationFactory
from tests.html import assert_good_page
from tests.signatories.standing_on import DAY, answers, results, signed

pytestmark = pytest.mark.django_db


def address(*names, on="2024-03-31", kind="/"):
    return f"/check{kind}?{urlencode({'on': on, 'who': chr(10).join(names)})}"


# Succession.


@pytest.fixture
def register(version):
    load_register()


def test_answer_for_the_successor_of_a_council_that_ended(register):
    signed("aylesbury-vale", datetime(2018, 7, 4, 12, tzinfo=UTC))
    assert results("Aylesbury Vale", on=date(2020, 3, 31)) == [("aylesbury-vale", "signed")]
    (answer,) = answers("Aylesbury Vale", on=date(2020, 4, 1))
    assert (answer.organisation.slug, answer.result, answer.relation) == (
        "buckinghamshire",
        "not-signed",
        "successor",
    )
    assert [one.organisation.slug for one in answer.earlier] == ["aylesbury-vale"]
    text = BeautifulSoup(Client().get(address("Aylesbury Vale")).content, "html5lib").get_text(
        " ", strip=True
    )
    words = " ".join(text.split())
    assert (
        "Aylesbury Vale District Council ended on 31 March 2020. Buckinghamshire Council came after it."
        in words
    )
    assert "which came before it, signed on 4 July 2018 and ended on 31 March 2020" in words


def test_answer_for_everybody_who_came_before(register):
    signed("chiltern", datetime(2019, 1, 4, 12, tzinfo=UTC))
    found = results("E06000060", on=date(2019, 6, 1))
    assert sorted(found) == [
        ("aylesbury-vale", "not-signed"),
        ("buckinghamshire-county", "not-signed"),
        ("chiltern", "signed"),
        ("south-bucks", "not-signed"),
        ("wycombe", "not-signed"),
    ]


def test_answer_for_everybody_who_came_after(register):
    found = results("Cumbria County Council", on=date(2024, 1, 1))
    assert sorted(found) == [("cumberland", "not-signed"), ("westmorland-and-furness", "not-signed")]


def test_one_name_means_whoever_had_it_on_the_day(register):
    assert results("Buckinghamshire", on=date(2019, 6, 1))[0][0] == "buckinghamshire-county"
    assert results("Buckinghamshire", on=DAY)[0][0] == "buckinghamshire"


def test_say_that_nothing_was_there(version):
    OrganisationFactory(slug="gone", end_date=date(2020, 1, 1))
    (answer,) = answers("gone")
    assert (answer.result, answer.problem) == ("unknown", "not-there")


# Names.


WRITTEN = {
    "camden": "camden",
    "LONDON BOROUGH OF CAMDEN": "camden",
    "lb camden": "camden",
    "e09000007": "camden",
    "  Camden  Council ": "camden",
    "Hammersmith & Fulham": "hammersmith-and-fulham",
    "Hammersmith and Fulham": "hammersmith-and-fulham",
    "saint albans": "st-albans",
    "St. Albans City & District Council": "st-albans",
    "Shepway": "folkestone-hythe",
    "County Durham": "county-durham",
    "Kent CC": "kent",
    "Bristol, City of": "bristol",
    "Herefordshire, County of": "herefordshire",
    "London Borough Camden": "camden",
    "Camden (E09000007)": "camden",
}


def test_find_a_council_however_it_is_written(register):
    found = {answer.asked: answer.organisation and answer.organisation.slug for answer in answers(*WRITTEN)}
    assert found == WRITTEN


def test_ask_which_when_a_name_means_several(version):
    for slug, kind in (("newport", "unitary"), ("newport-parish", "parish-or-town")):
        OrganisationFactory(
            slug=slug,
            name="Newport Council" if kind == "unitary" else "Newport Town Council",
            short_name="Newport",
            kind=kind,
        )
    (answer,) = answers("Newport")
    assert (answer.result, answer.problem) == ("unknown", "ambiguous")
    assert [one.slug for one in answer.suggestions] == ["newport", "newport-parish"]
    (answer,) = answers("Newport Town Council")
    assert answer.organisation.slug == "newport-parish"


def test_suggest_names_that_are_like_it(register):
    like = {"sandwel": "sandwell", "Birmingam": "birmingham", "Hakney": "hackney"}
    for answer in answers(*like):
        assert (answer.result, answer.problem) == ("unknown", "unmatched")
        assert like[answer.asked] in [one.slug for one in answer.suggestions]


def test_suggest_nothing_for_what_is_like_nothing(register):
    (answer,) = answers("zzz")
    assert answer.suggestions == []


def test_organisation_nobody_confirmed_is_unknown(version):
    proposed = OrganisationFactory(proposed=True, name="Secret Trust")
    OrganisationAlias.objects.create(organisation=proposed, name="Hidden Name")
    assert [a.result for a in answers("Secret Trust", "Hidden Name", proposed.slug)] == ["unknown"] * 3


# The pages.


def upload(content, browser=None, **fields):
    data = {"file": SimpleUploadedFile("list.csv", content), "format": "page"}
    data |= {"on_day": "31", "on_month": "3", "on_year": "2024"} | fields
    return (browser or Client()).post("/check/upload/", data)


def test_page_csv_json_and_upload_give_the_same_answers(register):
    signed("camden", datetime(2024, 1, 4, 12, tzinfo=UTC))
    names = ["Camden", "Cumbria County Council", "sandwel", "=1+1"]
    page = BeautifulSoup(Client().get(address(*names)).content, "html5lib")
    shown = [
        row.select_one(".govuk-tag").get_text(strip=True) for row in page.select(".service-answers tbody tr")
    ]
    assert shown == ["Signed", "Not signed", "Not signed", "Unknown", "Unknown"]
    data = Client().get(address(*names, kind=".json")).json()
    assert [a["result"] for a in data["answers"]] == [
        "signed",
        "not-signed",
        "not-signed",
        "unknown",
        "unknown",
    ]
    assert data["counts"] == {"signed": 1, "in-process": 0, "not-signed": 2, "unknown": 2}
    response = Client().get(address(*names, kind=".csv"))
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["result"] for row in rows] == [a["result"] for a in data["answers"]]
    assert [row["asked"] for row in rows][-1] == "'=1+1"
    content = "\n".join(names).encode()
    assert upload(content, format="json").json() == data
    assert upload(content, format="csv").content == response.content
    uploaded = BeautifulSoup(upload(content).content, "html5lib")
    assert (
        uploaded.select_one(".service-answers").get_text() == page.select_one(".service-answers").get_text()
    )


def test_link_of_an_answer_gives_it_again(register):
    query = urlencode({"on_day": 31, "on_month": "march", "on_year": 2024, "who": "Camden\r\nLeeds"})
    page = BeautifulSoup(Client().get(f"/check/?{query}").content, "html5lib")
    link = page.find("a", string="Link to these answers")["href"]
    again = BeautifulSoup(Client().get(link).content, "html5lib")
    assert again.select_one(".service-answers").get_text() == page.select_one(".service-answers").get_text()


@pytest.mark.parametrize("on", ["2024-03-31", "31/3/2024", "31.03.2024", "31 March 2024", "2024/3/31"])
def test_read_a_date_however_it_is_written(on, version):
    answers = Client().get(address("Camden", on=on, kind=".json")).json()
    assert answers["date"] == "2024-03-31"


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("who=&on=2024-03-31", "Enter the name or code of an organisation"),
        ("who=Camden", "Enter a date"),
        ("who=Camden&on=2024-02-31", "Date must be a real date"),
        ("who=Camden&on=soon", "The date must include a month and year"),
        ("who=Camden&on_day=31&on_month=2&on_year=2024", "Date must be a real date"),
        ("who=Camden&on=2999-01-01", "Date must be today or in the past"),
        ("who=Camden&on=1999-01-01", "Date must be 1 January 2018 or later"),
        (f"who={'a' * 4001}&on=2024-03-31", "The list is too long for this form"),
    ],
)
def test_say_what_is_wrong_with_a_question(query, error):
    query = query if query != "who=Camden" else "who=Camden&on_day="
    soup = assert_good_page(Client().get(f"/check/?{query}").content.decode())
    assert error in soup.select_one(".govuk-error-summary").get_text()
    for kind in (".csv", ".json"):
        response = Client().get(f"/check{kind}?{query}")
        assert response.status_code == 400
        assert error in response.content.decode()


def test_say_what_is_wrong_with_an_upload():
    response = upload(b"PK\x03\x04")
    soup = assert_good_page(response.content.decode())
    assert "Save it as CSV" in soup.select_one(".govuk-error-summary").get_text()
    soup = assert_good_page(Client().post("/check/upload/", {}).content.decode())
    errors = [li.get_text(strip=True) for li in soup.select(".govuk-error-summary li")]
    assert errors == ["Choose a file or paste a list", "Enter a date", "Choose how you want the answers"]


def test_answer_for_a_long_list_that_was_pasted_from_a_spreadsheet(register):
    """Four hundred rows with a heading, a quoted cell, codes and amounts fit no address, and need none."""
    signed("camden", datetime(2024, 1, 4, 12, tzinfo=UTC))
    rows = ["Round 1\t\t", "Ref\tLead council\tApplied", '1\t"Newry, Mourne and Down"\t3/31/2024']
    rows += ["2\tCyngor Sir Ynys M\u00f4n\t\u00a310,000", "3\tLondon Borough of Camden\t"] + [
        "4\tLeeds City Council\t"
    ] * 397
    page = {"on_day": "31", "on_month": "3", "on_year": "2024", "format": "json"}
    answer = Client().post("/check/upload/", page | {"pasted": "\r\n".join(rows[1:])}).json()
    assert [one["organisation"]["slug"] for one in answer["answers"]][:4] == [
        "newry-mourne-down",
        "isle-of-anglesey",
        "camden",
        "leeds",
    ]
    assert answer["counts"] == {"signed": 1, "in-process": 0, "not-signed": 399, "unknown": 0}
    # The page of the answers gives them as a file too, with the same numbers of lines.
    data = page | {"pasted": "\r\n".join(rows[1:]), "format": "page"}
    soup = assert_good_page(Client().post("/check/upload/", data).content.decode())
    assert not soup.find("a", string="Link to these answers")
    form = soup.select_one("main form")
    again = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    again |= {"format": form.find("button", string=lambda text: "JSON" in text)["value"]}
    assert Client().post(form["action"], again).json() == answer
    # A title above the heading is a row that means nobody.
    answer = Client().post("/check/upload/", page | {"pasted": "\r\n".join(rows)}).json()
    assert [one["asked"] for one in answer["answers"]][:2] == ["Round 1", "Ref"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"pasted": "Camden", "file": "Leeds"}, "Choose a file or paste a list, not both"),
        ({"pasted": " \r\n\t "}, "Choose a file or paste a list"),
        ({"pasted": "Camden\n" * 2001}, "The list must have 2,000 organisations or fewer"),
        ({"pasted": "x" * 262_145}, "The list is too long"),
        ({"file": ""}, "The file is empty"),
    ],
)
def test_say_what_is_wrong_with_a_long_list(fields, error):
    if "file" in fields:
        fields = fields | {"file": SimpleUploadedFile("list.csv", fields["file"].encode())}
    data = {"on_day": "31", "on_month": "3", "on_year": "2024", "format": "page"} | fields
    soup = assert_good_page(Client().post("/check/upload/", data).content.decode())
    assert [li.get_text(strip=True) for li in soup.select(".govuk-error-summary li")] == [error]


def test_upload_needs_its_token_and_is_not_kept():
    strict = Client(enforce_csrf_checks=True)
    assert upload(b"Camden", strict).status_code == 403
    page = strict.get("/check/upload/")
    assert "no-store" in page.headers["Cache-Control"]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())[1]
    response = upload(b"Camden", strict, csrfmiddlewaretoken=token)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]


def test_upload_of_a_megabyte_and_more_is_refused():
    assert upload(b"a" * 1_100_000).status_code in {400, 413}


@pytest.mark.parametrize("kind", ["/", ".csv", ".json"])
def test_answers_to_a_link_set_no_cookie_and_may_be_cached(kind, version):
    response = Client().get(address("Camden", kind=kind))
    assert response.cookies == {}
    assert "public" in response.headers["Cache-Control"]


def test_pages_are_good(register):
    for page in (
        "/check/",
        "/check/upload/",
        address("Camden", "sandwel", "Cumbria", "Aylesbury Vale", "zzz"),
    ):
        assert_good_page(Client().get(page).content.decode())


def test_ask_the_database_as_often_for_many_as_for_one(register):
    for slug in ("camden", "leeds", "kent", "aylesbury-vale"):
        signed(slug, datetime(2019, 1, 4, 12, tzinfo=UTC))

    def queries(*names):
        with CaptureQueriesContext(connection) as captured:
            check(list(enumerate(names)), DAY)
        return len(captured)

    queries("Camden")  # reads who there is
    assert queries("Camden") == queries("Camden", "Leeds", "Kent", "Aylesbury Vale", "Cumbria", "zz") == 3
