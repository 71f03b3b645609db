"""Many files read as one stream of rows, each by the reader of its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from corpus.readers import READERS, UnknownFormat, reader_for
from corpus.readers.base import ReadOptions, Row, row_error


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file to read, and the name that messages call it by."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """How to read the files; None or empty means: by the file itself."""

    format: str | None = None
    encoding: str | None = None
    source: str = ""
    language: str = ""


class _Counted:
    """A file that tells how many bytes were read from it."""

    def __init__(self, file: BinaryIO, tell: Callable[[int], None]) -> None:
        self._file = file
        self._tell = tell

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._tell(len(data))
        return data


def find_files(paths: Sequence[Path], format: str | None) -> Iterator[InputFile]:
    """Yield the files, and for a folder all files below it whose extension is known, in the order of their names."""
    reader = READERS.get(format or "")
    known = set(reader.extensions) if reader else {end for one in READERS.values() for end in one.extensions}
    for path in paths:
        if not path.is_dir():
            yield InputFile(path=path, name=path.name)
            continue
        for found in sorted(path.rglob("*")):
            name = found.relative_to(path).as_posix()
            if found.is_file() and found.suffix.lower() in known and not f"/{name}".count("/."):
                yield InputFile(path=found, name=name)


def read_files(files: Sequence[InputFile], options: FileOptions, tell: Callable[[int], None]) -> Iterator[Row]:
    """Yield the rows of all files; `tell` is called with the number of bytes just read. A bad file is an error row."""
    for file in files:
        try:
            reader = reader_for(file.name, options.format)
            with file.path.open("rb") as stream:
                how = ReadOptions(
                    file=file.name, encoding=options.encoding, source=options.source, language=options.language
                )
                yield from reader.read(cast(BinaryIO, _Counted(stream, tell)), how)
        except UnknownFormat as error:
            rule, _, remedy = str(error).rpartition("; ")
            yield Row(number=1, file=file.name, error=row_error("", rule, remedy.removesuffix(".")))
        except OSError as error:
            rule = f"the file cannot be read ({error.strerror or error})"
            yield Row(number=1, file=file.name, error=row_error(file.name, rule, "check the path and its permissions"))
