"""Uploads of documents: their files kept until a worker has read them, their progress and report stored."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from annotate import permissions
from annotate.actions.alone import locked
from annotate.actions.batch import Batch
from annotate.actions.documents import add_documents
from annotate.models import DocumentImport, Project
from annotate.models.imports import ImportStatus
from annotate.payloads.problems import FieldError, Invalid, TooLarge
from annotate.permissions import Action
from corpus.ingest import Outcome
from corpus.models import Document
from corpus.readers import READERS, UnknownFormat, reader_for
from corpus.readers.files import FileOptions, InputFile, read_files
from corpus.text.encoding import EncodingError, check_encoding

MAX_UPLOAD_BYTES = 200_000_000
MAX_FILES = 2000
MAX_REPORTED = 1000
MAX_DUPLICATES_REPORTED = 200
SECONDS_BETWEEN_SAVES = 0.5
OPTIONS = ("format", "encoding", "source", "language")
LOCK = "lock"


def uploads_directory() -> Path:
    return Path(settings.DATA_DIR) / "uploads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """Files that were kept below the data directory, not yet an import."""

    id: UUID
    files: list[dict[str, Any]]
    options: dict[str, str]

    def remove(self) -> None:
        shutil.rmtree(uploads_directory() / str(self.id), ignore_errors=True)


def keep_files(*, user: User, project: Project, files: Sequence[UploadedFile[Any]], options: dict[str, str]) -> Upload:
    """Check an upload and keep its files. Outside of any transaction: copying is slow and writers would wait.

    Raises Invalid or TooLarge; then nothing was kept.
    """
    permissions.require(user, Action.ADD_DOCUMENTS, project.pk)
    chosen = check_options(options)
    _check_files(files, chosen.get("format"))
    upload = Upload(id=uuid.uuid4(), files=[], options=chosen)
    try:
        upload.files.extend(_keep(files, uploads_directory() / str(upload.id)))
    except BaseException:
        upload.remove()
        raise
    return upload


@transaction.atomic
def create_import(*, user: User, project: Project, upload: Upload, now: datetime) -> DocumentImport:
    """Make the import of kept files, waiting for a worker."""
    permissions.require(user, Action.ADD_DOCUMENTS, project.pk)
    found = DocumentImport.objects.create(
        id=upload.id,
        project=project,
        user=user,
        files=upload.files,
        options=upload.options,
        n_bytes=sum(file["size"] for file in upload.files),
        created_at=now,
    )
    batch = Batch(action="import.create", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    batch.add("import", found.pk, before=None, after={"files": [file["name"] for file in upload.files[:100]]})
    batch.write()
    return found


def check_options(options: dict[str, str]) -> dict[str, str]:
    """Return the options that were given. Raises Invalid."""
    chosen = {key: str(options[key]).strip() for key in OPTIONS if options.get(key)}
    if chosen.get("format") and chosen["format"] not in READERS:
        raise _invalid("/format", f"{chosen['format'][:40]!r} is no format; choose from {', '.join(READERS)}.")
    try:
        if "encoding" in chosen:
            check_encoding(chosen["encoding"])
    except EncodingError as error:
        raise _invalid("/encoding", str(error)) from error
    return {key: value for key, value in chosen.items() if value}


def _check_files(files: Sequence[UploadedFile[Any]], format: str | None) -> None:
    if not files:
        raise _invalid("/files", "There is no file in this upload; choose at least one.")
    if len(files) > MAX_FILES:
        raise TooLarge(f"The upload has {len(files)} files; {MAX_FILES} is the limit. Upload them in parts.")
    n_bytes = sum(file.size or 0 for file in files)
    if n_bytes > MAX_UPLOAD_BYTES:
        limit = MAX_UPLOAD_BYTES // 1_000_000
        raise TooLarge(f"The upload has {n_bytes / 1e6:.0f} MB; {limit} MB is the limit. Upload it in parts.")
    errors = []
    for index, file in enumerate(files):
        try:
            reader_for(file.name or "", format)
        except UnknownFormat:
            known = " ".join(end for reader in READERS.values() for end in reader.extensions)
            detail = (
                f"{(file.name or '')[-80:]!r} has no known extension ({known}); rename it, choose the format, "
                "or save a PDF or Word file as text first."
            )
            errors.append(FieldError(pointer=f"/files/{index}", detail=detail))
    if errors:
        raise Invalid.of(errors)


def _keep(files: Sequence[UploadedFile[Any]], directory: Path) -> list[dict[str, Any]]:
    """Copy the files under names of our own; the uploaded name is only ever shown."""
    directory.mkdir(parents=True, mode=0o700)
    kept = []
    for number, file in enumerate(files, start=1):
        path = directory / f"{number:04}"
        with path.open("xb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        name = PurePath((file.name or "").replace("\\", "/")).name[-200:] or path.name
        relative = path.relative_to(settings.DATA_DIR).as_posix()
        kept.append({"name": name, "path": relative, "size": path.stat().st_size})
    return kept


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid.of([FieldError(pointer=pointer, detail=detail)])


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the rows so far."""

    n_bytes_read: int = 0
    n_created: int = 0
    n_duplicates: int = 0
    n_errors: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    repeated: list[dict[str, Any]] = field(default_factory=list)

    def add_bytes(self, count: int) -> None:
        self.n_bytes_read += count

    def add(self, outcome: Outcome, *, is_created: bool) -> None:
        where = {"file": outcome.file, "row": outcome.row}
        if outcome.errors:
            self.n_errors += 1
            for error in outcome.errors:
                if len(self.refused) < MAX_REPORTED:
                    said = {"field": error.field, "value": error.value, "rule": error.rule, "remedy": error.remedy}
                    self.refused.append(where | said)
        elif is_created:
            self.n_created += 1
        else:
            self.n_duplicates += 1
            if len(self.repeated) < MAX_DUPLICATES_REPORTED:
                said = {"field": "", "value": "", "rule": outcome.reason, "remedy": "", "duplicate_of": str(outcome.id)}
                self.repeated.append(where | said)

    def columns(self) -> dict[str, Any]:
        return {
            "n_bytes_read": self.n_bytes_read,
            "n_created": self.n_created,
            "n_duplicates": self.n_duplicates,
            "n_errors": self.n_errors,
            "report": [*self.refused, *self.repeated],
        }


