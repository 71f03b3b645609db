"""PostgreSQL in a backup: every table by COPY, from one snapshot; no other program is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from annotate.actions.archive import ArchiveWriter, Backup, BackupError, applied_migrations
from corpus.database import snapshot

# Columns that the database computes itself cannot be copied in.
COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND is_generated = 'NEVER'
      AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = current_schema())
    ORDER BY table_name, ordinal_position
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    name: str
    columns: list[str]

    @property
    def member(self) -> str:
        return f"tables/{self.name}.copy"

    def copy(self, direction: str) -> str:
        quote = connection.ops.quote_name
        columns = ", ".join(quote(column) for column in self.columns)
        return f"COPY {quote(self.name)} ({columns}) {direction}"


def dump(writer: ArchiveWriter) -> dict[str, Any]:
    """Add every table, all from one state of the database. Returns what the manifest says of it."""
    with snapshot():
        migrations = applied_migrations()
        tables = _tables()
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            server = cursor.fetchone()[0]
            for table in tables:
                writer.add(table.member, _out(cursor, table))
    listed = [{"name": table.name, "columns": table.columns} for table in tables]
    return {"migrations": migrations, "postgresql": server, "tables": listed}


def _out(cursor: Any, table: Table) -> Iterator[memoryview]:
    with cursor.copy(table.copy("TO STDOUT")) as copy:
        yield from copy


def _tables() -> list[Table]:
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, column in cursor.fetchall():
            found.setdefault(table, []).append(column)
    return [Table(name=name, columns=columns) for name, columns in found.items()]


def load(backup: Backup) -> None:
    """Replace the content of all tables in one transaction. Raises BackupError; then nothing was changed."""
    tables = [Table(name=row["name"], columns=row["columns"]) for row in backup.manifest["tables"]]
    _migrate_to(backup.manifest["migrations"])
    have = {table.name: set(table.columns) for table in _tables()}
    for table in tables:
        if table.name not in have or not set(table.columns) <= have[table.name]:
            raise BackupError(
                f"The backup has a table {table.name!r} that this version does not know; install its own."
            )
    with transaction.atomic(), connection.cursor() as cursor:
        quote = connection.ops.quote_name
        cursor.execute(f"TRUNCATE {', '.join(quote(name) for name in have)}")
        for table in tables:
            with cursor.copy(table.copy("FROM STDIN")) as copy:
                for piece in backup.pieces(table.member):
                    copy.write(piece)
        models = apps.get_models(include_auto_created=True)
        known = [model for model in models if model._meta.db_table in have]
        for statement in connection.ops.sequence_reset_sql(no_style(), known):
            cursor.execute(statement)


def _migrate_to(wanted: list[list[str]]) -> None:
    """Bring an empty database to the state that the backup was made in; the newer migrations follow later."""
    executor = MigrationExecutor(connection)
    known, target = set(executor.loader.graph.nodes), {(app, name) for app, name in wanted}
    for app, name in sorted(target - known):
        raise BackupError(f"The backup needs the migration {app}.{name}, which is not here; install a newer version.")
    applied = set(executor.loader.applied_migrations)
    if applied - target:
        raise BackupError(
            "The backup is older than the tables of this database. Restore it into an empty database: "
            "make a new one and set DATABASE_URL to it."
        )
    if target - applied:
        nodes = executor.loader.graph.node_map
        executor.migrate(sorted(key for key in target if not any(c.key in target for c in nodes[key].children)))
