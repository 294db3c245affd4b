"""The list as files, and how they and the page are cached: nothing stale, and little work for nothing."""

import csv
import gzip
import io
import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.test import Client

from declaration import switches
from declaration.fresh_pages import files, forget_pages, pages
from declaration.freshness import move_on
from signatories import moderation, signing
from signatories.changes import record_change
from signatories.models import Commitment, OrganisationDomain, What
from signatories.register import as_at_records
from signatories.register.records import COLUMNS
from tests.factories import OrganisationFactory, ReasonFactory, SignatureFactory, UserFactory

pytestmark = pytest.mark.django_db

FILES = ["/signatories.csv", "/signatories.json", "/signatories.atom"]
ALL = ["/signatories/", *FILES, "/signatories/data/"]
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def yesterday(time_machine):
    """Let all that is made happen long enough ago, and return the clock."""
    time_machine.move_to(datetime(2026, 11, 20, 12, tzinfo=UTC), tick=False)
    return time_machine


def rows():
    text = Client().get("/signatories.csv").getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_write_the_columns_of_the_dictionary():
    SignatureFactory(published=True)
    page = Client().get("/signatories/data/").content.decode()
    assert tuple(rows()[0]) == COLUMNS
    told = [*COLUMNS, *as_at_records.COLUMNS]
    assert [column for column in told if page.count(f"<code>{column}</code>") < told.count(column)] == []


def test_write_what_is_public_and_nothing_else():
    successor = OrganisationFactory(slug="newshire")
    signature = SignatureFactory(published=True, organisation__gss_code="E06000001")
    proposed = OrganisationFactory(proposed=True, name="Unconfirmed Trust", slug="unconfirmed")
    partner = OrganisationFactory(name="Partnershire Council")
    signature.organisation.successors.add(successor, proposed)
    signature.commitment.partner_organisations.add(partner, proposed)
    OrganisationDomain.objects.create(organisation=signature.organisation, domain="secret.gov.uk")
    [row] = rows()
    assert row["reference"] == signature.reference
    assert row["superseded_by"] == "newshire"
    assert (row["signer_role"], row["signer_name"]) == ("Chief executive", "")
    assert row["partners"] == "Partnershire Council; Friends of the Bins"
    assert row["open_to_others"] == "yes"
    assert row["url"] == f"http://localhost:8000/signatories/{signature.organisation.slug}/"
    for path in FILES:
        text = Client().get(path).getvalue().decode()
        assert signature.commitment.title in text
        assert "nconfirmed" not in text
        assert [w for w in ("@", "secret.gov.uk", signature.started_by.full_name) if w in text] == []


