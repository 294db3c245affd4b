"""Whatever stands in an address or a form, the answer is a page of ours, on both databases, never a 500."""

import urllib.parse

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signatories.models import Signature
from tests.factories import RepresentativeFactory, SignatureFactory
from tests.html import assert_valid_html

pytestmark = pytest.mark.usefixtures("database")

PARAMETERS = ["q", "nation", "region", "kind", "page", "sort", "principle", "area", "status", "year"]
VALUES = {
    "a page that no list has": "page=1000000000",
    "a page beyond every number": f"page={'9' * 400}",
    "page zero": "page=0",
    "a page before the first": "page=-1",
    "half a page": "page=1.5",
    "a page in words": "page=two",
    "a page in superscript": "page=²",
    "a page in Arabic digits": "page=٣",
    "no page": "page=",
    "pages": "page=1&page=2&page=x",
    "NUL in a search": "q=%00",
    "NUL within a search": "q=le%00eds",
    "NUL in a filter": "region=%00",
    "a long search": f"q={'a' * 10_000}",
    "a long search of words": f"q={'a+' * 5_000}",
    "several searches": "q=a&q=b&q=c",
    "broken UTF-8": "q=%ff%fe%c3%28",
    "a lone surrogate": "q=%ed%a0%80",
    "half an escape": "q=%&q=%4&q=%zz",
    "wildcards": "q=%25%25%25__",
    "a backslash": "q=%5C",
    "quotes": "q='\";--",
    "markup": "q=<script>alert(1)</script>",
    "template syntax": "q={{7*7}}{%25+raise+%25}",
    "a right-to-left mark": "q=%E2%80%AE",
    "an emoji": "q=%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB",
    "an unknown parameter": "debug=1&__class__=x",
    "a filter of nothing": "region=&kind=&nation=",
    "a filter that means nothing": "region=Atlantis&kind=dragon&nation=Narnia",
    "a list": "region[]=x&q[0]=y",
    "only ampersands": "&&&=&=;",
    "four hundred fields": "&".join(f"f{n}=1" for n in range(400)),
}
PATHS = [
    "/signatories/%00/",
    "/signatories/%ff/",
    f"/signatories/{'a' * 5000}/",
    "/signatories/<script>/",
    "/signatories/..%2f..%2fetc/",
    "/declaration/0/",
    "/declaration/999999999999999999999999999/",
    "/declaration/-1/",
    "/declaration/1.5/",
    "/approve/%00/",
    "/%00",
    "/sign/%00/check/",
    "/signatories//",
    "/signatories/nobody/badge.svg",
    "/signatories/nobody/badge/",
    "/signatories/nobody/mistake/",
    "/certificates/%00/",
    "/certificates/LDD-0000-0000/",
    "/certificates/..%2f.pdf",
    f"/certificates/{'9' * 5000}.pdf",
]


@pytest.fixture(scope="module")
def officer(database):
    """A browser whose officer has a draft, and the addresses of its pages."""
    signature = SignatureFactory()
    SignatureFactory(published=True)
    browser = Client(raise_request_exception=False)
    browser.force_login(signature.started_by.user)
    return browser, signature


def get(browser, address):
    path, _, query = address.partition("?")
    return browser.generic("GET", path, QUERY_STRING=query.encode().decode("latin-1"))


def assert_sensible(response, address):
    assert response.status_code < 500, address
    if response.headers.get("Content-Type", "").startswith("text/html") and response.content:
        assert 'id="main-content"' in response.content.decode(), address


@pytest.fixture
def stranger():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("query", VALUES.values(), ids=VALUES)
def test_read_the_list_with_a_query_that_means_nothing(query, stranger):
    response = get(stranger, f"/signatories/?{query}")
    assert_sensible(response, query)
    assert_valid_html(response.content.decode())
    assert response.status_code == (400 if "%00" in query.lower() else 200)


@pytest.mark.parametrize("query", VALUES.values(), ids=VALUES)
def test_browse_commitments_with_a_query_that_means_nothing(query, stranger):
    response = get(stranger, f"/commitments/?{query}&area=%20&principle=%C2%B2&show=x")
    assert_sensible(response, query)
    assert_valid_html(response.content.decode())
    assert response.status_code == (400 if "%00" in query.lower() else 200)


@pytest.mark.parametrize("path", PATHS)
def test_read_an_address_that_means_nothing(path, stranger):
    response = get(stranger, path)
    assert_sensible(response, path)
    assert 300 < response.status_code < 500


@pytest.mark.parametrize("page", ["/sign/organisation/search/", "/sign/organisation/suggest/", "/dashboard/"])
def test_read_a_page_of_an_officer_with_queries_that_mean_nothing(page, officer):
    for query in VALUES.values():
        assert_sensible(get(officer[0], f"{page}?{query}"), query)


ODD = st.text(st.characters(), max_size=40) | st.sampled_from(["\0", "9" * 30, "-1", "1e9", "\ud800", "％"])


ADDRESSES = [
    "/signatories/{}/",
    "/signatories/{}/mistake/",
    "/certificates/{}/",
    "/approve/{}/",
    "/sign/{}/check/",
    "/sign/{}/title/",
    "/dashboard/{}/sign/",
]


def quoted(text):
    return urllib.parse.quote_from_bytes(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(PARAMETERS) | ODD, ODD), max_size=6))
def test_read_the_list_with_any_query(stranger, pairs):
    query = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in pairs)
    assert_sensible(get(stranger, f"/signatories/?{query}"), query)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(ODD, st.sampled_from(ADDRESSES))
def test_read_any_address(officer, text, pattern):
    address = pattern.format(quoted(text))
    response = get(officer[0], address)
    assert response.status_code in {301, 302, 400, 404}, address


FORMS = {
    "you": ["full_name", "job_title", "phone", "team_mailbox", "seen"],
    "title": ["title", "seen"],
    "mission": ["mission"],
    "partners": ["partners"],
    "principles": ["principles"],
    "service-areas": ["service_areas"],
    "target-date": ["target_date_day", "target_date_month", "target_date_year", "target_date_0"],
    "open-to-others": ["open_to_others"],
    "approver": ["approver_is_officer", "approver_name", "approver_email", "approver_capacity"],
    "decision": ["decided_on_day", "decided_on_month", "decided_on_year", "minutes_url"],
    "consents": ["publish_signer_name"],
}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_answer_any_question_with_anything(officer, data):
    browser, signature = officer
    slug = data.draw(st.sampled_from(list(FORMS)))
    answers = {name: data.draw(ODD | st.just("1")) for name in FORMS[slug]}
    body = "&".join(f"{name}={quoted(value)}" for name, value in answers.items())
    response = browser.post(
        f"/sign/{signature.reference}/{slug}/", body, content_type="application/x-www-form-urlencoded"
    )
    assert_sensible(response, f"{slug} {body}")
    assert response.status_code in {200, 302, 400}
    assert Signature.objects.get(pk=signature.pk).status == "draft"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(ODD, ODD, ODD)
def test_propose_an_organisation_of_any_name(database, name, website, note):
    browser = Client(raise_request_exception=False)
    browser.force_login(RepresentativeFactory().user)
    fields = {"name": name, "website": website, "note": note, "kind": "charity", "nation": "Wales"}
    body = "&".join(f"{key}={quoted(value)}" for key, value in fields.items())
    response = browser.post(
        "/sign/organisation/not-listed/", body, content_type="application/x-www-form-urlencoded"
    )
    assert_sensible(response, body)
    if response.status_code == 302:
        assert browser.get(response.headers["Location"]).status_code == 200
