"""Exports without the texts, and the texts put back by who has them.

Without the text a document has its length and hash, and every quote is cut to a set number of code points: its span
says how long it was. With the texts, which are found by their hash alone, every span is sliced again: the lines are
then the same bytes as in the full export.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from annotate.formats.base import Selection
from annotate.formats.reading import claim_lines, document_lines

MAX_QUOTE = 200

type Line = dict[str, Any]
type FindText = Callable[[str], str | None]


class Misfit(ValueError):
    """What a line keeps of a quote is not in the text of that hash."""


def shown_claims(selection: Selection) -> Iterator[Line]:
    """Yield claims as the selection shows them: `claim_lines`, quotes cut where the texts are left out."""
    for claim in claim_lines(selection):
        if not selection.with_text:
            _cut(claim, selection.quote_length)
        yield claim


def shown_documents(selection: Selection) -> Iterator[Line]:
    """Yield documents as the selection shows them: `document_lines`, or with `n_characters` in place of the text."""
    for line in document_lines(selection):
        yield line if selection.with_text else _without(line, selection.quote_length)


def _without(line: Line, length: int) -> Line:
    for layer in line["layers"]:
        for mark in layer["no_claim"]:
            mark["quote"] = mark["quote"][:length]
        for claim in layer["claims"]:
            _cut(claim, length)
    return _replaced(line, "text", "n_characters", len(line["text"]))


def _replaced(line: Line, old: str, new: str, value: object) -> Line:
    """Return the line with another member in the place of one."""
    return {new if key == old else key: value if key == old else own for key, own in line.items()}


def _cut(claim: Line, length: int) -> None:
    for span in spans_of(claim):
        span["quote"] = span["quote"][:length]


def spans_of(claim: Line) -> Iterator[Line]:
    yield from claim["spans"]
    yield from claim["cue"]
    for speaker in claim["speakers"]:
        yield from speaker["mention"]


def hash_of(line: Line) -> str:
    """Return the hash of the text that a line is about: a document, or a claim with its document."""
    return str(line["sha256"] if "layers" in line else line["document"]["sha256"])


def filled(data: bytes, find: FindText) -> bytes | None:
    """Return a line of a native format with its text and whole quotes, None where there is no such text.

    Raises Misfit, KeyError, TypeError or ValueError for a line that is not of a native format or does not fit.
    """
    line = orjson.loads(data)
    text = find(hash_of(line))
    if text is None:
        return None
    if "layers" in line:
        for layer in line["layers"]:
            _fill(layer["no_claim"], text)
            for claim in layer["claims"]:
                _fill(spans_of(claim), text)
        line = line if "text" in line else _replaced(line, "n_characters", "text", text)
    else:
        _fill(spans_of(line), text)
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _fill(spans: Any, text: str) -> None:
    for span in spans:
        found = text[span["start"] : span["end"]]
        if not found.startswith(span["quote"]) or len(found) != span["end"] - span["start"]:
            raise Misfit(
                f"the span {span['start']}–{span['end']} keeps {span['quote'][:60]!r}, but the text of that hash reads "
                f"{found[:60]!r} there"
            )
        span["quote"] = found
