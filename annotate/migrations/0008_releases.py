"""Releases, with triggers outside the models' state: a release that is ready is neither changed nor deleted.

Withdrawing it (status and message, nothing else) is the one way on, and only then it may be deleted. On SQLite a later
migration that rebuilds the table annotate_release drops its triggers: let it run `guard` again.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

COLUMNS = (
    *("id", "project_id", "number", "previous_id", "title", "asked", "files", "n_bytes", "sha256", "figures"),
    *("made_by_id", "created_at", "frozen_at"),
)
SAID = "A release never changes once it is ready; make the next one."
SQLITE = (
    """
    CREATE TRIGGER annotate_release_is_frozen BEFORE UPDATE ON annotate_release
    WHEN OLD.status IN ('ready', 'withdrawn') AND NOT (NEW.status = 'withdrawn' AND {same}) BEGIN
        SELECT RAISE(ABORT, '{said}');
    END
    """,
    """
    CREATE TRIGGER annotate_release_is_kept BEFORE DELETE ON annotate_release WHEN OLD.status = 'ready' BEGIN
        SELECT RAISE(ABORT, '{said}');
    END
    """,
)
SQLITE_UNDO = ("DROP TRIGGER annotate_release_is_frozen", "DROP TRIGGER annotate_release_is_kept")
POSTGRESQL = (
    """
    CREATE FUNCTION annotate_release_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = '{said}'; END
    $$
    """,
    """
    CREATE TRIGGER annotate_release_is_frozen BEFORE UPDATE ON annotate_release FOR EACH ROW
    WHEN (OLD.status IN ('ready', 'withdrawn') AND NOT (NEW.status = 'withdrawn' AND {same}))
    EXECUTE FUNCTION annotate_release_refuse()
    """,
    """
    CREATE TRIGGER annotate_release_is_kept BEFORE DELETE ON annotate_release FOR EACH ROW
    WHEN (OLD.status = 'ready') EXECUTE FUNCTION annotate_release_refuse()
    """,
)
POSTGRESQL_UNDO = (
    "DROP TRIGGER annotate_release_is_frozen ON annotate_release",
    "DROP TRIGGER annotate_release_is_kept ON annotate_release",
    "DROP FUNCTION annotate_release_refuse()",
)


def guard(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    is_same = "IS" if vendor == "sqlite" else "IS NOT DISTINCT FROM"
    same = " AND ".join(f"NEW.{name} {is_same} OLD.{name}" for name in COLUMNS)
    with schema_editor.connection.cursor() as cursor:
        for statement in SQLITE if vendor == "sqlite" else POSTGRESQL:
            cursor.execute(statement.replace("{same}", same).replace("{said}", SAID))


def unguard(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in SQLITE_UNDO if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_UNDO:
            cursor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('annotate', '0007_adjudication'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(null=True)),
                ('status', models.CharField(choices=[('waiting', 'waiting'), ('running', 'being made'), ('ready', 'ready'), ('failed', 'failed'), ('withdrawn', 'withdrawn')], default='waiting', max_length=10)),
                ('title', models.CharField(max_length=300)),
                ('asked', models.JSONField(default=dict)),
                ('files', models.JSONField(default=list)),
                ('n_bytes', models.BigIntegerField(default=0)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('figures', models.JSONField(default=dict)),
                ('message', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('frozen_at', models.DateTimeField(blank=True, null=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to=settings.AUTH_USER_MODEL)),
                ('previous', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followers', to='annotate.release')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='annotate.project')),
            ],
            options={
                'ordering': ['project', '-created_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('project', 'number'), name='one_release_per_number'), models.UniqueConstraint(condition=models.Q(('status__in', ('waiting', 'running'))), fields=('project',), name='one_unfinished_release_per_project', violation_error_message='Another release of this project is being made; wait until it is ready.'), models.CheckConstraint(condition=models.Q(models.Q(('number__isnull', True), ('status', 'failed')), models.Q(models.Q(('status', 'failed'), _negated=True), ('number__gte', 1), ('number__isnull', False)), _connector='OR'), name='failed_release_has_no_number'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('ready', 'withdrawn')), _negated=True), models.Q(('frozen_at__isnull', False), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='ready_release_has_time_and_hash')],
            },
        ),
        migrations.RunPython(guard, unguard),
    ]
