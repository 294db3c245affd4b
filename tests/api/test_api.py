"""The API: what it tells, what it never tells, and how it refuses."""

import json

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from signatories.api.routes import api
from signatories.changes import record_change
from signatories.models import OrganisationAlias, Signature, Status, What
from signatories.register.snapshot import forget
from tests.api.public_fields import FIELDS
from tests.factories import OrganisationFactory, SignatureFactory, current_version, signature_that_is
from tests.html import assert_good_page

pytestmark = pytest.mark.django_db

LISTS = ["organisations", "signatories", "commitments", "versions", "changes"]
SERVED = ["", "organisations/", "signatories/", "coverage/", "changes/", "openapi.json"]


def get(path, **headers):
    return Client().get(f"/api/v1/{path}", headers=headers)


def read(path):
    response = get(path)
    assert response.status_code == 200, response.content
    return response.json()


# What is told, and how fresh.


@pytest.mark.parametrize("path", ["organisations/", "organisations/leeds/", "coverage/"])
def test_tell_at_once_who_is_in_process(path, django_assert_num_queries):
    leeds = OrganisationFactory(slug="leeds", kind="unitary")
    before = read(path)
    with django_assert_num_queries(2):
        assert read(path) == before
    signature = signature_that_is("submitted", organisation=leeds)
    during = read(path)
    Signature.objects.filter(pk=signature.pk).update(status="withdrawn")
    assert [during == before, read(path) == before] == [False, True]


@pytest.mark.parametrize("path", ["", "signatories/", "commitments/?q=camden", "versions/", "changes/"])
def test_keep_answers_until_something_changes(path, django_assert_num_queries):
    SignatureFactory(published=True, organisation__name="Camden")
    before = get(path)
    with django_assert_num_queries(1):
        kept = get(path)
    assert kept.content == before.content
    assert kept["Access-Control-Allow-Origin"] == "*" and kept["ETag"] == before["ETag"]
    new = SignatureFactory(published=True, organisation__name="Camden Town")
    assert get(path)["ETag"] != before["ETag"]
    if path in {"signatories/", "commitments/?q=camden"}:
        assert new.organisation.slug in get(path).content.decode()


def test_find_organisations_by_words_of_their_names():
    for slug, name in {"leeds": "Leeds City Council", "york": "City of York Council"}.items():
        OrganisationFactory(slug=slug, name=name, short_name=slug)
    found = {
        q: [one["slug"] for one in read(f"organisations/?q={q}")["organisations"]] for q in ("city", "leds")
    }
    assert found == {"city": ["leeds", "york"], "leds": ["leeds"]}


# What is told.


def test_every_field_is_public_for_a_reason():
    schemas = api.get_openapi_schema()["components"]["schemas"]
    found = {f"{name}.{field}" for name, schema in schemas.items() for field in schema.get("properties", {})}
    assert found == {f"{name}.{field}" for name, fields in FIELDS.items() for field in fields}
    assert all(reason for fields in FIELDS.values() for reason in fields.values())


def test_answer_with_no_field_that_is_not_described():
    signature = SignatureFactory(published=True)
    OrganisationAlias.objects.create(organisation=signature.organisation, name="Old Name")
    record = read(f"signatories/{signature.organisation.slug}/")
    assert set(record) == set(FIELDS["Signatory"])
    assert set(record["commitments"][0]) == set(FIELDS["Commitment"])
    assert set(record["organisation"]) == set(FIELDS["OrganisationName"])
    organisation = read(f"organisations/{signature.organisation.slug}/")
    assert set(organisation) == set(FIELDS["Organisation"])
    assert (organisation["state"], organisation["other_names"]) == ("signed", ["Old Name"])


@pytest.mark.parametrize("status", [status for status in Status.values if status != "published"])
def test_tell_nothing_of_what_is_not_published(status):
    current_version()
    shown, hidden = SignatureFactory(published=True), signature_that_is(status)
    for signature, is_told in ((shown, True), (hidden, False)):
        slug = signature.organisation.slug
        everything = "".join(get(f"{path}/").content.decode() for path in LISTS)
        everything += (
            get(f"signatories/{slug}/").content.decode() + get(f"organisations/{slug}/").content.decode()
        )
        commitment = signature.commitment
        for private in (signature.reference, commitment.title, f'"id": {commitment.pk},'):
            assert (private in everything) == is_told, private
        assert signature.approver_email not in everything
        assert signature.approver_name not in everything
        assert get(f"signatories/{slug}/").status_code == (200 if is_told else 404)
        assert get(f"commitments/{commitment.pk}/").status_code == (200 if is_told else 404)


def test_name_who_signed_only_with_their_leave():
    silent, named = (
        SignatureFactory(published=True),
        SignatureFactory(published=True, publish_signer_name=True),
    )
    told = {one["reference"]: one["signer_name"] for one in read("signatories/")["signatories"]}
    assert told == {silent.reference: None, named.reference: named.signed_by.full_name}


def test_leave_out_an_organisation_nobody_confirmed():
    proposed, seen = OrganisationFactory(proposed=True), OrganisationFactory()
    with transaction.atomic():
        for organisation in (proposed, seen):
            record_change(organisation=organisation, what=What.ADDED)
    seen.successors.add(proposed)
    text = "".join(get(f"{path}/").content.decode() for path in LISTS)
    assert seen.slug in text
    assert proposed.slug not in text
    assert get(f"organisations/{proposed.slug}/").status_code == 404


