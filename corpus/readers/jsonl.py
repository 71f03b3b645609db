"""JSON lines: one object a line, each with the fields of a document."""

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from corpus.readers.base import SHOWN, Reader, ReadOptions, Row, RowError, encoding_error, row_error, with_defaults
from corpus.readers.lines import MAX_LINE_BYTES, Line, bad_byte, read_lines, stream_encoding, take_head
from corpus.text.encoding import EncodingError, refuse_binary

# Every escape in turn, so that an escaped backslash is not taken for one; group 1 is what cannot be stored.
ESCAPE = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u0000|u[dD][89a-fA-F]..)|.)")


class LineError(ValueError):
    """A line that is not a document; carries the row's error."""

    def __init__(self, error: RowError) -> None:
        super().__init__(str(error))
        self.error = error


def read_jsonl(stream: BinaryIO, options: ReadOptions) -> Iterator[Row]:
    """Yield a row for every line that is not blank; a bad line is an error row and the next one is read."""
    head, stream = take_head(stream)
    try:
        encoding = stream_encoding(head, options.encoding)
        refuse_binary(head)
    except EncodingError as error:
        yield Row(number=1, file=options.file, error=encoding_error(error))
        return
    for line in read_lines(stream, encoding):
        if line.is_too_long or line.text.strip():
            yield _row(line, encoding, options)


def _row(line: Line, encoding: str, options: ReadOptions) -> Row:
    """Read one line."""
    try:
        values = _parse(line, encoding)
    except LineError as error:
        return Row(number=line.number, file=options.file, error=error.error)
    return Row(number=line.number, file=options.file, values=with_defaults(values, options))


def _parse(line: Line, encoding: str) -> dict[str, object]:
    """Answer the object of a line, or raise LineError."""
    if line.is_too_long:
        raise LineError(
            row_error(f"line {line.number}", f"the line has more than {MAX_LINE_BYTES} bytes", "split the document")
        )
    undecoded = bad_byte(line, encoding)
    if undecoded:
        raise LineError(undecoded)
    values = _load(line)
    if not isinstance(values, dict):
        raise LineError(_at(line, 0, "is not a JSON object", 'write {"text": "…"} with one object a line'))
    _refuse_escapes(line)
    return values


def _load(line: Line) -> object:
    """Parse strictly: no NaN, no name twice, no number or nesting beyond what Python reads."""
    text = line.text.strip()
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        # strip() may have moved the column.
        position = error.pos + line.text.find(text)
        raise LineError(_at(line, position, f"is not JSON: {error.msg}", "write one JSON object a line")) from error
    except RecursionError as error:
        raise LineError(_at(line, 0, "is nested too deeply", "flatten the object")) from error
    except ValueError as error:
        raise LineError(_at(line, 0, f"is not accepted: {error}", "correct the line")) from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a name that occurs twice: one of the values would be lost."""
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice[:SHOWN]!r} occurs twice in one object")
    return values


def _no_constant(name: str) -> object:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(f"{name} is not JSON")


def _refuse_escapes(line: Line) -> None:
    """Raise LineError at an escape for NUL or for half a surrogate pair."""
    if "\\u" not in line.text:
        return
    for found in ESCAPE.finditer(line.text):
        if found[1]:
            kind = "NUL" if found[1] == "u0000" else "a lone surrogate"
            raise LineError(_at(line, found.start(), f"is {kind}, which cannot be stored", "remove the escape"))


def _at(line: Line, position: int, rule: str, remedy: str) -> RowError:
    """Name line and column, and show the text round there."""
    shown = line.text[max(0, position - SHOWN // 4) : position + SHOWN].strip()
    return row_error(shown, f"line {line.number}, column {position + 1} {rule}", remedy)


READER = Reader(
    name="jsonl",
    extensions=(".jsonl", ".ndjson"),
    description="JSON lines, one document a line; unknown fields go into the metadata.",
    read=read_jsonl,
)
