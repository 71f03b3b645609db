"""Put the texts back into an export that was made without them."""

from __future__ import annotations

import csv
import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import IO, Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotate.formats.csv import unsafe
from annotate.formats.delivery import stored, zipped
from annotate.formats.filling import Tables, filled_tables
from annotate.formats.tables.columns import DOCUMENTS
from annotate.formats.texts import filled, hash_of
from annotate.management.wholes import whole_file, whole_folder
from corpus.management.progress import Progress
from corpus.management.wording import counted
from corpus.readers.files import FileOptions, find_files, read_files
from corpus.text.normalise import TextError, normalise_text, sha256_of

USAGE = 2
MISSING = 1
LISTED = 100
# What a damaged or encrypted archive raises; NotImplementedError is a RuntimeError.
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, EOFError)


class Command(BaseCommand):
    help = (
        "Put the texts back into an export without texts, “jsonl”, “documents-jsonl” or “csv” as a folder or zip file: "
        "every document is found by the hash of its text alone, and every span is sliced again. The result is the full "
        "export, byte for byte. Lines whose text is missing stay as they are and are listed. Exit code: 0 all texts "
        "were found, 1 some are missing or do not fit, 2 wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE|FOLDER", help="The export without the texts.")
        texts = "Files or folders as import_documents takes them: txt, jsonl, csv, html; may be repeated."
        parser.add_argument("--texts", required=True, action="append", type=Path, metavar="PATH", help=texts)
        parser.add_argument("--output", required=True, type=Path, metavar="FILE|FOLDER", help="What to write.")

    def handle(self, *, file: Path, texts: list[Path], output: Path, **options: Any) -> None:
        for path in (file, *texts):
            if not path.exists():
                raise CommandError(f"There is no file or folder {str(path)!r}; check the path.", returncode=USAGE)
        with tempfile.TemporaryFile() as spool, _tables(file) as tables:
            wanted = _wanted(file) if tables is None else _wanted_by(tables, file)
            found = _Texts(spool)
            self._collect(found, wanted, texts)
            try:
                if tables is not None:
                    _fill_tables(tables, found, output, file)
                    n_lines = sum(sha256 in found.places for sha256 in tables.hashes.values())
                else:
                    with whole_file(output) as target:
                        n_lines = sum(self._fill(file, number, data, found, target) for number, data in _lines(file))
            except OSError as error:
                raise CommandError(f"{error}. Nothing was written under {output}.") from error
        missing = wanted.keys() - found.places.keys()
        for sha256 in sorted(missing, key=lambda one: wanted[one])[:LISTED]:
            self.stderr.write(f"{wanted[sha256]}: its text is missing (sha256 {sha256}).")
        if len(missing) > LISTED:
            self.stderr.write(f"… and {_missing(len(missing) - LISTED)} besides.")
        what = "line" if file.is_file() and not zipfile.is_zipfile(file) else "document"
        own = "its text" if n_lines == 1 else "their texts"
        self.stdout.write(f"{counted(n_lines, what)} with {own}; {_missing(len(missing))}.")
        if missing:
            raise SystemExit(MISSING)

    def _collect(self, found: _Texts, wanted: dict[str, str], paths: list[Path]) -> None:
        """Keep the texts that are wanted; rows that cannot be read are told of."""
        n_read = 0

        def tell(n_bytes: int) -> None:
            nonlocal n_read
            n_read += n_bytes

        files = list(find_files(paths, None))
        with Progress("Reading texts", sum(one.path.stat().st_size for one in files)) as bar:
            for row in read_files(files, FileOptions(), tell):
                bar.show(n_read, f"{len(found.places)} found")
                if row.error is not None:
                    bar.clear()
                    self.stderr.write(f"{row.file}, row {row.number}: {row.error}")
                elif isinstance(text := (row.values or {}).get("text"), str):
                    found.offer(text, wanted)

    def _fill(self, file: Path, number: int, data: bytes, found: _Texts, target: IO[bytes]) -> bool:
        """Write one line, with its text where that was found; return whether it was."""
        try:
            line = filled(data, found.text)
        except (KeyError, TypeError, ValueError) as error:
            raise CommandError(
                f"{file.name}, line {number}: {error}; give the file as it was exported (of a release: "
                "its claims.jsonl). Nothing was written."
            ) from error
        target.write(data if line is None else line)
        return line is not None


