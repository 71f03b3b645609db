"""The archive of a backup: its members with their hashes, written and read.

A zip with `manifest.json` (versions, migrations, size and SHA-256 of every member), `files/…` and, by database,
`database.sqlite3` or one `tables/<name>.copy` for each table. The secret key is not in it: sessions end with a
restore elsewhere, passwords and tokens stay.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from annotate.models import Release

FORMAT = 1
MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 50_000_000
FOLDERS = ("files", "uploads", "releases")
PIECE = 1 << 20
# The oldest date a zip can hold, so that members do not depend on the clock.
EPOCH = (1980, 1, 1, 0, 0, 0)


class BackupError(Exception):
    """The backup cannot be made or restored; the message says why and what to do."""


@dataclass(slots=True, kw_only=True)
class ArchiveWriter:
    """Adds members and remembers their size and hash; `tell` hears the number of bytes written."""

    archive: zipfile.ZipFile
    tell: Callable[[int], None]
    members: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, pieces: Iterator[bytes | memoryview]) -> None:
        info = zipfile.ZipInfo(name, EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with self.archive.open(info, "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
                size += len(piece)
                self.tell(len(piece))
        self.members[name] = {"size": size, "sha256": digest.hexdigest()}

    def add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            self.add(name, iter(lambda: file.read(PIECE), b""))

    def add_folders(self) -> None:
        """Add the uploaded files and ready releases; what a worker is at, or has just removed, is left out."""
        ready = {str(id) for id in Release.objects.ready().values_list("pk", flat=True)}
        for folder in FOLDERS:
            root = Path(settings.DATA_DIR) / folder
            for path in sorted(root.rglob("*")):
                place = path.relative_to(root)
                if folder == "releases" and place.parts[0] not in ready:
                    continue
                if path.is_file() and path.name != "lock" and not _is_hidden(place):
                    with suppress(FileNotFoundError):
                        self.add_file(f"{folder}/{path.relative_to(root).as_posix()}", path)

    def finish(self, now: datetime, **extra: Any) -> None:
        manifest = {
            "format": FORMAT,
            "database": connection.vendor,
            "django": version("django"),
            "made_at": now.isoformat(),
            "members": self.members,
            **extra,
        }
        self.archive.writestr(zipfile.ZipInfo(MANIFEST, EPOCH), json.dumps(manifest, indent=1))


def _is_hidden(path: Path) -> bool:
    """Return whether a path begins with a hidden folder or file: something that is being made."""
    return path.parts[0].startswith(".")


def applied_migrations() -> list[list[str]]:
    """Return the migrations of the database, in the order in which they were applied."""
    rows = MigrationRecorder(connection).migration_qs.order_by("id").values_list("app", "name")
    return [list(row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """An opened archive whose manifest was read; `check` compares every member with it."""

    archive: zipfile.ZipFile
    manifest: dict[str, Any]

    def check(self, tell: Callable[[int], None]) -> None:
        """Read everything once. Raises BackupError for a damaged or foreign member."""
        names = set(self.archive.namelist()) - {MANIFEST}
        if names != set(self.manifest["members"]):
            odd = sorted(names ^ set(self.manifest["members"]))[0]
            raise BackupError(f"The archive and its manifest disagree about {odd!r}; use another backup.")
        for name, wanted in self.manifest["members"].items():
            if name != PurePosixPath(name).as_posix() or PurePosixPath(name).is_absolute() or ".." in name.split("/"):
                raise BackupError(f"The archive has a member {name!r}, which leads out of it; use another backup.")
            digest = hashlib.sha256()
            for piece in self.pieces(name):
                digest.update(piece)
                tell(len(piece))
            if digest.hexdigest() != wanted["sha256"]:
                raise BackupError(f"The member {name!r} of the archive is damaged; use another backup.")

    def pieces(self, name: str) -> Iterator[bytes]:
        try:
            with self.archive.open(name) as member:
                yield from iter(lambda: member.read(PIECE), b"")
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            raise BackupError(
                f"The member {name!r} of the archive is damaged ({error}); use another backup."
            ) from error

    def extract(self, name: str, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("wb") as file:
            for piece in self.pieces(name):
                file.write(piece)

    @property
    def n_bytes(self) -> int:
        return sum(member["size"] for member in self.manifest["members"].values())


def open_backup(file: IO[bytes]) -> Backup:
    """Return the backup in `file`. Raises BackupError when it is none, or was made by a newer version."""
    try:
        archive = zipfile.ZipFile(file)
        if archive.getinfo(MANIFEST).file_size > MAX_MANIFEST_BYTES:
            raise ValueError("the manifest is too large")
        manifest = json.loads(archive.read(MANIFEST))
        made_by, database = manifest["format"], manifest["database"]
        assert all(isinstance(member["sha256"], str) for member in manifest["members"].values())
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AssertionError, OSError) as error:
        raise BackupError(f"This is no backup of Standpoint ({error}); give a file that “backup” wrote.") from error
    if made_by != FORMAT:
        raise BackupError(f"The backup has format {made_by}, this version reads {FORMAT}; install a newer version.")
    if database != connection.vendor:
        other = "Unset DATABASE_URL" if database == "sqlite" else "Set DATABASE_URL to a PostgreSQL database"
        raise BackupError(f"The backup is of {database}, but the site uses {connection.vendor}. {other}.")
    return Backup(archive=archive, manifest=manifest)