@pytest.mark.parametrize("text", ["=1+1", "+44", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n1", "＝1"])
def test_write_no_formula(text):
    signature = SignatureFactory(published=True)
    Commitment.objects.filter(signature=signature).update(title=text, mission=text)
    [row] = rows()
    assert row["mission"].startswith("'")
    assert (
        json.loads(Client().get("/signatories.json").getvalue())["signatories"][0]["commitments"][0][
            "mission"
        ]
        == text
    )


def test_read_a_whole_file_of_more_rows_than_are_read_at_a_time(monkeypatch):
    monkeypatch.setattr("signatories.register.records._AT_A_TIME", 7)
    for _ in range(20):
        SignatureFactory(published=True)
    references = [row["reference"] for row in rows()]
    assert len(references) == len(set(references)) == 20
    record = json.loads(Client().get("/signatories.json").getvalue())
    assert [one["reference"] for one in record["signatories"]] == references


def test_follow_the_feed_from_page_to_page(monkeypatch):
    monkeypatch.setattr("signatories.register.facets.PER_PAGE", 3)
    made = {SignatureFactory(published=True).organisation.name for _ in range(7)}
    names, ids, at = [], set(), "/signatories.atom?kind=unitary"
    while at:
        feed = ET.fromstring(Client().get(at).content)
        assert feed.find("a:link[@rel='self']", ATOM).get("href").endswith(at.replace("?page=1", ""))
        names += [entry.findtext("a:title", namespaces=ATOM) for entry in feed.findall("a:entry", ATOM)]
        ids |= {entry.findtext("a:id", namespaces=ATOM) for entry in feed.findall("a:entry", ATOM)}
        following = feed.find("a:link[@rel='next']", ATOM)
        at = following.get("href").removeprefix("http://localhost:8000") if following is not None else None
    assert (set(names), len(names), len(ids)) == (made, 7, 7)


@pytest.mark.parametrize("path", ALL)
def test_answer_briefly_when_nothing_changed(path, yesterday):
    SignatureFactory(published=True)
    yesterday.shift(60)
    for _ in range(2):  # once made, once kept
        first = Client().get(path)
        assert first.status_code == 200 and first["Last-Modified"] and first["ETag"].startswith('W/"')
        for condition in (
            {"If-None-Match": first["ETag"]},
            {"If-None-Match": f'"other", {first["ETag"].removeprefix("W/")}'},
            {"If-Modified-Since": first["Last-Modified"]},
        ):
            again = Client().get(path, headers=condition)
            assert (again.status_code, again.getvalue()) == (304, b""), condition
            assert again["ETag"] == first["ETag"]
            assert "stale-while-revalidate" in again["Cache-Control"]
        assert Client().get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", ALL[:-1])
def test_show_a_change_at_once_whatever_was_kept(path):
    first = SignatureFactory(published=True)
    before = Client().get(path)
    second = SignatureFactory(published=True)
    after = Client().get(path, headers={"If-None-Match": before["ETag"]})
    text = after.getvalue().decode()
    assert after.status_code == 200 and after["ETag"] != before["ETag"]
    assert first.organisation.name in text and second.organisation.name in text
    signing.withdraw(signature=first, by=first.started_by)
    moderation.take_down(
        signature=second, by=UserFactory(moderator=True), seen=second.submitted_at, reasons=[ReasonFactory()]
    )
    text = Client().get(path).getvalue().decode()
    assert first.organisation.name not in text and second.organisation.name not in text


def test_say_no_time_while_its_second_can_still_see_a_change(yesterday):
    SignatureFactory(published=True)
    assert "Last-Modified" not in Client().get("/signatories.csv").headers
    yesterday.shift(2)
    assert Client().get("/signatories.csv")["Last-Modified"] == "Fri, 20 Nov 2026 12:00:00 GMT"


def test_keep_a_page_without_asking_for_more_than_the_number(django_assert_num_queries):
    SignatureFactory(published=True)
    first = Client().get("/signatories/?q=test")
    with django_assert_num_queries(1):
        kept = Client().get("/signatories/?q=test")
    assert kept.content == first.content
    assert dict(kept.headers) == dict(first.headers)
    pages.clear()
    assert Client().get("/signatories/?q=test").content == first.content


def test_show_the_banner_at_once():
    Client().get("/signatories/")
    switches.change(by=None, banner="The service rests on Sunday.")
    assert "The service rests on Sunday." in Client().get("/signatories/").content.decode()


def test_make_a_page_anew_at_midnight(yesterday):
    SignatureFactory(published=True)
    before = [Client().get(path)["ETag"] for path in ("/signatories/", "/signatories.csv")]
    yesterday.shift(24 * 3600)
    after = [Client().get(path)["ETag"] for path in ("/signatories/", "/signatories.csv")]
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, True]


def test_keep_nothing_for_hosts_that_are_not_ours():
    Client().get("/signatories/")
    assert Client().get("/signatories/", headers={"Host": "evil.example"}).status_code == 400


def test_forget_old_pages_before_memory_runs_out(monkeypatch):
    monkeypatch.setattr("declaration.fresh_pages._MAXIMUM_BYTES", 100_000)
    for number in range(20):
        Client().get(f"/signatories/?q={number}")
    assert 1 <= len(pages._pages) < 20
    assert pages._bytes == sum(page.size for page in pages._pages.values()) <= 100_000


def test_forget_first_what_nobody_asks_for(monkeypatch):
    monkeypatch.setattr("declaration.fresh_pages._MAXIMUM_BYTES", 100_000)
    Client().get("/signatories/?q=often")
    made_first = pages._pages["/signatories/", "q=often"]
    for number in range(20):
        Client().get(f"/signatories/?q={number}")
        Client().get("/signatories/?q=often")
    assert pages._pages["/signatories/", "q=often"] is made_first
    assert ("/signatories/", "q=0") not in pages._pages


LONG = ["/signatories.csv", "/signatories.json"]


def sent(path, accepted=""):
    """Return the answer, and the file that its reader gets."""
    response = Client().get(path, headers={"Accept-Encoding": accepted})
    assert response.status_code == 200
    body = response.getvalue()
    return response, gzip.decompress(body) if response.headers.get("Content-Encoding") else body


@pytest.mark.parametrize("path", LONG)
@pytest.mark.parametrize("first", ["", "gzip"])
def test_keep_a_file_as_it_was_sent(path, first, django_assert_num_queries):
    for _ in range(3):
        SignatureFactory(published=True)
    made, text = sent(path, first)
    for accepted in ("", "gzip"):
        with django_assert_num_queries(1):
            kept, again = sent(path, accepted)
        assert again == text
        assert kept.headers.get("Content-Encoding", "") == accepted
        assert accepted or int(kept["Content-Length"]) == len(text)
        assert [kept[name] for name in ("ETag", "Link", "Vary")] == [
            made[name] for name in ("ETag", "Link", "Vary")
        ]
    known = Client().get(path, headers={"If-None-Match": made["ETag"]})
    assert (known.status_code, known["Access-Control-Allow-Origin"]) == (304, "*")


def test_make_a_kept_file_anew_after_a_change():
    SignatureFactory(published=True)
    before = sent("/signatories.csv")[1]
    new = SignatureFactory(published=True)
    after = sent("/signatories.csv")[1]
    assert [new.reference.encode() in text for text in (before, after)] == [False, True]


def test_keep_no_file_that_was_not_sent_to_its_end(monkeypatch):
    for _ in range(3):
        SignatureFactory(published=True)
    broken_off = Client().get("/signatories.csv")
    assert next(iter(broken_off))
    del broken_off
    assert not files._pages
    monkeypatch.setattr("declaration.kept_files.LONGEST", 100)
    whole = sent("/signatories.csv")[1]
    assert not files._pages
    assert sent("/signatories.csv", "gzip")[1] == whole
    monkeypatch.undo()
    sent("/signatories.csv")
    assert len(files._pages) == 1


@pytest.mark.parametrize("path", FILES)
def test_let_pages_of_other_sites_read_files(path):
    response = Client().get(path, headers={"Origin": "https://example.org"})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in response["Access-Control-Expose-Headers"]
    assert 'rel="license"' in response["Link"]
    assert not response.cookies
    forget_pages()
    known = Client().get(path, headers={"If-None-Match": response["ETag"]})
    assert (known.status_code, known["Access-Control-Allow-Origin"]) == (304, "*")


@pytest.mark.parametrize("path", [*FILES, "/check.csv", "/check.json", "/api/v1/changes/"])
def test_let_scripts_of_other_sites_ask_if_something_changed(path):
    asked = {"Origin": "https://example.org", "Access-Control-Request-Headers": "if-none-match"}
    allowed = Client().options(path, headers={**asked, "Access-Control-Request-Method": "GET"})
    assert (allowed.status_code, allowed["Access-Control-Allow-Origin"]) == (204, "*")
    assert (allowed["Access-Control-Allow-Methods"], allowed["Access-Control-Allow-Headers"]) == (
        "GET, HEAD",
        "*",
    )
    assert Client().options(path).status_code == 405
    elsewhere = Client().options("/check/upload/", headers={**asked, "Access-Control-Request-Method": "POST"})
    assert elsewhere.status_code == 405


def test_read_everything_again_when_something_else_moved_the_number():
    signature = SignatureFactory(published=True)
    Client().get("/signatories/")
    Commitment.objects.filter(signature=signature).update(title="Put right by hand")
    with transaction.atomic():
        move_on()
    assert "Put right by hand" in Client().get("/signatories/").content.decode()


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "gzip"), ("br;q=1, gzip;q=0.5", "gzip"), ("gzip;q=0", None), ("", None)],
)
def test_send_a_page_compressed_to_whoever_can_read_it(accepted, encoding):
    SignatureFactory(published=True)
    plain = Client().get("/signatories/").content
    for _ in range(2):
        page = Client().get("/signatories/", headers={"Accept-Encoding": accepted})
        assert page.headers.get("Content-Encoding") == encoding
        assert "Accept-Encoding" in page["Vary"]
        assert int(page["Content-Length"]) == len(page.content)
        assert (gzip.decompress(page.content) if encoding else page.content) == plain
        pages.clear()


