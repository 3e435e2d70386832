"""What the triggers of 0002 let pass: TRUNCATE and a session without triggers on PostgreSQL, REPLACE on SQLite."""

from django.db import migrations

TABLE = "console_auditevent"
REFUSAL = "The record is only added to."


def make_append_only(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse()"
        )
        # ALWAYS: also where session_replication_role puts ordinary triggers to sleep.
        for trigger in ("append_only", "no_truncate"):
            schema_editor.execute(f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {TABLE}_{trigger}")
    elif schema_editor.connection.vendor == "sqlite":
        # REPLACE deletes the row that is in its way without asking a trigger on DELETE.
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE} "
            f"WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id) "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def unmake_append_only(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_truncate ON {TABLE}")
        schema_editor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER {TABLE}_append_only")
    elif schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_replace")


class Migration(migrations.Migration):
    dependencies = [("console", "0002_roles_and_append_only")]

    operations = [migrations.RunPython(make_append_only, unmake_append_only)]
