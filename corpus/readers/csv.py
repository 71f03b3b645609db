"""CSV with a header line: comma, semicolon or tab; one record is one article."""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from corpus.readers.base import Reader, ReadOptions, Row, RowError, encoding_error, row_error, with_defaults
from corpus.readers.documents import FIELDS
from corpus.readers.lines import (
    MAX_LINE_BYTES,
    Line,
    bad_byte,
    read_lines,
    stream_encoding,
    take_head,
    whole_characters,
)
from corpus.text.encoding import BinaryError, EncodingError, decode_bytes, refuse_binary

DELIMITERS = ",;\t"
MAX_CELL = 10_000_000
SYNONYMS = {
    "content": "text",
    "body": "text",
    "article": "text",
    "full_text": "text",
    "headline": "title",
    "outlet": "source",
    "publisher": "source",
    "newspaper": "source",
    "link": "url",
    "date": "published_on",
    "published": "published_on",
    "published_at": "published_on",
    "publication_date": "published_on",
    "lang": "language",
    "id": "external_id",
}


class HeaderError(ValueError):
    """A header that cannot be used; carries the error of the file."""

    def __init__(self, error: RowError) -> None:
        super().__init__(str(error))
        self.error = error


class _Feed:
    """Hands lines to the csv module and remembers what was wrong with those of the current record."""

    def __init__(self, lines: Iterator[Line], encoding: str) -> None:
        self._pieces = self._split(lines)
        self._encoding = encoding
        self.number = 0
        self.start_record()

    def __iter__(self) -> Iterator[str]:
        return self._pieces

    def start_record(self) -> None:
        self.first_number = 0
        self.n_quotes = 0
        self.error: RowError | None = None

    def _split(self, lines: Iterator[Line]) -> Iterator[str]:
        for line in lines:
            self.number = line.number
            self.first_number = self.first_number or line.number
            self.n_quotes += line.text.count('"')
            self.error = self.error or self._check(line)
            # A lone CR ends a record too; the csv module wants to see it at the end of what it is given.
            yield from re.split(r"(?<=\r)(?!\n|$)", line.text)

    def _check(self, line: Line) -> RowError | None:
        if line.is_too_long:
            rule = f"the line has more than {MAX_LINE_BYTES} bytes"
            return row_error(f"line {line.number}", rule, "split the document")
        return bad_byte(line, self._encoding)


def read_csv(stream: BinaryIO, options: ReadOptions) -> Iterator[Row]:
    """Yield a row for every record that is not blank; the number counts records, the error names the line."""
    # The module's own limit (131,072) is global and lower than an article may be.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
    head, stream = take_head(stream)
    try:
        encoding = _encoding(head, options.encoding)
        feed = _Feed(read_lines(stream, encoding), encoding)
        reader, names = _header(feed)
    except EncodingError as error:
        yield Row(number=1, file=options.file, error=encoding_error(error))
    except HeaderError as error:
        yield Row(number=1, file=options.file, error=error.error)
    else:
        yield from _rows(reader, feed, names, options)


def _encoding(head: bytes, declared: str | None) -> str:
    """Choose the encoding of the whole file by its beginning; one bad byte in UTF-8 is left to its row."""
    name = stream_encoding(head, declared)
    if name.startswith("utf-16"):
        return name
    try:
        refuse_binary(head)
        return name if declared else decode_bytes(whole_characters(head))[1]
    except BinaryError:
        raise
    except EncodingError:
        return name


def _header(feed: _Feed) -> tuple[Iterator[list[str]], list[str]]:
    """Read the header line; answer the records after it and the name of the field each column goes to."""
    lines = iter(feed)
    first = next(lines, "")
    if feed.error:
        raise HeaderError(feed.error)
    delimiter, cells = _sniff(first)
    return csv.reader(lines, delimiter=delimiter, strict=True), _names(cells)


