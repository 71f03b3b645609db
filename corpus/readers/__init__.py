"""The input formats: one file each, listed here."""

from pathlib import PurePath

from corpus.readers import csv, html, jsonl, txt
from corpus.readers.base import Reader, ReadOptions, Row, RowError
from corpus.readers.documents import CleanDocument, DocumentErrors, clean_document

__all__ = [
    "READERS",
    "CleanDocument",
    "DocumentErrors",
    "ReadOptions",
    "Reader",
    "Row",
    "RowError",
    "UnknownFormat",
    "clean_document",
    "reader_for",
]

READERS: dict[str, Reader] = {reader.name: reader for reader in (txt.READER, jsonl.READER, csv.READER, html.READER)}


class UnknownFormat(ValueError):
    """A format or file extension that no reader has."""


def reader_for(path_name: str, format: str | None = None) -> Reader:
    """Choose the reader by the given format, else by the extension of the file's name."""
    if format is not None:
        if format in READERS:
            return READERS[format]
        raise UnknownFormat(f"Unknown format {format[:40]!r}; use one of {', '.join(READERS)}.")
    extension = PurePath(path_name).suffix.lower()
    for reader in READERS.values():
        if extension in reader.extensions:
            return reader
    known = "; ".join(f"{reader.name} ({' '.join(reader.extensions)})" for reader in READERS.values())
    raise UnknownFormat(f"No format has the extension of {path_name[-80:]!r}; pass --format, one of {known}.")
