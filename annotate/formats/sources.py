"""The files of an import: from folders and zip archives, read one at a time and never unpacked to disk."""

from __future__ import annotations

import csv
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from annotate.formats.incoming import Found, Refusal

LOSSES = "losses.json"
ROUND = re.compile("round-[0-9]+")
MAX_FILES = 100_000
MAX_FILE_BYTES = 500_000_000
# What a damaged archive raises; NotImplementedError is a RuntimeError, and what cannot be decoded a ValueError.
NOT_UNPACKED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, ValueError, OSError, EOFError)


class BadArchive(ValueError):
    """An archive or file that is refused as a whole; the message names value, rule and remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingFile:
    """One file: its name below the folder or archive, with slashes, its size, what reads it, and the import's limit."""

    name: str
    size: int
    data: Callable[[], bytes]
    limit: int = MAX_FILE_BYTES

    @property
    def folder(self) -> str:
        """Return the name of the folder that it lies in, empty at the top."""
        return PurePosixPath(self.name).parent.name

    @property
    def annotator(self) -> str:
        """Return whose folder of our own export it lies in; folders of others say nothing of who annotated."""
        folders = PurePosixPath(self.name).parts
        is_own = len(folders) > 2 and ROUND.fullmatch(folders[-3]) is not None
        return self.folder.partition("~")[0] if is_own else ""

    @property
    def round(self) -> str:
        """Return the folder of the round that it lies in, empty where there is none."""
        folders = reversed(PurePosixPath(self.name).parts[:-1])
        return next((folder for folder in folders if ROUND.fullmatch(folder)), "")

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem


def incoming_files(
    paths: Sequence[Path], names: Sequence[str] = (), *, limit: int = MAX_FILE_BYTES
) -> list[IncomingFile]:
    """Return the files, those of folders and of zip archives, in the order of their names. Raises BadArchive.

    `limit` holds for each file, and for all files of an archive together.
    """
    found: list[IncomingFile] = []
    for at, path in enumerate(paths):
        if path.is_dir():
            below = sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith("."))
            found += [_file(one, one.relative_to(path.parent).as_posix(), limit) for one in below]
        elif zipfile.is_zipfile(path):
            found += _members(path, limit)
        else:
            found.append(_file(path, names[at] if names else path.name, limit))
        if len(found) > MAX_FILES:
            raise BadArchive(f"There are {len(found)} files; {MAX_FILES} is the limit. Import them in parts.")
    return found


def _file(path: Path, name: str, limit: int) -> IncomingFile:
    size = path.stat().st_size
    if size > limit:
        rule = f"{name} has {size / 1e6:.0f} MB; {limit // 1_000_000} MB is the limit for one file"
        raise BadArchive(f"{rule}. Split it.")
    return IncomingFile(name=name, size=size, data=path.read_bytes, limit=limit)


def _members(path: Path, limit: int) -> Iterator[IncomingFile]:
    """Yield the files of an archive; the size that is read is bounded, whatever the archive says of it."""
    try:
        # Opened once for all of its files, and closed with the last of them.
        archive = zipfile.ZipFile(path)
        entries = sorted((one for one in archive.infolist() if not one.is_dir()), key=lambda one: one.filename)
    except NOT_UNPACKED as error:
        raise BadArchive(f"{path.name} cannot be read as a zip archive ({error}); pack it again.") from error
    if sum(entry.file_size for entry in entries) > limit:
        raise BadArchive(f"{path.name} holds more than {limit // 1_000_000} MB when unpacked; import it in parts.")
    for entry in entries:
        name = PurePosixPath(entry.filename)
        if not name.name.startswith(".") and "__MACOSX" not in name.parts:
            data = partial(_unpacked, archive, entry)
            yield IncomingFile(name=entry.filename, size=entry.file_size, data=data, limit=limit)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(entry) as file:
            data = file.read(entry.file_size + 1)
    except NOT_UNPACKED as error:
        raise BadArchive(f"{entry.filename} cannot be unpacked ({error}); pack the archive again.") from error
    if len(data) > entry.file_size:
        raise BadArchive(f"{entry.filename} is larger than the archive says; pack the archive again.")
    return data


# What reading data raises that are not in the form that was looked for.
NOT_OURS = (KeyError, TypeError, AttributeError, IndexError, ValueError, OverflowError, RecursionError, csv.Error)

type ReadOne = Callable[[IncomingFile], Iterator[Found]]


class Malformed(ValueError):
    """A file, or a record of it, that is not in its format; the message names value, rule and remedy."""


def by_file(read_one: ReadOne, *endings: str) -> Callable[[Sequence[IncomingFile]], Iterator[Found]]:
    """Return the `read` of a format whose files are read one by one; a bad file is refused, the others are read."""

    def read(files: Sequence[IncomingFile]) -> Iterator[Found]:
        own = [
            file for file in files if file.name.lower().endswith(endings) and PurePosixPath(file.name).name != LOSSES
        ]
        if not own:
            names = ", ".join(file.name for file in files[:3]) or "nothing"
            rule = f"there is no file that ends in {' or '.join(endings)} among {names}"
            yield Refusal(file=files[0].name if files else "", at="", value="", rule=rule, remedy="choose other files")
        for file in own:
            yield from guarded(file.name, "", partial(read_one, file))

    return read


def guarded(file: str, at: str, read: Callable[[], Iterator[Found]]) -> Iterator[Found]:
    """Yield what `read` finds; what is not in the form that it needs becomes a refusal."""
    try:
        yield from read()
    except (Malformed, BadArchive) as error:
        rule, _, remedy = str(error).rpartition("; ")
        yield Refusal(file=file, at=at, value="", rule=rule, remedy=remedy.removesuffix("."))
    except NOT_OURS as error:
        rule = f"this is not in the form of the format ({type(error).__name__}: {str(error)[:80]})"
        yield Refusal(file=file, at=at, value="", rule=rule, remedy="correct the file, or choose its format")


def whole(raw: Any) -> int:
    """Return an offset. Raises ValueError where it is no whole number: half a character is no place."""
    found = int(raw)
    if isinstance(raw, bool) or (isinstance(raw, float) and raw != found):
        raise ValueError(f"{raw!r} is no whole number")
    return found


def text_of(file: IncomingFile) -> str:
    """Return the text of a file in UTF-8, a mark at its start left out. Raises Malformed."""
    try:
        return file.data().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(f"byte {error.start} of {file.name} is not UTF-8; save the file in UTF-8.") from error
