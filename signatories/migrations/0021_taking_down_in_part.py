"""Commitments that staff take down by themselves, and texts they take out of the public history.

SQLite forgets the triggers of a table when Django rebuilds it, so a later migration that alters
the table of hidden texts there has to create them again; a test finds them missing.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "signatories_hiddentext"
SQLITE = [
    f"CREATE TRIGGER {TABLE}_is_never_{name} BEFORE {event} ON {TABLE}"
    f" BEGIN SELECT RAISE(ABORT, 'What was hidden is never {name}.'); END"
    for name, event in (("altered", "UPDATE"), ("removed", "DELETE"))
]
POSTGRESQL = [
    f"CREATE FUNCTION {TABLE}_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION 'What was hidden is never altered or removed.' USING ERRCODE = 'restrict_violation';"
    " END $$",
    f"CREATE TRIGGER {TABLE}_is_never_altered BEFORE UPDATE OR DELETE ON {TABLE}"
    f" FOR EACH ROW EXECUTE FUNCTION {TABLE}_is_never_changed()",
    f"CREATE TRIGGER {TABLE}_is_never_emptied BEFORE TRUNCATE ON {TABLE}"
    f" FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_is_never_changed()",
]
SQLITE_UNDO = [f"DROP TRIGGER {TABLE}_is_never_{name}" for name in ("altered", "removed")]
POSTGRESQL_UNDO = [
    f"DROP TRIGGER {TABLE}_is_never_altered ON {TABLE}",
    f"DROP TRIGGER {TABLE}_is_never_emptied ON {TABLE}",
    f"DROP FUNCTION {TABLE}_is_never_changed()",
]


def create_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in POSTGRESQL_UNDO if schema_editor.connection.vendor == "postgresql" else SQLITE_UNDO:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("declaration", "0003_switches"),
        ("signatories", "0020_what_became_public"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CommitmentDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("accepted", "Accepted"),
                            ("changes_requested", "Changes requested"),
                            ("rejected", "Rejected"),
                            ("taken_down", "Taken down"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        blank=True,
                        help_text="What the officer read: the reasons in words for this case.",
                        max_length=8000,
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=4000)),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "ordering": ["decided_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DraftCommitmentDecision",
            fields=[
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("accepted", "Accepted"),
                            ("changes_requested", "Changes requested"),
                            ("rejected", "Rejected"),
                            ("taken_down", "Taken down"),
                        ],
                        max_length=20,
                    ),
                ),
                ("text", models.TextField(blank=True, max_length=8000)),
                ("note", models.TextField(blank=True, max_length=4000)),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "commitment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="draft_decision",
                        serialize=False,
                        to="signatories.commitment",
                    ),
                ),
                ("public_notice", models.BooleanField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="HiddenText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(help_text="The officer reads it in an email.", max_length=2000)),
                ("hidden_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name": "text out of the public history",
                "verbose_name_plural": "texts out of the public history",
            },
        ),
        migrations.AddField(
            model_name="commitment",
            name="public_notice",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="commitment",
            name="status",
            field=models.CharField(
                choices=[("shown", "Shown with its signature"), ("taken_down", "Taken down")],
                db_default="shown",
                default="shown",
                editable=False,
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="commitment",
            name="taken_down_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="registerchange",
            name="what",
            field=models.CharField(
                choices=[
                    ("added", "Added to the register"),
                    ("published", "Signed the Declaration"),
                    ("withdrawn", "Signature withdrawn"),
                    ("taken_down", "Signature taken down"),
                    ("restored", "Signature restored"),
                    ("committed", "Commitment added"),
                    ("edited", "Commitment edited"),
                    ("commitment_removed", "Commitment taken down"),
                    ("commitment_restored", "Commitment restored"),
                    ("history_removed", "Earlier text removed"),
                    ("progress", "Progress reported"),
                    ("corrected", "Facts corrected"),
                    ("merged", "Merged into another entry"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("public_notice", False), ("status", "shown"), ("taken_down_at__isnull", True)),
                    models.Q(("status", "taken_down"), ("taken_down_at__isnull", False)),
                    _connector="OR",
                ),
                name="commitment_taken_down_and_when",
            ),
        ),
        migrations.AddField(
            model_name="commitmentdecision",
            name="commitment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="signatories.commitment",
            ),
        ),
        migrations.AddField(
            model_name="commitmentdecision",
            name="decided_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="commitmentdecision",
            name="reasons",
            field=models.ManyToManyField(
                blank=True, related_name="commitment_decisions", to="signatories.reason"
            ),
        ),
        migrations.AddField(
            model_name="draftcommitmentdecision",
            name="reasons",
            field=models.ManyToManyField(blank=True, related_name="+", to="signatories.reason"),
        ),
        migrations.AddField(
            model_name="draftcommitmentdecision",
            name="saved_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="hiddentext",
            name="edit",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="hidden_text",
                to="signatories.commitmentedit",
            ),
        ),
        migrations.AddField(
            model_name="hiddentext",
            name="hidden_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
