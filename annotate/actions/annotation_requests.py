"""What people ask of an import of annotations over the web, read strictly, and the file that they send."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User

from annotate import permissions
from annotate.actions.annotations import Options, Outcome, import_annotations, invalid
from annotate.actions.imports import uploads_directory
from annotate.formats import FORMATS, MissingLibrary
from annotate.formats.composing import BadMapping, LabelMap, pairs_of
from annotate.formats.offsets import UNITS
from annotate.formats.sources import BadArchive, incoming_files
from annotate.models import Project
from annotate.payloads.claims import bad_character
from annotate.payloads.problems import Invalid, TooLarge
from annotate.permissions import Action

READ = {found.key: found for found in FORMATS.values() if found.read is not None}
MAX_BYTES = 20_000_000
UNPACKED = 100_000_000
GONE = "The file is no longer kept here: it was imported meanwhile, which Changes would tell, or choose it again."
LIMIT = f"{MAX_BYTES // 1_000_000} MB is the limit. Send it in parts, or use the command import_annotations."


def read_options(
    *, username: str, mapping: Iterable[str], unit: str, round: str, second_claims: bool, dry_run: bool
) -> Options:
    """Return the options of an import. Raises Invalid."""
    for pointer, text in (("/as", username), ("/round", round)):
        if bad_character(text) is not None:
            raise invalid(pointer, f"{text[:60]!r} has a character that no name holds; remove it.")
    if unit and unit not in UNITS:
        raise invalid("/offsets", f"{unit[:40]!r} is no unit of offsets; choose from {', '.join(UNITS)}.")
    try:
        labels = LabelMap.read(pairs_of(line for line in mapping if line.strip()))
    except BadMapping as error:
        raise invalid("/map", str(error)) from error
    how: dict[str, Any] = {"unit": unit, "round": round.strip(), "second_claims": second_claims, "dry_run": dry_run}
    return Options(username=username.strip(), mapping=labels, **how)


def import_file(
    *, user: User, project: Project, format: str, path: Path, name: str, options: Options, now: datetime
) -> Iterator[Outcome]:
    """Import one file or archive. Raises Invalid before the first outcome."""
    found = READ[format]
    name = name if name.lower().endswith((*found.endings, ".zip")) else f"file{found.endings[0]}"
    try:
        files = incoming_files([path], [name], limit=UNPACKED)
        outcomes = import_annotations(user=user, project=project, format=found, files=files, options=options, now=now)
    except (BadArchive, MissingLibrary) as error:
        raise Invalid(str(error)) from error
    except FileNotFoundError as error:
        raise invalid("/file", GONE) from error
    return _still_kept(outcomes)


def _still_kept(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """Yield the outcomes; the same import, begun twice, removes the file from under the second. Raises Invalid."""
    try:
        yield from outcomes
    except FileNotFoundError as error:
        raise invalid("/file", GONE) from error


@contextmanager
def kept(pieces: Iterable[bytes]) -> Iterator[Path]:
    """Keep a file while it is read. Raises TooLarge or Invalid."""
    with TemporaryDirectory(prefix="standpoint-import-") as folder:
        path = Path(folder) / "file"
        with path.open("xb") as file:
            _copy(pieces, file)
        yield path


def _copy(pieces: Iterable[bytes], file: IO[bytes]) -> None:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_BYTES:
            raise TooLarge(f"The file is larger than {LIMIT}")
        file.write(piece)
    if not size:
        raise Invalid("There is nothing in this request; send a file or a zip archive.")


def report_of(outcomes: Iterable[Outcome], *, limit: int = 1000) -> dict[str, Any]:
    """Return what became of an import, with at most `limit` of its layers and refusals."""
    found: dict[str, Any] = {"created": 0, "existing": 0, "n_refused": 0, "batch": None}
    found |= {"layers": [], "refused": []}
    for outcome in outcomes:
        found["created"] += outcome.n_created
        found["existing"] += outcome.n_known
        found["n_refused"] += len(outcome.refused)
        found["batch"] = found["batch"] or (str(outcome.batch) if outcome.batch else None)
        found["refused"] += [refusal.as_dict() for refusal in outcome.refused[: limit - len(found["refused"])]]
        if (outcome.n_created or outcome.n_known) and len(found["layers"]) < limit:
            layer = {"file": outcome.file, "document": outcome.document, "annotator": outcome.annotator}
            found["layers"].append(layer | {"created": outcome.n_created, "existing": outcome.n_known})
    return found


def keep_upload(*, user: User, project: Project, pieces: Iterable[bytes]) -> UUID:
    """Keep a file below the data directory until it is imported; one for each person and project, the newest."""
    permissions.require(user, Action.IMPORT_ANNOTATIONS, project.pk)
    folder, id = _folder(user, project), uuid4()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        with (folder / str(id)).open("xb") as file:
            _copy(pieces, file)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return id


def kept_upload(*, user: User, project: Project, id: UUID) -> Path:
    """Return the file that was kept. Raises Invalid where it is gone: another was chosen, or the site restarted."""
    path = _folder(user, project) / str(id)
    if not path.is_file():
        raise invalid("/file", GONE)
    return path


def forget_upload(*, user: User, project: Project) -> None:
    shutil.rmtree(_folder(user, project), ignore_errors=True)


def _folder(user: User, project: Project) -> Path:
    return uploads_directory() / f"annotations-{user.pk}-{project.pk}"
