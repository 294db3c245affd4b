"""SQLite and PostgreSQL themselves refuse to change history."""

import sqlite3

import psycopg
import pytest

from tests.servers import KINDS, Stack

REFUSED = (sqlite3.DatabaseError, psycopg.DatabaseError)
RECORD = """
from django.db import transaction
from declaration.accounts.models import User
from declaration.audit.recording import record
person = User.objects.create_user("officer@camden.gov.uk")
with transaction.atomic():
    record(verb="join", on=person, by=None, role="system")
"""
REDACT = """
from declaration.accounts.models import User
from declaration.audit.redacting import redact
assert redact(about=[User.objects.get()], words=["officer@camden.gov.uk"]) == 1
"""
OPEN = "INSERT INTO audit_redaction (event_id, at) SELECT id, at FROM audit_auditevent"
STATEMENTS = {
    "UPDATE audit_auditevent SET verb = 'nothing'": KINDS,
    "DELETE FROM audit_auditevent": KINDS,
    "TRUNCATE audit_auditevent": ["postgres"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_refuses_to_alter_or_remove_an_event_but_for_words_that_are_taken_out(kind):
    with Stack(kind, web=False, worker=False) as stack:

        def refuses(*statements):
            for statement in statements:
                with pytest.raises(REFUSED, match="never"):
                    stack.rows(statement)

        told = "SELECT verb, record_label, actor_role FROM audit_auditevent"
        statements = [statement for statement, kinds in STATEMENTS.items() if kind in kinds]
        words = "UPDATE audit_auditevent SET note = 'more'"
        stack.python(RECORD)
        refuses(*statements, words)
        assert stack.rows(told) == [("join", "officer@camden.gov.uk", "system")]
        stack.python(REDACT)
        assert stack.rows(told) == [("join", "a former representative", "system")]
        refuses(*statements, words)
        # While words are being taken out, nothing else may be changed or removed.
        stack.python(f"from django.db import connection; connection.cursor().execute({OPEN!r})")
        refuses(*statements)
        assert stack.rows(told) == [("join", "a former representative", "system")]
