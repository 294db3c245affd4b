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
STATEMENTS = {
    "UPDATE audit_auditevent SET verb = 'nothing'": KINDS,
    "DELETE FROM audit_auditevent": KINDS,
    "TRUNCATE audit_auditevent": ["postgres"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_refuses_to_alter_or_remove_an_event(kind):
    with Stack(kind, web=False, worker=False) as stack:
        stack.python(RECORD)
        for statement, kinds in STATEMENTS.items():
            if kind in kinds:
                with pytest.raises(REFUSED, match="never"):
                    stack.rows(statement)
        assert stack.rows("SELECT verb FROM audit_auditevent") == [("join",)]
