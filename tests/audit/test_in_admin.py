"""The history in the admin: found by person, record, verb and date, and taken away as a table."""

import csv
import io

import pytest
from django.db import transaction

from declaration.audit.models import AuditEvent
from declaration.audit.recording import record
from declaration.spreadsheets import csv_lines
from tests.accounts.people import sign_in_as_staff, staff_member

pytestmark = pytest.mark.django_db

LIST = "/admin/audit/auditevent/"


@pytest.fixture
def boss():
    return staff_member("administrator")


@pytest.fixture
def events(boss):
    """Three things that happened: the boss renamed and closed, the service closed."""
    pat = staff_member("viewer", "pat@communities.gov.uk")
    with transaction.atomic():
        record(verb="rename", on=boss, by=boss, role="administrator", note='=HYPERLINK("//evil")')
        record(verb="close", on=pat, by=boss, role="administrator", after={"name": "Ångström"})
        record(verb="close", on=boss, by=None, role="system", note="Line one\nline two")


def exported(client, query=""):
    answer = client.post(f"{LIST}export/{query}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("query", "verbs"),
    [
        ("?who={boss}", ["rename", "close"]),
        ("?who=service", ["close"]),
        ("?who=nonsense", ["rename", "close", "close"]),
        ("?verb=close", ["close", "close"]),
        ("?q=pat@", ["close"]),
        ("?record_type__exact=accounts.user&record_id__exact={boss}", ["rename", "close"]),
        ("?at__gte=2999-01-01T00:00:00%2B00:00", []),
    ],
)
def test_list_and_export_are_filtered_alike(client, boss, events, query, verbs):
    sign_in_as_staff(client, boss)
    query = query.format(boss=boss.pk)
    shown = client.get(LIST + query)
    assert sorted(event.verb for event in shown.context["cl"].queryset) == sorted(verbs)
    assert [row["verb"] for row in exported(client, query)] == verbs


def test_export_is_itself_on_record(client, boss, events):
    sign_in_as_staff(client, boss)
    exported(client, "?verb=close")
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.actor, event.after) == (
        "exported history",
        boss,
        {"events": 2, "filter": "verb=close"},
    )


def test_no_cell_is_a_formula_and_every_word_survives(client, boss, events):
    sign_in_as_staff(client, boss)
    rows = exported(client)
    assert rows[0]["note"] == '\'=HYPERLINK("//evil")'
    assert "Ångström" in rows[1]["after"]
    assert rows[2]["note"] == "Line one\nline two"
    assert rows[1]["who"] == boss.email and rows[2]["who"] == ""


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_spreadsheet_gets_text_and_not_a_formula(cell):
    [row] = csv.reader(io.StringIO("".join(csv_lines([[cell]])).removeprefix("\ufeff"), newline=""))
    assert row == [f"'{cell}"]


def test_export_by_looking_takes_nothing(client, boss, events):
    sign_in_as_staff(client, boss)
    before = AuditEvent.objects.count()
    assert client.get(f"{LIST}export/").status_code == 405
    assert AuditEvent.objects.count() == before


def test_moderator_reads_but_takes_nothing_away(client, events):
    sign_in_as_staff(client, staff_member("moderator"))
    assert "Download" not in client.get(LIST).content.decode()
    assert client.post(f"{LIST}export/").status_code == 403


def test_list_asks_as_many_questions_for_a_thousand_events(client, boss, django_assert_max_num_queries):
    sign_in_as_staff(client, boss)
    AuditEvent.objects.bulk_create(
        AuditEvent(actor=boss, actor_role="administrator", verb="look", record_type="x.y", record_id=str(n))
        for n in range(1000)
    )
    with django_assert_max_num_queries(20):
        assert client.get(LIST).status_code == 200


def test_event_leads_to_everything_about_its_record(client, boss, events):
    sign_in_as_staff(client, boss)
    event = AuditEvent.objects.filter(verb="rename").get()
    page = client.get(f"{LIST}{event.pk}/change/").content.decode()
    assert f"record_type__exact=accounts.user&amp;record_id__exact={boss.pk}" in page
