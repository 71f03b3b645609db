"""SQLite in a backup: one file, made by VACUUM INTO and put back by SQLite's own backup API."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from annotate.actions.archive import ArchiveWriter, Backup, BackupError, applied_migrations
from corpus import search

MEMBER = "database.sqlite3"


def dump(writer: ArchiveWriter) -> dict[str, Any]:
    """Add the database as it is in one moment; writers go on meanwhile. Returns what the manifest says of it."""
    migrations = applied_migrations()
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".backup-") as folder:
        path = Path(folder) / MEMBER
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        writer.add_file(MEMBER, path)
    return {"migrations": migrations, "sqlite": sqlite3.sqlite_version}


def load(backup: Backup) -> None:
    """Replace the database's content in one transaction. Raises BackupError; then nothing was changed."""
    if MEMBER not in backup.manifest["members"]:
        raise BackupError("The archive holds no database; use another backup.")
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".restore-") as folder:
        path = Path(folder) / MEMBER
        backup.extract(MEMBER, path)
        source = sqlite3.connect(path)
        try:
            found = source.execute("PRAGMA integrity_check").fetchone()[0]
            if found != "ok":
                raise BackupError(f"The database in the archive is damaged ({found}); use another backup.")
            connection.ensure_connection()
            source.backup(connection.connection)
        finally:
            source.close()
    connection.close()
    search.rebuild()  # SQLite does not promise that VACUUM keeps the row numbers that the index goes by
