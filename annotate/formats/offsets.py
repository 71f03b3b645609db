"""Offsets in the units that other tools count in, turned into code points where the quoted words bear them out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from annotate.formats.incoming import DocumentFound, SpanFound
from corpus.text.graphemes import is_boundary
from corpus.text.normalise import BOM

UNITS = {
    "codepoints": "code points",
    "utf16": "UTF-16 code units",
    "utf8": "UTF-8 bytes",
    "graphemes": "grapheme clusters",
}
OUTSIDE = "the offsets lie outside the text, or inside a character"


type Places = tuple[tuple[int, int], ...]


class NoPlace(ValueError):
    """A span that has no sure place in the text; says the rule that it breaks and the remedy."""

    def __init__(self, rule: str, remedy: str) -> None:
        super().__init__(rule)
        self.rule, self.remedy = rule, remedy


class Ruler:
    """One text, measured in several units; tables are made when they are first needed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._edges: dict[str, list[int] | None] = {}

    def code_point(self, unit: str, offset: int) -> int | None:
        """Return the offset in code points, or None where it is outside the text or inside a character."""
        edges = self._table(unit)
        if edges is None:
            return offset if 0 <= offset <= len(self.text) else None
        if unit == "graphemes":
            return edges[offset] if 0 <= offset < len(edges) else None
        at = bisect_left(edges, offset)
        return at if at < len(edges) and edges[at] == offset else None

    def fitting(self, units: Iterable[str], span: SpanFound) -> dict[str, Places]:
        """Return the places by unit; where they differ, those between the words around the span, if there are any."""
        found = {unit: places for unit in units if (places := self.places(unit, span)) is not None}
        if len(set(found.values())) < 2:
            return found
        return {unit: places for unit, places in found.items() if self._is_between(places, span)} or found

    def _is_between(self, places: Places, span: SpanFound) -> bool:
        before, after = self.text[: places[0][0]], self.text[places[-1][1] :]
        return before.endswith(span.prefix) and after.startswith(span.suffix)

    def places(self, unit: str, span: SpanFound) -> Places | None:
        """Return the parts in code points; None where one is outside, or where they do not read as quoted."""
        found = []
        for start, end in span.parts:
            one, two = self.code_point(unit, start), self.code_point(unit, end)
            if one is None or two is None or two <= one:
                return None
            found.append((one, two))
        if span.quote is not None and span.quote != span.joiner.join(self.text[one:two] for one, two in found):
            return None
        return tuple(found)

    def _table(self, unit: str) -> list[int] | None:
        """Return the offset in this unit of every code point (of graphemes: the code point of each); None if equal."""
        if unit not in self._edges:
            self._edges[unit] = self._measured(unit)
        return self._edges[unit]

    def _measured(self, unit: str) -> list[int] | None:
        text = self.text
        if unit == "codepoints" or (text.isascii() and "\r" not in text):
            return None
        if unit == "graphemes":
            return [at for at in range(len(text) + 1) if is_boundary(text, at)]
        if unit == "utf16":
            if max(text, default="") <= "\uffff":
                return None
            return list(utf16_edges(text))
        return list(accumulate((len(char.encode()) for char in text), initial=0))


@dataclass(slots=True, kw_only=True)
class Units:
    """The units in which one file may count: all that fit each quote which fits any.

    Our own files count in the first of them (`is_ours`).
    """

    known: tuple[str, ...]
    is_ours: bool = False
    possible: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.possible = list(self.known)

    def learn(self, ruler: Ruler, spans: Iterable[SpanFound]) -> None:
        """Drop the units in which a quote does not stand where another unit finds it."""
        if len(self.known) == 1:
            return
        for span in spans:
            if span.quote is not None and (fitting := ruler.fitting(self.known, span)):
                self.possible = [unit for unit in self.possible if unit in fitting]

    def place(self, ruler: Ruler, span: SpanFound) -> Places:
        """Return the parts in code points; where units lead to different places, nothing is guessed. Raises NoPlace."""
        units = self.possible or self.known
        found = ruler.fitting(units, span)
        if not found:
            raise NoPlace(_unfit(ruler, span, units[0]), "correct the file, or mark it by hand")
        if span.quote is not None and self.is_ours and self.known[0] in found:
            return found[self.known[0]]
        if len(set(found.values())) > 1 or (span.quote is None and len(found) < len(units)):
            raise _unsure(span, units if span.quote is None else tuple(found))
        return next(iter(found.values()))


def _unsure(span: SpanFound, units: Sequence[str]) -> NoPlace:
    named = " or ".join(UNITS[unit] for unit in units)
    why = "the file gives no words to tell which" if span.quote is None else "the quoted words stand at each place"
    rule, keys = f"the offsets may count {named}, and {why}", ", ".join(units)
    return NoPlace(rule, f"name the unit: --offsets with one of {keys}")


def _unfit(ruler: Ruler, span: SpanFound, unit: str) -> str:
    edges = [(ruler.code_point(unit, start), ruler.code_point(unit, end)) for start, end in span.parts]
    if any(one is None or two is None or two <= one for one, two in edges):
        return OUTSIDE
    reads = span.joiner.join(ruler.text[one:two] for one, two in edges)
    return f"the file quotes {_shown(span.quote or '')}, but the text reads {_shown(reads)} there"


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:60]} … {text[-15:]}")


def stored_offset(text: str, offset: int) -> int:
    """Return where a code point of a text that came in stands in its stored form (no mark at the start, only LF)."""
    if not text.startswith(BOM) and "\r" not in text[:offset]:
        return offset
    before = text[:offset].removeprefix(BOM)
    return len(before.replace("\r\n", "\n").replace("\r", "\n"))


def spans_of(document: DocumentFound) -> Iterable[SpanFound]:
    return (span for layer in document.layers for mark in layer.marks for span in mark.spans)


def is_ours(document: DocumentFound) -> bool:
    """Return whether our own export wrote it: then claims have what it writes beside them."""
    return any(mark.payload is not None for layer in document.layers for mark in layer.marks)


def utf16_edges(text: str) -> Sequence[int]:
    """Return the offset in UTF-16 code units of every code point, and of the end."""
    if not text or max(text) <= "\uffff":
        return range(len(text) + 1)
    return list(accumulate((2 if char > "\uffff" else 1 for char in text), initial=0))
