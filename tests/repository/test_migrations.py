"""While a release goes out, processes of the one before still work: migrations leave them what they need."""

from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models.fields import NOT_PROVIDED

OURS = {"accounts", "audit", "declaration", "newsletter", "outbox", "personal_data", "signatories"}
# Written before there was a release beside which others could run.
BEFORE_ANY_RELEASE = {
    "accounts.0003",
    "newsletter.0002",
    "newsletter.0004",
    "signatories.0004",
    "signatories.0006",
    "signatories.0008",
    "signatories.0013",
}
TAKES_AWAY = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.DeleteModel,
    migrations.RenameModel,
    migrations.AlterModelTable,
)


def operations(migration):
    """Return what is done to the database; state alone may change as it likes."""
    for operation in migration.operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from operation.database_operations
        else:
            yield operation


def obstacles(migration):
    """Return what a process that knows nothing of a migration would stumble over."""
    new = {
        operation.name_lower
        for operation in operations(migration)
        if isinstance(operation, migrations.CreateModel)
    }
    for operation in operations(migration):
        if isinstance(operation, TAKES_AWAY):
            yield operation.describe()
        elif isinstance(operation, migrations.AddField) and operation.model_name_lower not in new:
            field = operation.field
            filled = field.null or field.db_default is not NOT_PROVIDED
            if not (filled or isinstance(field, models.ManyToManyField)):
                yield f"{operation.describe()}: old code leaves it empty, so it needs null or db_default"


def test_leave_the_release_before_what_it_needs():
    found = MigrationLoader(None).disk_migrations
    said = {
        f"{app}.{name}": list(obstacles(migration))
        for (app, name), migration in sorted(found.items())
        if app in OURS and f"{app}.{name[:4]}" not in BEFORE_ANY_RELEASE
    }
    assert len(said) > 10
    assert {name: what for name, what in said.items() if what} == {}
