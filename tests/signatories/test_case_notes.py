"""A note on a record is final, also for whoever speaks to the database itself; on both databases."""

import pytest
from django.db import DatabaseError, connection, transaction

from signatories import casework
from signatories.models import CaseNote
from tests.factories import SignatureFactory, UserFactory, current_version

REFUSED = ["UPDATE signatories_casenote SET text = 'Other'", "DELETE FROM signatories_casenote"]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("statement", REFUSED)
def test_refuse_to_alter_a_note_in_the_database(statement):
    current_version()
    note = casework.write_note(
        signature=SignatureFactory(submitted=True), text="Rang them.", by=UserFactory(moderator=True)
    )
    with pytest.raises(DatabaseError, match="A note is never"), transaction.atomic():
        connection.cursor().execute(statement)
    assert CaseNote.objects.get(pk=note.pk).text == "Rang them."
