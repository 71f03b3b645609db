"""An archive of the format `project`, zip file or folder: only the files that it lists, each as long as it says."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import orjson

from annotate.actions.restoring.outcome import Problem, Refused
from annotate.formats.project import DOCUMENTS, FILES, HEAD, MANIFEST, NAME, VERSION
from annotate.formats.sources import NOT_UNPACKED

FIRST_VERSION = 1
# What archives of every version have.
ALWAYS = (HEAD, DOCUMENTS, MANIFEST)
MAX_BYTES = 50_000_000_000
MAX_HEAD_BYTES = 1_000_000
BLOCK = 1_000_000
DAMAGED = "Write the archive anew; one that was changed by hand is not restored."


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an archive."""

    name: str
    size: int
    archive: zipfile.ZipFile | None
    path: Path

    def open(self, mode: Literal["rb"] = "rb") -> IO[bytes]:
        return self.archive.open(self.name) if self.archive is not None else self.path.open("rb")


@dataclass(frozen=True, slots=True)
class Archive:
    """The files of an archive by name, and what its head says.

    One that an earlier version wrote may lack tables and columns that were added since.
    """

    name: str
    parts: dict[str, Part]
    head: dict[str, Any]
    is_earlier: bool

    @property
    def documents(self) -> Part:
        return self.parts[DOCUMENTS]


def size_of(path: Path) -> int:
    """Return how many bytes are read of an archive. Raises Refused."""
    with opened_parts(path) as parts:
        return sum(part.size for part in parts.values())


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open an archive whose files are all there, and those that were written. Raises Refused."""
    with _unpacking(path), opened_parts(path) as parts:
        _verify(path.name, parts)
        head = _json(path.name, parts[HEAD])
        version = head.get("version")
        if head.get("format") != NAME or type(version) is not int or not FIRST_VERSION <= version <= VERSION:
            detail = f"This is no {NAME} of version {VERSION} or before; restore it with the program that wrote it."
            raise refused(HEAD, detail)
        if version == VERSION:
            _check_whole(path.name, parts, FILES)
        yield Archive(path.name, parts, head, version < VERSION)


@contextmanager
def _unpacking(path: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise refused(path.name, f"It cannot be read as a zip archive ({error}). {DAMAGED}") from error


@contextmanager
def opened_parts(path: Path) -> Iterator[dict[str, Part]]:
    """Yield the files by name. Raises Refused where one is missing, or something else is there."""
    if path.is_dir():
        found = [Part(one.name, one.lstat().st_size, None, one) for one in sorted(path.iterdir())]
        yield _known(path.name, found, is_bad=any(part.path.is_symlink() or part.path.is_dir() for part in found))
        return
    if not zipfile.is_zipfile(path):
        raise refused(path.name, "This is neither a folder nor a zip archive; give what the format “project” wrote.")
    with _unpacking(path), zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        is_bad = any(entry.flag_bits & 1 for entry in entries)
        yield _known(path.name, [Part(one.filename, one.file_size, archive, path) for one in entries], is_bad=is_bad)


def _known(file: str, found: Iterable[Part], *, is_bad: bool) -> dict[str, Part]:
    parts: dict[str, Part] = {}
    for part in found:
        if part.name not in FILES or part.name in parts or is_bad:
            detail = f"{part.name[:80]!r} is no file of this format, or is there twice, linked or encrypted. {DAMAGED}"
            raise refused(file, detail)
        parts[part.name] = part
    _check_whole(file, parts, ALWAYS)
    if (size := sum(part.size for part in parts.values())) > MAX_BYTES:
        raise refused(file, f"It holds {size / 1e9:.0f} GB; {MAX_BYTES // 10**9} GB is the limit.")
    return parts


def _check_whole(file: str, parts: dict[str, Part], needed: Sequence[str]) -> None:
    if missing := [name for name in needed if name not in parts]:
        raise refused(file, f"It lacks {', '.join(missing[:5])}. {DAMAGED}")


def _verify(file: str, parts: dict[str, Part]) -> None:
    """Compare every file with what the manifest says of it. Raises Refused."""
    said = _json(file, parts[MANIFEST]).get("files")
    _check_whole(file, parts, list(said) if isinstance(said, dict) else [])
    for name in parts.keys() - {MANIFEST}:
        found = {"bytes": parts[name].size, "sha256": _hash(file, parts[name])}
        if not isinstance(said, dict) or said.get(name) != found:
            raise refused(name, f"It is not what {MANIFEST} says of it. {DAMAGED}")


def _hash(file: str, part: Part) -> str:
    digest = hashlib.sha256()
    try:
        with part.open() as data:
            while block := data.read(BLOCK):
                digest.update(block)
    except NOT_UNPACKED as error:
        raise refused(file, f"{part.name} cannot be unpacked ({error}). {DAMAGED}") from error
    return digest.hexdigest()


def _json(file: str, part: Part) -> dict[str, Any]:
    if part.size > MAX_HEAD_BYTES:
        raise refused(file, f"{part.name} has {part.size} bytes; {MAX_HEAD_BYTES} is the limit. {DAMAGED}")
    try:
        with part.open() as data:
            found = orjson.loads(data.read(MAX_HEAD_BYTES + 1))
    except (*NOT_UNPACKED, orjson.JSONDecodeError) as error:
        raise refused(file, f"{part.name} cannot be read ({error}). {DAMAGED}") from error
    if not isinstance(found, dict):
        raise refused(file, f"{part.name} is no JSON object. {DAMAGED}")
    return found


def refused(file: str, detail: str) -> Refused:
    return Refused([Problem(file=file, line=0, detail=detail)])