def _sniff(header: str) -> tuple[str, list[str]]:
    """Take the delimiter that gives the most columns with known names, then the most columns."""
    found = {}
    for delimiter in DELIMITERS:
        try:
            found[delimiter] = next(csv.reader([header], delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            found[delimiter] = []
            reason = str(error)
    delimiter = max(found, key=lambda d: (sum(_field(cell) in FIELDS for cell in found[d]), len(found[d])))
    if not found[delimiter]:
        rule = f"the header line cannot be read ({reason})" if header.strip() else "the header line is missing"
        raise HeaderError(row_error(header, rule, "begin the file with a line of column names such as title,text"))
    return delimiter, found[delimiter]


def _names(cells: Sequence[str]) -> list[str]:
    """Map columns to fields; an unknown column keeps its name and goes into the metadata."""
    names = [_field(cell) for cell in cells]
    for index, name in enumerate(names):
        if not name:
            raise HeaderError(row_error(cells[index], f"column {index + 1} of the header has no name", "name it"))
        if name in names[:index]:
            other = cells[names.index(name)]
            raise HeaderError(
                row_error(cells[index], f"columns {other!r} and {cells[index]!r} both mean {name}", "rename one")
            )
    if "text" not in names:
        raise HeaderError(row_error(", ".join(cells), "no column holds the text", "name that column text"))
    return names


def _field(cell: str) -> str:
    """Answer the field a column name means, or the name itself."""
    name = re.sub(r"[\s-]+", "_", cell.strip().casefold())
    return name if name in FIELDS else SYNONYMS.get(name, cell.strip())


def _rows(reader: Iterator[list[str]], feed: _Feed, names: list[str], options: ReadOptions) -> Iterator[Row]:
    """Yield the records; stop only where a quotation mark leaves open what belongs to which record."""
    number = 0
    while True:
        feed.start_record()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            number += 1
            yield Row(number=number, file=options.file, error=_quoting_error(feed, error))
            if feed.n_quotes % 2:
                return
            continue
        if cells is None:
            return
        if any(cells) or feed.error:
            number += 1
            yield _row(number, cells, feed, names, options)


def _quoting_error(feed: _Feed, error: csv.Error) -> RowError:
    """Word what the csv module refused."""
    remedy = "write a quotation mark inside a quoted cell twice"
    if feed.n_quotes % 2:
        remedy += " and close every quoted cell; the rows after this one were not read"
    return row_error(f"lines {feed.first_number} to {feed.number}", f"the record cannot be read ({error})", remedy)


def _row(number: int, cells: list[str], feed: _Feed, names: list[str], options: ReadOptions) -> Row:
    """Turn one record into a row."""
    error = feed.error or _too_long(cells, names, feed)
    if error is None and len(cells) != len(names):
        rule = f"line {feed.first_number}: the record has {len(cells)} cells, the header {len(names)}"
        error = row_error(cells[0], rule, "quote cells that hold the delimiter")
    values: dict[str, object] = {name: cell for name, cell in zip(names, cells, strict=False) if cell}
    if error is None and "metadata" in values:
        try:
            values["metadata"] = json.loads(cells[names.index("metadata")])
        except (ValueError, RecursionError):
            rule = f"line {feed.first_number}: the metadata are not JSON"
            error = row_error(values["metadata"], rule, 'write an object such as {"page": 3}', field="metadata")
    if error:
        return Row(number=number, file=options.file, error=error)
    return Row(number=number, file=options.file, values=with_defaults(values, options))


def _too_long(cells: list[str], names: list[str], feed: _Feed) -> RowError | None:
    """Return the error of a cell over MAX_CELL: the module's own limit is the process's, and others raise it."""
    for index, cell in enumerate(cells):
        if len(cell) > MAX_CELL:
            rule = f"line {feed.first_number}: the cell has {len(cell):,} characters, and the limit is {MAX_CELL:,}"
            field = names[index] if index < len(names) else ""
            return row_error(cell[:60], rule, "split the document", field=field)
    return None


READER = Reader(
    name="csv",
    extensions=(".csv", ".tsv"),
    description="CSV with a header line (comma, semicolon or tab); unknown columns go into the metadata.",
    read=read_csv,
)
