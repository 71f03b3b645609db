"""A table of one's own, one row for each claim, read as annotations: places, the words there, and what they say."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from annotate.formats.incoming import DocumentFound, Found, LayerFound, MarkFound, Refusal, SpanFound
from annotate.formats.marks import CLAIM
from annotate.formats.sources import IncomingFile, Malformed, text_of

DOCUMENT = ("external_id", "document")
PLACE = ("start", "end", "quote")
MORE = ("speaker", "target", "stance", "label", "annotator")
LONGER = "", "the row has more cells than there are columns", "quote cells that hold the separator"
COLUMNS = "external_id (or document), start, end, quote"
SEPARATORS = ",;\t"

type Row = dict[str, str]


def own_tables(files: Sequence[IncomingFile]) -> Iterator[IncomingFile]:
    """Yield the files whose first row names a document, a place and a quote, and those that cannot be read."""
    for file in files:
        if file.name.lower().endswith(".csv"):
            try:
                names = _reader(text_of(file)).fieldnames or ()
            except (Malformed, csv.Error):
                yield file  # which says why
                continue
            if all(name in names for name in PLACE) and any(name in names for name in DOCUMENT):
                yield file


def read_own(file: IncomingFile) -> Iterator[Found]:
    """Yield the documents of a table; a row without a quote or with a place that is no number is refused."""
    documents: dict[str, dict[str, list[MarkFound]]] = defaultdict(lambda: defaultdict(list))
    reader = _reader(text_of(file))
    names = reader.fieldnames or ()
    if twice := next((name for name in (*PLACE, *DOCUMENT, *MORE) if list(names).count(name) > 1), ""):
        raise Malformed(f"the column {twice} is there twice; keep one of them.")
    for number, row in enumerate(reader, start=2):
        at = f"row {number}"
        cells = {name: (value or "").strip() for name, value in row.items() if isinstance(value, str | None)}
        document = next((cells[name] for name in DOCUMENT if cells.get(name)), "")
        problem = _problem(document, cells) if None not in row else LONGER
        if problem is not None:
            value, rule, remedy = problem
            yield Refusal(file=file.name, at=at, value=value, rule=rule, remedy=remedy)
        else:
            documents[document][cells.get("annotator", "")].append(_mark(row, cells, at))
    for document, people in documents.items():
        layers = tuple(LayerFound(annotator=name, marks=tuple(marks)) for name, marks in people.items())
        at = f"document {document}"
        yield DocumentFound(file=file.name, at=at, layers=layers, id=document, external_id=document)


def _reader(text: str) -> csv.DictReader[str]:
    first = text.partition("\n")[0]
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    return csv.DictReader(io.StringIO(text, newline=""), delimiter=max(SEPARATORS, key=first.count), strict=True)


def _problem(document: str, cells: Row) -> tuple[str, str, str] | None:
    if not document:
        return "", "the row names no document", "give its external id, or its id"
    for name in ("start", "end"):
        if not cells[name].isascii() or not cells[name].isdigit() or len(cells[name]) > 9:
            return cells[name], f"{name} is no whole number", "count the characters from 0, the end not included"
    if not cells["quote"]:
        return "", "the row has no quote, so its place cannot be checked", "copy the words of the text into it"
    return None


def _unix(quote: str) -> str:
    """Return words with line ends as texts are stored."""
    return quote.replace("\r\n", "\n")


def _mark(row: Row, cells: Row, at: str) -> MarkFound:
    """Return the claim of a row; its label and its stance stand for what the mapping says."""
    payload: dict[str, Any] = {}
    if cells.get("speaker"):
        payload["speakers"] = [{"name": cells["speaker"]}]
    if cells.get("target"):
        payload["stances"] = [{"target": {"name": cells["target"]}}]
    return MarkFound(
        key=at,
        label=cells.get("label") or CLAIM,
        spans=(SpanFound(parts=((int(cells["start"]), int(cells["end"])),), quote=_unix(row["quote"])),),
        at=at,
        answers={"stance": cells["stance"]} if cells.get("stance") else {},
        payload=payload,
    )
