"""The texts put back into tables that were written without them: every quote is sliced again.

Rows of claims and their spans, and of readings and their marks, stand in the same order: each table is read from first
to last, and no more than one text is held.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from typing import IO

import orjson

from annotate.formats.base import Member
from annotate.formats.csv import MARK, PIECE, safe, unsafe
from annotate.formats.tables.columns import (
    CLAIMS,
    DECISION_FIELDS,
    DECISIONS,
    DOCUMENTS,
    LAYERS,
    MARKS,
    SPANS,
    Table,
)
from annotate.formats.tables.context import OF_WORDS, sorted_json
from annotate.formats.tables.of_claims import GAP
from annotate.formats.tables.places import as_words
from annotate.formats.texts import FindText, Misfit

LONGEST = 100_000_000  # a text is one cell; Python's own limit is lower

type Cells = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The files of an export: `names` in their order, and what opens one."""

    names: Sequence[str]
    open: Callable[[str], IO[bytes]]

    def rows(self, table: Table) -> Iterator[Cells]:
        """Yield the rows of a table, cells as they are written. Raises ValueError where it is another table."""
        columns = [column.name for column in table.columns]
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST))
        with self.open(_file(table)) as file:
            reader = csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline=""), strict=True)
            if next(reader, None) != columns:
                raise ValueError(f"{_file(table)} has other columns than {', '.join(columns)}")
            for row in reader:
                yield dict(zip(columns, row, strict=True))

    @cached_property
    def hashes(self) -> dict[str, str]:
        """Return the hash of each document's text by the document's id."""
        return {row["document_id"]: row["sha256"] for row in self.rows(DOCUMENTS)}

    @cached_property
    def whole(self) -> set[str]:
        """Return the ids of the documents that have their texts."""
        return {row["document_id"] for row in self.rows(DOCUMENTS) if row["text"]}


def filled_tables(tables: Tables, find: FindText) -> Iterator[Member]:
    """Yield all files, those that hold words of the texts filled; where a text is missing, rows stay as they are.

    Raises Misfit, KeyError or ValueError for rows that do not fit their text.
    """
    for name in tables.names:
        if name in FILLED:
            table, fill = FILLED[name]
            yield Member(path=name, pieces=_written(table, fill(tables, lambda id: find(tables.hashes[id]))))
        else:
            yield Member(path=name, pieces=_copied(tables, name))


def _file(table: Table) -> str:
    return f"{table.name}.csv"


def _copied(tables: Tables, name: str) -> Iterator[bytes]:
    with tables.open(name) as file:
        yield from iter(partial(file.read, PIECE), b"")


def _written(table: Table, rows: Iterator[Cells]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    yield MARK
    for row in rows:
        writer.writerow(row.values())
        if buffer.tell() >= PIECE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _documents(tables: Tables, text_of: FindText) -> Iterator[Cells]:
    for row in tables.rows(DOCUMENTS):
        text = text_of(row["document_id"])
        yield row if text is None else row | {"text": safe(text)}


def _claims(tables: Tables, text_of: FindText) -> Iterator[Cells]:
    spans = groupby(tables.rows(SPANS), key=lambda row: row["claim_id"])
    for row in tables.rows(CLAIMS):
        claim, own = next(spans, ("", iter(())))
        if claim != row["claim_id"]:
            raise Misfit(f"the spans of claim {row['claim_id'][:60]} do not stand in the order of claims.csv")
        text = text_of(row["document_id"])
        parts = [one for one in own if one["role"] == "content"]
        yield row if text is None else row | {"quote": safe(GAP.join(_slice(one, text) for one in parts))}


def _spans(tables: Tables, text_of: FindText) -> Iterator[Cells]:
    claims = ((row["claim_id"], row["document_id"]) for row in tables.rows(CLAIMS))
    yield from _quoting(tables.rows(SPANS), "claim_id", claims, text_of)


def _marks(tables: Tables, text_of: FindText) -> Iterator[Cells]:
    layers = ((row["layer_id"], row["document_id"]) for row in tables.rows(LAYERS))
    yield from _quoting(tables.rows(MARKS), "layer_id", layers, text_of)


def _quoting(rows: Iterator[Cells], key: str, owners: Iterator[tuple[str, str]], text_of: FindText) -> Iterator[Cells]:
    """Yield rows with their words; `owners` are the documents of what they belong to, in the same order."""
    for owner, own in groupby(rows, key=lambda row: row[key]):
        text = text_of(_next_of(owners, owner))
        for row in own:
            yield row if text is None else row | {"quote": safe(_slice(row, text))}


def _fields(tables: Tables, text_of: FindText) -> Iterator[Cells]:
    decisions = ((row["decision_id"], row["document_id"]) for row in tables.rows(DECISIONS))
    for decision, own in groupby(tables.rows(DECISION_FIELDS), key=lambda row: row["decision_id"]):
        document = _next_of(decisions, decision)
        text = None if document in tables.whole else text_of(document)
        for row in own:
            yield row if text is None or row["field"] not in OF_WORDS else row | _worded(row, text)


def _worded(row: Cells, text: str) -> Cells:
    options = [as_words(one, text) for one in orjson.loads(row["options"])]
    return {"value": safe(as_words(unsafe(row["value"]), text)), "options": sorted_json(options)}


def _next_of(owners: Iterator[tuple[str, str]], owner: str) -> str:
    """Return the document of the next thing of that id. Raises Misfit where it does not come any more."""
    document = next((document for id, document in owners if id == owner), None)
    if document is None:
        raise Misfit(f"the rows of {owner[:60]} do not stand in the order of what they belong to")
    return document


def _slice(row: Cells, text: str) -> str:
    start, end, kept = int(row["start"]), int(row["end"]), unsafe(row["quote"])
    found = text[start:end]
    if not found.startswith(kept) or len(found) != end - start:
        raise Misfit(
            f"the span {start}–{end} keeps {kept[:60]!r}, but the text of that hash reads {found[:60]!r} there"
        )
    return found


FILLED = {
    _file(DOCUMENTS): (DOCUMENTS, _documents),
    _file(CLAIMS): (CLAIMS, _claims),
    _file(SPANS): (SPANS, _spans),
    _file(MARKS): (MARKS, _marks),
    _file(DECISION_FIELDS): (DECISION_FIELDS, _fields),
}
