"""Count the emails that ask how a commitment goes; ask nobody about what fell due before they existed."""

from datetime import timedelta

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

DAYS = (92, 183, 366)


def count_what_fell_due(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    commitments = apps.get_model("signatories", "Commitment").objects
    for number, days in enumerate(DAYS, start=1):
        due = timezone.now() - timedelta(days=days)
        commitments.filter(signature__signed_at__lt=due).update(check_ins_sent=number)


class Migration(migrations.Migration):
    dependencies = [("signatories", "0007_notes_are_never_altered")]

    operations = [
        migrations.AddField(
            model_name="commitment",
            name="check_ins_sent",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.RunPython(count_what_fell_due, migrations.RunPython.noop),
    ]