def _missing(n: int) -> str:
    return f"{counted(n, 'text')} {'is' if n == 1 else 'are'} missing"


class _Texts:
    """Texts by their hash, kept in a temporary file; the last one is at hand."""

    def __init__(self, spool: IO[bytes]) -> None:
        self._spool = spool
        self._last = ("", "")
        self.places: dict[str, tuple[int, int]] = {}

    def offer(self, raw: str, wanted: dict[str, str]) -> None:
        try:
            text = normalise_text(raw)
        except TextError:
            return
        sha256 = sha256_of(text)
        if sha256 in wanted and sha256 not in self.places:
            data = text.encode()
            self._spool.seek(0, 2)
            self.places[sha256] = (self._spool.tell(), len(data))
            self._spool.write(data)

    def text(self, sha256: str) -> str | None:
        if sha256 not in self.places:
            return None
        if self._last[0] != sha256:
            at, length = self.places[sha256]
            self._spool.seek(at)
            self._last = (sha256, self._spool.read(length).decode())
        return self._last[1]


@contextmanager
def _tables(file: Path) -> Iterator[Tables | None]:
    """Yield the tables in a folder or zip file; None for a file of lines."""
    if file.is_dir():
        names = sorted(path.name for path in file.iterdir() if path.is_file())
        yield Tables(names=names, open=lambda name: (file / name).open("rb"))
    elif zipfile.is_zipfile(file):
        try:
            with zipfile.ZipFile(file) as archive:
                yield Tables(names=_plain(file, archive.namelist()), open=archive.open)
        except DAMAGED as error:
            raise CommandError(f"{file} cannot be unpacked ({error}); nothing was written. Pack it again.") from error
    else:
        yield None


def _plain(file: Path, names: list[str]) -> list[str]:
    """Return the names of an archive's files, which become those of files here. Raises CommandError for a path."""
    seen: set[str] = set()
    for name in names:
        if PurePath(name).name != name or "\\" in name or name in seen:
            detail = f"{file} holds {name[:80]!r}, a path, or there twice; give the file as it was exported."
            raise CommandError(detail, returncode=USAGE)
        seen.add(name)
    return names


def _wanted_by(tables: Tables, file: Path) -> dict[str, str]:
    """Return the hashes of the texts that the tables need, with how messages call the document."""
    if f"{DOCUMENTS.name}.csv" not in tables.names:
        names = ", ".join(sorted(tables.names)[:5]) or "nothing"
        raise CommandError(
            f"{file} holds no documents.csv but {names}; give the tables of an export.", returncode=USAGE
        )
    wanted: dict[str, str] = {}
    try:
        for row in tables.rows(DOCUMENTS):
            name = unsafe(row["title"] or row["external_id"] or row["url"])[:60]
            wanted.setdefault(row["sha256"], f"Document {row['document_id']} “{name}”")
    except (KeyError, ValueError, csv.Error) as error:
        raise CommandError(f"{file}: {error}; give the tables as they were exported.", returncode=USAGE) from error
    return wanted


def _fill_tables(tables: Tables, found: _Texts, output: Path, file: Path) -> None:
    """Write the tables with their texts, as a zip file or a folder by the name of the output."""
    members = filled_tables(tables, found.text)
    try:
        if output.suffix == ".zip":
            with whole_file(output) as target:
                target.writelines(zipped(members))
        else:
            with whole_folder(output) as folder:
                for _ in stored(members, folder):
                    pass
    except (KeyError, ValueError, csv.Error) as error:
        raise CommandError(f"{file}: {error}; give the tables as they were exported. Nothing was written.") from error


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    with file.open("rb") as stream:
        for number, data in enumerate(stream, start=1):
            if data.strip():
                yield number, data


def _wanted(file: Path) -> dict[str, str]:
    """Return the hashes of the texts that the file needs, with how messages call the document."""
    wanted: dict[str, str] = {}
    for number, data in _lines(file):
        try:
            line = orjson.loads(data)
            about = line if "layers" in line else line["document"]
            name = f"Document {about['id']} “{(about['title'] or about['external_id'] or about['url'])[:60]}”"
            wanted.setdefault(hash_of(line), name)
        except (KeyError, TypeError, ValueError) as error:
            raise CommandError(
                f"{file.name}, line {number} is no line of jsonl or documents-jsonl ({error}); give the file as it was "
                "exported.",
                returncode=USAGE,
            ) from error
    return wanted
