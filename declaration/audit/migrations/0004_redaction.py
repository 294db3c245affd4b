"""Let the words of an event be changed while a row says that it is being redacted; all else is refused."""

import django.db.models.deletion
import django.utils.timezone
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FIXED = ["id", "at", "actor_id", "actor_role", "verb", "record_type", "record_id"]
OPEN = "EXISTS (SELECT 1 FROM audit_redaction WHERE event_id = OLD.id AND done_at IS NULL)"
SQLITE = f"""
CREATE TRIGGER audit_event_is_never_altered BEFORE UPDATE ON audit_auditevent
WHEN NOT ({OPEN} AND {" AND ".join(f"NEW.{name} IS OLD.{name}" for name in FIXED)})
BEGIN SELECT RAISE(ABORT, 'An audit event is never altered.'); END
"""
SQLITE_BEFORE = """
CREATE TRIGGER audit_event_is_never_altered BEFORE UPDATE ON audit_auditevent
BEGIN SELECT RAISE(ABORT, 'An audit event is never altered.'); END
"""
REFUSE = "RAISE EXCEPTION 'An audit event is never altered or removed.' USING ERRCODE = 'restrict_violation';"
POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION audit_event_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF {OPEN} AND ROW({", ".join(f"NEW.{name}" for name in FIXED)})
      IS NOT DISTINCT FROM ROW({", ".join(f"OLD.{name}" for name in FIXED)}) THEN
      RETURN NEW;
    END IF;
  END IF;
  {REFUSE}
END $$
"""
POSTGRESQL_BEFORE = f"""
CREATE OR REPLACE FUNCTION audit_event_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {REFUSE}
END $$
"""


def write(postgresql: str, sqlite: str, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(postgresql)
    else:
        schema_editor.execute("DROP TRIGGER audit_event_is_never_altered")
        schema_editor.execute(sqlite)


def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    write(POSTGRESQL, SQLITE, schema_editor)


def refuse(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    write(POSTGRESQL_BEFORE, SQLITE_BEFORE, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_export")]

    operations = [
        migrations.CreateModel(
            name="Redaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redactions",
                        to="audit.auditevent",
                    ),
                ),
            ],
        ),
        migrations.RunPython(allow, refuse),
    ]
