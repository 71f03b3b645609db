"""Backup and restore: one consistent state of the database, and the uploaded files."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

from annotate.actions import backup_postgresql, backup_sqlite
from annotate.actions.archive import FOLDERS, ArchiveWriter, Backup


def write_backup(file: IO[bytes], *, now: datetime, tell: Callable[[int], None]) -> None:
    """Write a backup of the database and the uploaded files to a seekable file, while others read and write."""
    engine = backup_sqlite if connection.vendor == "sqlite" else backup_postgresql
    with zipfile.ZipFile(file, "w", compresslevel=1) as archive:
        writer = ArchiveWriter(archive=archive, tell=tell)
        extra = engine.dump(writer)
        writer.add_folders()
        writer.finish(now, **extra)


def restore_backup(backup: Backup) -> None:
    """Replace the database's content, then put the files back beside those that are there. Raises BackupError."""
    engine = backup_sqlite if connection.vendor == "sqlite" else backup_postgresql
    engine.load(backup)
    for name in backup.manifest["members"]:
        if name.split("/")[0] in FOLDERS:
            backup.extract(name, Path(settings.DATA_DIR) / name)
