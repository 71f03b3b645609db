"""A folder of tables as CSV, with their metadata and a data dictionary."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import batched
from typing import IO, Any

from annotate.formats.base import Format, Losses, Member, Selection
from annotate.formats.sink import taken
from annotate.formats.tables import OF_CLAIMS, Row, Table, Views, add_rows, csvw, dictionary, table_members
from annotate.formats.tables.columns import ATTRIBUTES, CLAIMS, DOCUMENTS, MARKS
from annotate.formats.tables.incoming import read_tables
from annotate.formats.texts import shown_claims

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
TRUTHS = {True: "true", False: "false", None: ""}
KEPT_IN_MEMORY = 1_000_000
PIECE = 1 << 16
ROWS_AT_ONCE = 200
TEXTS_AT_ONCE = 10
MARK = b"\xef\xbb\xbf"  # tells spreadsheets that this is UTF-8; pandas, DuckDB and readr pass over it
# Written last: answers about documents come with the readings.
LATE = (ATTRIBUTES, MARKS)


def safe(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe is put before it.

    An apostrophe at the start is doubled in the same way, so that taking off one always gives back the value.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def unsafe(cell: str) -> str:
    """Return the value of a cell that `safe` wrote."""
    return cell.removeprefix("'")


def write(selection: Selection, losses: Losses) -> Iterator[Member]:
    """Yield the tables. Claims are read once: their own table streams, the others are kept meanwhile."""
    views = Views(selection.project.codebook_id)
    with ExitStack() as stack:
        kept = {table.name: stack.enter_context(Kept(table)) for table in (*OF_CLAIMS[1:], MARKS)}
        yield Member(path="claims.csv", pieces=_pieces(CLAIMS, _claims(selection, views, kept)))
        for table in OF_CLAIMS[1:]:
            if table not in LATE:
                yield kept[table.name].member()
        for table, rows in table_members(selection, views, lambda table, row: kept[table.name].add([row])):
            some = map(list, batched(rows, TEXTS_AT_ONCE if table is DOCUMENTS else ROWS_AT_ONCE))
            yield Member(path=f"{table.name}.csv", pieces=_pieces(table, some))
        for table in LATE:
            yield kept[table.name].member()
    yield Member(path="csv-metadata.json", pieces=[csvw()])
    yield Member(path="dictionary.md", pieces=[dictionary()])


def _claims(selection: Selection, views: Views, kept: dict[str, Kept]) -> Iterator[list[Row]]:
    """Yield the rows of claims, some at once; those of the other tables are kept."""
    for claims in batched(shown_claims(selection), ROWS_AT_ONCE):
        rows: dict[str, list[Row]] = {table.name: [] for table in OF_CLAIMS}
        for claim in claims:
            add_rows(claim, views, rows)
        for name, found in rows.items():
            if name != CLAIMS.name:
                kept[name].add(found)
        yield rows[CLAIMS.name]


def _pieces(table: Table, groups: Iterable[list[Row]]) -> Iterator[bytes]:
    """Yield a table in pieces, its header at once."""
    buffer = io.StringIO()
    writer, cells = csv.writer(buffer, lineterminator="\r\n"), cells_of(table)
    writer.writerow([column.name for column in table.columns])
    yield MARK + taken(buffer)
    for rows in groups:
        writer.writerows(cells(rows))
        yield taken(buffer)


def cells_of(table: Table) -> Callable[[list[Row]], Iterable[Row]]:
    """Return what turns rows of the table into cells: words made safe, numbers as they are, missing ones empty."""
    words = [at for at, column in enumerate(table.columns) if column.type in ("string", "json")]
    truths = [at for at, column in enumerate(table.columns) if column.type == "boolean"]

    def cells(rows: list[Row]) -> Iterable[Row]:
        # Column by column, for most columns need nothing. None is written as an empty cell.
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for at in words:
            if any(type(value) is not str or value.startswith(FORMULA) for value in columns[at] if value):
                columns[at] = [safe(value) if value else value for value in columns[at]]
        for at in truths:
            columns[at] = [TRUTHS[value] for value in columns[at]]
        return zip(*columns, strict=True)

    return lambda rows: cells(rows) if rows else ()


class Kept:
    """A table that is written beside another one: in memory while it is small, then in a temporary file."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115  (closed by __exit__)
        self._text = io.TextIOWrapper(self._file, "utf-8", newline="", write_through=False)
        self._cells = cells_of(table)
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self._file.write(MARK)
        self._writer.writerow([column.name for column in table.columns])

    def __enter__(self) -> Kept:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def add(self, rows: list[Row]) -> None:
        self._writer.writerows(self._cells(rows))

    def member(self) -> Member:
        return Member(path=f"{self._table.name}.csv", pieces=self._pieces())

    def _pieces(self) -> Iterator[bytes]:
        self._text.flush()
        self._file.seek(0)
        yield from iter(lambda: self._file.read(PIECE), b"")


FORMAT = Format(
    key="csv",
    name="Tables, CSV",
    extension="csv.zip",
    content_type="application/zip",
    description="A folder of tables (claims, stances, spans, speakers, documents and more) with a data dictionary.",
    write=write,
    is_folder=True,
    is_textless=True,
    read=read_tables,
    endings=(".csv",),
)
