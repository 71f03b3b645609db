"""Where the files of releases lie: one folder each below the data directory, and hidden ones while they are made."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings

from annotate.actions.alone import locked
from annotate.models import Release, ReleaseStatus
from annotate.models.releases import UNFINISHED

LOCK, PART, PROGRESS = ".lock", ".part", ".progress"


def releases_directory() -> Path:
    return Path(settings.DATA_DIR) / "releases"


def folder_of(release_id: UUID) -> Path:
    return releases_directory() / str(release_id)


def _hidden(release_id: UUID, suffix: str) -> Path:
    """Return a path beside the folder that no release is ever looked for under."""
    return releases_directory() / f".{release_id}{suffix}"


def part_of(release_id: UUID) -> Path:
    return _hidden(release_id, PART)


def file_of(release: Release, path: str) -> Path | None:
    """Return where a file of a ready release lies; None where it is none of its files, or not as long as it was."""
    sizes = {file["path"]: file["size"] for file in release.files}
    if release.status != ReleaseStatus.READY or path not in sizes:
        return None
    found = folder_of(release.pk) / path
    return found if found.is_file() and found.stat().st_size == sizes[path] else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the making of a release is. It is kept in a file: the worker reads from one snapshot meanwhile."""

    done: int = 0
    of: int = 0
    now: str = ""

    @property
    def percent(self) -> int:
        return int(99 * self.done / max(self.of, 1))


def progress_of(release: Release) -> Progress:
    with suppress(OSError, ValueError, TypeError):
        return Progress(**json.loads(_hidden(release.pk, PROGRESS).read_text()))
    return Progress()


def tell_progress(release_id: UUID, progress: Progress) -> None:
    path = _hidden(release_id, PROGRESS)
    new = path.with_name(f"{path.name}.new")
    new.write_text(json.dumps(asdict(progress)))
    new.replace(path)


@contextmanager
def alone(release_id: UUID) -> Iterator[bool]:
    """Lock the release for this process."""
    releases_directory().mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(_hidden(release_id, LOCK)) as is_alone:
        yield is_alone


@contextmanager
def whole_release(release_id: UUID) -> Iterator[Path]:
    """Yield a hidden folder that gets the release's name at the end; after an error nothing of it is left.

    What a killed worker left behind is removed first: the row is not ready, so nobody has seen it.
    """
    part, final = part_of(release_id), folder_of(release_id)
    for path in (part, final):
        shutil.rmtree(path, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    try:
        yield part
        for folder in (*(path for path in part.rglob("*") if path.is_dir()), part):
            sync(folder)
        part.replace(final)
        sync(final.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        _hidden(release_id, PROGRESS).unlink(missing_ok=True)


def sync(folder: Path) -> None:
    """Have the names in a folder on the disk. Windows cannot open a folder, and does not need to."""
    with suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_folder(release_id: UUID) -> None:
    shutil.rmtree(folder_of(release_id), ignore_errors=True)


def remove_leftovers() -> None:
    """Remove what interrupted runs left behind, and folders of releases that are neither ready nor still to be made."""
    for id in _ids_here():
        with alone(id) as is_alone:
            status = Release.objects.filter(pk=id).values_list("status", flat=True).first()
            if not is_alone or status in UNFINISHED:
                continue
            if status != ReleaseStatus.READY:
                remove_folder(id)
            for path in releases_directory().glob(f".{id}.*"):
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _ids_here() -> set[UUID]:
    """Return the releases of which anything lies here, hidden or not."""
    found = set()
    with suppress(FileNotFoundError):
        for path in releases_directory().iterdir():
            with suppress(ValueError):
                found.add(UUID(path.name.removeprefix(".")[:36]))
    return found
