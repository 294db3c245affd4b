"""Let the database itself refuse to alter or remove an audit event.

SQLite forgets the triggers of a table when Django rebuilds it, so a later migration that
alters this table there has to create them again; a test finds them missing.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = """
CREATE TRIGGER audit_event_is_never_altered BEFORE UPDATE ON audit_auditevent
BEGIN SELECT RAISE(ABORT, 'An audit event is never altered.'); END;
CREATE TRIGGER audit_event_is_never_removed BEFORE DELETE ON audit_auditevent
BEGIN SELECT RAISE(ABORT, 'An audit event is never removed.'); END;
"""
POSTGRESQL = """
CREATE FUNCTION audit_event_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'An audit event is never altered or removed.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_event_is_never_altered BEFORE UPDATE OR DELETE ON audit_auditevent
FOR EACH ROW EXECUTE FUNCTION audit_event_is_never_changed();
CREATE TRIGGER audit_event_is_never_emptied BEFORE TRUNCATE ON audit_auditevent
FOR EACH STATEMENT EXECUTE FUNCTION audit_event_is_never_changed();
"""
POSTGRESQL_UNDO = """
DROP TRIGGER audit_event_is_never_altered ON audit_auditevent;
DROP TRIGGER audit_event_is_never_emptied ON audit_auditevent;
DROP FUNCTION audit_event_is_never_changed();
"""


def create_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
    else:
        for statement in SQLITE.strip().split("END;")[:-1]:
            schema_editor.execute(statement + "END")


def drop_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_UNDO)
    else:
        schema_editor.execute("DROP TRIGGER audit_event_is_never_altered")
        schema_editor.execute("DROP TRIGGER audit_event_is_never_removed")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(create_triggers, drop_triggers)]
