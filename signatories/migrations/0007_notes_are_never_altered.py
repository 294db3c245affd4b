"""Let the database itself refuse to alter or remove what staff noted on a record.

SQLite forgets the triggers of a table when Django rebuilds it, so a later migration that alters
this table there has to create them again; a test finds them missing.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = [
    "CREATE TRIGGER signatories_casenote_is_never_altered BEFORE UPDATE ON signatories_casenote"
    " BEGIN SELECT RAISE(ABORT, 'A note is never altered.'); END",
    "CREATE TRIGGER signatories_casenote_is_never_removed BEFORE DELETE ON signatories_casenote"
    " BEGIN SELECT RAISE(ABORT, 'A note is never removed.'); END",
]
POSTGRESQL = [
    "CREATE FUNCTION signatories_casenote_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION 'A note is never altered or removed.' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER signatories_casenote_is_never_altered BEFORE UPDATE OR DELETE ON signatories_casenote"
    " FOR EACH ROW EXECUTE FUNCTION signatories_casenote_is_never_changed()",
    "CREATE TRIGGER signatories_casenote_is_never_emptied BEFORE TRUNCATE ON signatories_casenote"
    " FOR EACH STATEMENT EXECUTE FUNCTION signatories_casenote_is_never_changed()",
]
POSTGRESQL_UNDO = [
    "DROP TRIGGER signatories_casenote_is_never_altered ON signatories_casenote",
    "DROP TRIGGER signatories_casenote_is_never_emptied ON signatories_casenote",
    "DROP FUNCTION signatories_casenote_is_never_changed()",
]
SQLITE_UNDO = [
    "DROP TRIGGER signatories_casenote_is_never_altered",
    "DROP TRIGGER signatories_casenote_is_never_removed",
]


def create_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_UNDO if on_postgresql else SQLITE_UNDO:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("signatories", "0006_casework")]

    operations = [migrations.RunPython(create_triggers, drop_triggers)]
