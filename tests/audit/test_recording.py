"""What happened is written down with the change, and can't be altered afterwards."""

import pytest
from django.core.exceptions import FieldError
from django.db import DatabaseError, connection, transaction

from declaration.accounts.models import User
from declaration.audit.append_only import AppendOnly
from declaration.audit.models import AuditEvent
from declaration.audit.recording import OutsideTransaction, record

REMOVE_ALL = "DELETE FROM audit_auditevent"
ALTER_ALL = "UPDATE audit_auditevent SET verb = 'nothing'"


@pytest.fixture
def officer(db):
    return User.objects.create_user("officer@camden.gov.uk", full_name="Olu Officer")


@pytest.fixture
def event(officer):
    return record(
        verb="rename",
        on=officer,
        by=officer,
        role="officer",
        before={"full_name": "Olu"},
        after={"full_name": "Olu Officer"},
        note="Asked by telephone",
    )


def test_records_who_did_what_to_what(event, officer):
    stored = AuditEvent.objects.get()
    assert stored == event
    assert (stored.verb, stored.actor, stored.actor_role) == ("rename", officer, "officer")
    assert (stored.record_type, stored.record_id, stored.record_label) == (
        "accounts.user",
        str(officer.pk),
        "Olu Officer",
    )
    assert (stored.before, stored.after) == ({"full_name": "Olu"}, {"full_name": "Olu Officer"})
    assert stored.note == "Asked by telephone"


def test_records_an_actor_without_an_account(officer):
    assert record(verb="expire", on=officer, by=None, role="system").actor is None


def test_finds_what_is_about_a_record_oldest_first(event, officer):
    somebody_else = User.objects.create_user("other@camden.gov.uk")
    record(verb="join", on=somebody_else, by=None, role="system")
    later = record(verb="leave", on=officer, by=officer, role="officer")
    assert list(AuditEvent.objects.about(officer)) == [event, later]


@pytest.mark.django_db(transaction=True)
def test_refuses_to_record_outside_a_transaction():
    officer = User.objects.create_user("officer@camden.gov.uk")
    with pytest.raises(OutsideTransaction):
        record(verb="rename", on=officer, by=officer, role="officer")


@pytest.mark.django_db(transaction=True)
def test_forgets_the_event_of_a_change_that_is_undone():
    officer = User.objects.create_user("officer@camden.gov.uk")
    with pytest.raises(FieldError), transaction.atomic():
        record(verb="rename", on=officer, by=officer, role="officer")
        raise FieldError
    assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda event: event.save(),
        lambda event: event.delete(),
        lambda event: AuditEvent.objects.update(verb="nothing"),
        lambda event: AuditEvent.objects.all().delete(),
        lambda event: AuditEvent.objects.bulk_update([event], ["verb"]),
    ],
    ids=["save", "delete", "update all", "delete all", "bulk update"],
)
def test_refuses_in_code_to_change_history(event, change):
    with pytest.raises(AppendOnly), transaction.atomic():
        change(event)
    assert AuditEvent.objects.get().verb == "rename"


@pytest.mark.parametrize("statement", [ALTER_ALL, REMOVE_ALL])
def test_refuses_in_the_database_to_change_history(event, statement):
    with pytest.raises(DatabaseError, match="never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.get().verb == "rename"


def test_keeps_the_history_of_a_person_who_is_deleted(event, officer):
    User.objects.filter(pk=officer.pk).delete()
    assert AuditEvent.objects.select_related("actor").get().actor is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_starts_from_an_empty_history_and_still_refuses(time):
    """The tables are emptied between these two; the refusal must be back afterwards."""
    assert AuditEvent.objects.count() == 0
    officer = User.objects.create_user("officer@camden.gov.uk")
    with transaction.atomic():
        record(verb="join", on=officer, by=None, role="system")
    with pytest.raises(DatabaseError, match="never"), connection.cursor() as cursor:
        cursor.execute(REMOVE_ALL)