def test_keep_the_list_light():
    for _ in range(60):
        SignatureFactory(published=True)
    page = Client().get("/signatories/", headers={"Accept-Encoding": "gzip"})
    assert len(page.content) < 25_000


def test_write_no_markup_of_somebody_elses(yesterday):
    signature = SignatureFactory(published=True, organisation__name="<b>Bold</b> & Council")
    Commitment.objects.filter(signature=signature).update(title="<script>alert(1)</script>")
    for _ in range(2):  # written, and remembered
        page = Client().get("/signatories/").content.decode()
        assert "&lt;script&gt;alert(1)" in page and "&lt;b&gt;Bold&lt;/b&gt; &amp; Council" in page
        assert "<script>alert" not in page and "<b>Bold" not in page
        pages.clear()


def test_remember_rows_no_longer_than_they_are_true():
    first, second = SignatureFactory(published=True), SignatureFactory(published=True)
    paths = ("/signatories/", "/signatories.json", "/signatories.atom")
    for path in paths:
        Client().get(path).getvalue()
    before = first.commitment.title
    Commitment.objects.filter(signature=first).update(title="A title of today")
    with transaction.atomic():
        record_change(organisation=first.organisation, what=What.EDITED)
    for path in paths:
        text = Client().get(path).getvalue().decode()
        assert "A title of today" in text and second.commitment.title in text
        assert before not in text