def run_import(*, import_id: UUID, now: datetime) -> DocumentImport | None:
    """Read the files of an import and store their documents; None when another worker is at it.

    After a crash it is run again from the start: what was stored then is found again and counted as created.
    """
    directory = uploads_directory() / str(import_id)
    with _alone(directory) as is_alone:
        found = DocumentImport.objects.select_related("project__corpus", "user").filter(pk=import_id).first()
        if found is None or not is_alone or found.status in (ImportStatus.DONE, ImportStatus.FAILED):
            return None
        tally = Tally()
        _save(found, tally, status=ImportStatus.RUNNING)
        try:
            _read(found, tally)
        except Exception as error:  # whatever it was, people read of it on the page; then it goes on to the log
            _save(found, tally, status=ImportStatus.FAILED, message=_message(error), finished_at=now)
            shutil.rmtree(directory, ignore_errors=True)
            raise
        _save(found, tally, status=ImportStatus.DONE, finished_at=now)
    shutil.rmtree(directory, ignore_errors=True)
    return found


def _read(found: DocumentImport, tally: Tally) -> None:
    files = [InputFile(path=Path(settings.DATA_DIR) / file["path"], name=file["name"]) for file in found.files]
    rows = read_files(files, FileOptions(**found.options), tally.add_bytes)
    own: set[UUID] = set()
    next_save = time.monotonic() + SECONDS_BETWEEN_SAVES
    # Every document of an import bears the import's own time; a second run knows them by it.
    for outcome in add_documents(user=found.user, project=found.project, rows=rows, now=found.created_at):
        tally.add(outcome, is_created=outcome.is_created or _is_from_before(found, outcome, own))
        if outcome.id is not None:
            own.add(outcome.id)
        if time.monotonic() >= next_save:
            _save(found, tally)
            next_save = time.monotonic() + SECONDS_BETWEEN_SAVES


def _is_from_before(found: DocumentImport, outcome: Outcome, own: set[UUID]) -> bool:
    """Return whether a duplicate is a document that an interrupted run of this import stored."""
    if outcome.id is None or not outcome.is_duplicate or outcome.id in own:
        return False
    return Document.objects.filter(pk=outcome.id, created_at=found.created_at).exists()


def _save(found: DocumentImport, tally: Tally, **values: Any) -> None:
    DocumentImport.objects.filter(pk=found.pk).update(**tally.columns(), **values)


def _message(error: Exception) -> str:
    if isinstance(error, PermissionDenied):
        return f"{error} What was stored until then is kept."
    return f"The import stopped: {error or type(error).__name__}. What was stored until then is kept; upload it again."


@contextmanager
def _alone(directory: Path) -> Iterator[bool]:
    """Lock the import for this process, if its files are here."""
    if not directory.is_dir():
        yield False
        return
    with locked(directory / LOCK) as is_alone:
        yield is_alone


def unfinished_imports() -> list[UUID]:
    """Return the imports that are waiting or were interrupted, oldest first; only those whose files are here."""
    rows = DocumentImport.objects.filter(status__in=(ImportStatus.WAITING, ImportStatus.RUNNING))
    ids = rows.order_by("created_at", "pk").values_list("pk", flat=True)
    return [id for id in ids if (uploads_directory() / str(id)).is_dir()]


def remove_orphans() -> None:
    """Remove upload folders without an unfinished import: a crash can leave one behind."""
    with suppress(FileNotFoundError):
        wanted = {str(id) for id in unfinished_imports()}
        for directory in list(uploads_directory().iterdir()):
            if directory.name not in wanted:
                shutil.rmtree(directory, ignore_errors=True)