def test_same_answers_as_the_pages():
    SignatureFactory(published=True, organisation__slug="camden", organisation__population=10)
    SignatureFactory(submitted=True, organisation__slug="leeds", organisation__population=20)
    coverage = read("coverage/")
    assert coverage["everywhere"] == {
        "group": "all",
        "councils": 2,
        "signed": 1,
        "in_process": 1,
        "not_signed": 0,
        "people": 30,
        "people_own": 10,
        "people_county": 0,
        "people_neither": 20,
    }
    checked = read("check/?who=camden&who=leeds&who=zzz&on=2026-11-20")
    page = Client().get("/check.json?who=camden&who=leeds&who=zzz&on=2026-11-20").json()
    assert checked["answers"] == page["answers"]


def test_filter_and_page():
    for n in range(5):
        SignatureFactory(published=True, organisation__nation="Wales" if n % 2 else "England")
    assert read("signatories/?nation=Wales")["total"] == 2
    pages = [read(f"signatories/?per_page=2&page={n}") for n in (1, 2, 3, 4)]
    assert [(p["total"], p["pages"], len(p["signatories"])) for p in pages] == [
        (5, 3, 2),
        (5, 3, 2),
        (5, 3, 1),
        (5, 3, 0),
    ]
    references = [one["reference"] for page in pages for one in page["signatories"]]
    assert len(set(references)) == 5
    assert read("organisations/?nation=England&current=true")["total"] == 3
    assert read("commitments/?stage=unreported")["total"] == 5
    assert read("commitments/?stage=done")["total"] == 0
    assert read("commitments/?area=area-no")["total"] == 0


# How it is served.


@pytest.mark.parametrize("path", [*SERVED, "nope"])
def test_any_site_may_read_it_without_a_cookie(path):
    response = get(path)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "public" in response.headers["Cache-Control"]
    assert response.cookies == {}


@pytest.mark.parametrize("path", SERVED)
def test_answer_304_until_something_changes(path):
    tag = get(path).headers["ETag"]
    assert get(path, if_none_match=tag).status_code == 304
    signature = SignatureFactory(published=True)
    with transaction.atomic():
        record_change(organisation=signature.organisation, what=What.PUBLISHED)
    assert get(path, if_none_match=tag).status_code == (304 if path == "openapi.json" else 200)


def test_answer_head_as_get():
    for path in ("", "organisations/", "docs"):
        head = Client().head(f"/api/v1/{path}")
        assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("nope", 404, "nothing at this address"),
        ("organisations/nope/", 404, "nothing at this address"),
        ("organisations/?page=0", 400, "page: "),
        ("organisations/?per_page=1000", 400, "per_page: "),
        ("organisations/?nation=Narnia", 400, "England"),
        ("organisations/A%20B/", 400, "slug: "),
        ("commitments/0/", 400, "number: "),
        ("versions/40000/", 404, "nothing at this address"),
        ("changes/?since=-1", 400, "since: "),
        ("changes/?since=99999999999999999999", 400, "since: "),
        ("check/?on=2024-01-01", 400, "who: "),
        ("check/?who=x&on=2999-01-01", 404, "to today"),
        ("check/?who=x&on=soon", 400, "on: "),
        ("organisations/?page=%00", 400, "Bad Request"),
    ],
)
def test_refuse_with_a_problem(path, status, detail):
    response = get(path)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == status
    assert detail in response.json()["detail"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_refuse_to_change_anything(method):
    response = getattr(Client(), method)("/api/v1/organisations/")
    assert response.status_code == 405


def test_documentation_names_every_field():
    soup = assert_good_page(get("docs").content.decode())
    text = soup.get_text(" ")
    assert all(field in text for fields in FIELDS.values() for field in fields)
    assert "/api/v1/changes/" in text
    assert json.loads(get("openapi.json").content)["openapi"].startswith("3.")


def queries(path):
    forget()
    with CaptureQueriesContext(connection) as captured:
        read(path)
    return len(captured)


@pytest.mark.parametrize("again", [False, True])
def test_tell_the_same_in_a_list_as_alone(again):
    for _ in range(3):
        SignatureFactory(published=True)
    if again:  # what was written for the first page is kept for another address
        read("signatories/?per_page=2"), read("commitments/?per_page=2")
    signed = read("signatories/")["signatories"]
    assert [read(f"signatories/{one['organisation']['slug']}/") for one in signed] == signed
    promised = read("commitments/")["commitments"]
    assert [read(f"commitments/{one['id']}/") for one in promised] == promised
    assert (len(signed), len(promised)) == (3, 3)


def test_tell_at_once_what_changed_in_a_list():
    signature = SignatureFactory(published=True)
    before = read("signatories/")["signatories"][0]
    signature.organisation.name = "Renamed Council"
    with transaction.atomic():
        signature.organisation.save()
        record_change(organisation=signature.organisation, what=What.CORRECTED)
    after = read("signatories/")["signatories"][0]
    assert before["organisation"]["name"] != "Renamed Council" == after["organisation"]["name"]


@pytest.mark.parametrize("path", ["organisations/", "signatories/", "commitments/", "changes/", "coverage/"])
def test_ask_the_database_as_often_for_one_as_for_many(path):
    def more():
        signature = SignatureFactory(published=True)
        OrganisationFactory().successors.add(signature.organisation)
        with transaction.atomic():
            record_change(organisation=signature.organisation, what=What.PUBLISHED)

    more()
    few = queries(path)
    for _ in range(4):
        more()
    assert queries(path) == few
