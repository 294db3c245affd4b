"""Let the database itself refuse to alter or remove progress, and date what is public already.

Who reported an entry may be pointed elsewhere: two rows of one person become one when their
organisations are merged. SQLite forgets the triggers of a table when Django rebuilds it, so a
later migration that alters one of these tables there has to create them again; a test finds
them missing.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery

WORDS = "id, commitment_id, stage, happened, learned, reported_at"
TABLES = {
    "signatories_progress": f"UPDATE OF {WORDS}",
    "signatories_progresstakedown": "UPDATE",
}
POSTGRESQL = """
CREATE FUNCTION signatories_progress_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Progress is never altered or removed.' USING ERRCODE = 'restrict_violation';
END $$
"""


def create_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
        for table, update in TABLES.items():
            for name, event, each in (
                ("altered", f"{update} OR DELETE", "ROW"),
                ("emptied", "TRUNCATE", "STATEMENT"),
            ):
                schema_editor.execute(
                    f"CREATE TRIGGER {table}_is_never_{name} BEFORE {event} ON {table} "
                    f"FOR EACH {each} EXECUTE FUNCTION signatories_progress_is_never_changed()"
                )
        return
    for table, update in TABLES.items():
        for name, event in (("altered", update), ("removed", "DELETE")):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_is_never_{name} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'Progress is never {name}.'); END"
            )


def drop_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        for name in ("altered", "emptied" if is_postgresql else "removed"):
            on = f" ON {table}" if is_postgresql else ""
            schema_editor.execute(f"DROP TRIGGER {table}_is_never_{name}{on}")
    if is_postgresql:
        schema_editor.execute("DROP FUNCTION signatories_progress_is_never_changed()")


def date_what_is_public(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Commitment = apps.get_model("signatories", "Commitment")
    Signature = apps.get_model("signatories", "Signature")
    signed = Signature.objects.filter(pk=OuterRef("signature_id")).values("signed_at")
    Commitment.objects.filter(signature__signed_at__isnull=False).update(public_change_at=Subquery(signed))


class Migration(migrations.Migration):
    dependencies = [("signatories", "0004_progress")]

    operations = [
        migrations.RunPython(date_what_is_public, migrations.RunPython.noop),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
