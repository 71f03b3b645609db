"""On SQLite, REPLACE deletes the row that is in its way without asking the triggers of DELETE: it is refused as well.

A later migration that rebuilds the table annotate_release drops these triggers too: let it run `guard` again.
"""

from django.db import migrations

SAID = "A release never changes once it is ready; make the next one."
IN_THE_WAY = """
    SELECT 1 FROM annotate_release AS found WHERE found.status = 'ready' AND {other}
    AND (found.id = NEW.id OR found.project_id = NEW.project_id AND found.number = NEW.number)
"""
TRIGGERS = {
    "annotate_release_is_not_replaced": ("INSERT", "TRUE"),
    "annotate_release_is_not_overwritten": ("UPDATE", "found.id <> OLD.id"),
}


def guard(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    with schema_editor.connection.cursor() as cursor:
        for name, (event, other) in TRIGGERS.items():
            cursor.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON annotate_release "
                f"WHEN EXISTS ({IN_THE_WAY.format(other=other)}) BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
            )


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    with schema_editor.connection.cursor() as cursor:
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):

    dependencies = [
        ('annotate', '0008_releases'),
    ]

    operations = [
        migrations.RunPython(guard, unguard),
    ]
