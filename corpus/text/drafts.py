"""A sentence while its parts are found, before it stands in the outline."""

from __future__ import annotations

from dataclasses import dataclass, field

from corpus.text.frames import Frame
from corpus.text.mentions import Name
from corpus.text.sentences import Span
from corpus.text.words import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one block holds of a quotation; `number` is the same in all its blocks."""

    start: int
    end: int
    number: int
    is_loose: bool
    goes_on: bool  # the quotation is opened anew in the next paragraph


@dataclass(slots=True)
class Draft:
    """A sentence while its parts are found."""

    block: int
    start: int
    end: int
    line: list[Word]
    pieces: list[Piece]
    frame: Frame | None = None
    names: list[Name] = field(default_factory=list)
    content: tuple[Span, ...] = ()

    @property
    def is_quoted(self) -> bool:
        """Whether the whole sentence stands in one quotation."""
        return any(p.start <= self.start and self.end <= p.end for p in self.pieces)
