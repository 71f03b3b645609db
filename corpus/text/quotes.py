"""Quotations: which marks belong together, across paragraphs too, and which of them only set off a name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from corpus.text.blocks import Block
from corpus.text.words import CODES, SAID, words

Span = tuple[int, int]

MARK = re.compile("[\"“”„‟«»‹›‘’‚'「」『』]|(?<![`'])(?:``|'')(?![`'])")
FAMILY = {
    **dict.fromkeys(('"', "“", "”", "„", "‟", "``", "''"), "double"),
    **dict.fromkeys("«»", "angle"), **dict.fromkeys("‹›", "small angle"), **dict.fromkeys("‘’‚'", "single"),
    **dict.fromkeys("「」", "corner"), **dict.fromkeys("『』", "white corner"),
}  # fmt: skip
BEFORE_OPENING = "([{—–-/“„\"'‘«‹*_:،。、"
AFTER_CLOSING = ".,;:!?…)]}—–-/”’\"'»›*_،。、"
ELISION = re.compile(r"['’‘](?:tis|twas|em|n|til|cause|bout|round|\d0s)\b", re.IGNORECASE)
# How many paragraphs a quotation may run on before its closing mark; beyond, the opening one is a stray.
REACH = 6


class Mark(NamedTuple):
    """A quotation mark and what it may do where it stands: "open", "close" or "both"."""

    start: int
    end: int
    family: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """An outermost quotation: one piece a block, marks included; loose if a mark is missing inside a paragraph."""

    pieces: tuple[Span, ...]
    is_loose: bool = False


@dataclass(slots=True)
class _Open:
    """An opening mark that waits for its other, with the quotations closed meanwhile."""

    mark: Mark
    inside: list[Span] = field(default_factory=list)


def in_marks(words: str) -> str:
    """Return words in quotation marks, where they do not begin with one already."""
    return words if MARK.match(words) else f"“{words}”"


def find_quotations(text: str, blocks: Sequence[Block]) -> list[Quotation]:
    """Return the outermost quotations in order; linear, for each mark is looked at a bounded number of times."""
    paragraphs = _paragraphs(blocks)
    marks = [_marks(text, start, end) for start, end in paragraphs]
    starts = [block.start for block in blocks]
    found: list[tuple[list[Span], bool]] = []
    run: list[Span] = []  # pieces so far of a quotation that each paragraph opens anew
    covered = 0
    for index, (_, end) in enumerate(paragraphs):
        spans, left = _pair([mark for mark in marks[index] if mark.start >= covered])
        closing = _far_closing(text, left, marks[index + 1 : index + 1 + REACH]) if left else None
        goes_on = left is not None and closing is None and _opens_again(text, left, paragraphs, marks, index)
        if left and not goes_on and closing is None:
            spans += _unclosed(left, end)
        for span in spans:
            found.append((run + _cut(text, span, blocks, starts), left is not None and span[0] == left.mark.start))
            run = []
        if left and goes_on:
            run += _cut(text, (left.mark.start, end), blocks, starts)
        elif left and closing:
            found.append((run + _cut(text, (left.mark.start, closing.end), blocks, starts), True))
            run, covered = [], closing.end
    return [Quotation(pieces=tuple(pieces), is_loose=loose) for pieces, loose in sorted(found) if pieces]


def _paragraphs(blocks: Sequence[Block]) -> list[Span]:
    """Return the paragraphs; lines wrapped by hand are one, up to a dozen of them."""
    found: list[list[int]] = []
    n_lines = 0
    for block in blocks:
        n_lines = 1 if block.has_gap or n_lines >= 12 else n_lines + 1
        if n_lines == 1:
            found.append([block.start, block.end])
        found[-1][1] = block.end
    return [(start, end) for start, end in found]


def _marks(text: str, start: int, end: int) -> list[Mark]:
    """Return the marks of a paragraph that can open or close; apostrophes are left out."""
    found: list[Mark] = []
    for match in MARK.finditer(text, start, end):
        mark = match[0]
        before = text[match.start() - 1] if match.start() > start else " "
        after = text[match.end()] if match.end() < end else " "
        opens = not after.isspace() and after not in ".,;:!?…)" and (before.isspace() or before in BEFORE_OPENING)
        closes = not before.isspace() and (after.isspace() or after in AFTER_CLOSING)
        role = _role(mark, opens, closes)
        if (
            role
            and FAMILY[mark] == "single"
            and ((before.isalnum() and after.isalnum()) or ELISION.match(text, match.start()))
        ):
            role = ""
        if role:
            found.append(Mark(match.start(), match.end(), FAMILY[mark], role))
    return _without_apostrophes(text, found)


def _role(mark: str, opens: bool, closes: bool) -> str:
    """Return what a mark may do, by its shape first and its neighbours second."""
    if mark in "「『":
        return "open"
    if mark in "」』":
        return "close"
    if mark in "“„‘‚‟``":
        return "open" if opens else ("close" if closes and mark in "“‘" else "open" if mark != "‘" else "")
    if mark in "«‹":
        return "close" if closes and not opens else "open"
    if mark in "»›”":
        return "open" if opens and not closes else "close"
    if mark == "’":
        return "close" if closes else ""
    if opens == closes:
        return "both" if FAMILY[mark] == "double" else ("close" if closes else "")
    return "open" if opens else "close"


def _without_apostrophes(text: str, marks: list[Mark]) -> list[Mark]:
    """Leave out single marks without a partner: "the guilds’ offer", "‘Round here"."""
    kept: list[Mark] = []
    closing_follows = False
    for mark in reversed(marks):
        if mark.family != "single":
            kept.append(mark)
        elif mark.role == "close":
            is_plural = text[mark.start - 1] in "sz" and text[mark.end : mark.end + 2].strip().isalpha()
            if not (is_plural and closing_follows and text[mark.end : mark.end + 1].isspace()):
                kept.append(mark)
                closing_follows = True
        elif closing_follows:
            kept.append(mark)
            closing_follows = False
    return kept[::-1]


def _pair(marks: list[Mark]) -> tuple[list[Span], _Open | None]:
    """Return the outermost pairs and, if one is left without its other, the first opening mark."""
    stack: list[_Open] = []
    spans: list[Span] = []
    for mark in marks:
        families = [opened.mark.family for opened in stack[-4:]]
        can_close = mark.role != "open" and mark.family in families
        if can_close:
            while stack[-1].mark.family != mark.family:
                stack.pop()
            span = (stack.pop().mark.start, mark.end)
            (stack[-1].inside if stack else spans).append(span)
        elif mark.role != "close":
            stack.append(_Open(mark))
    while len(stack) > 1:
        inner = stack.pop()
        stack[-1].inside += inner.inside
    return spans, stack[0] if stack else None


def _far_closing(text: str, left: _Open, following: list[list[Mark]]) -> Mark | None:
    """Return the mark that closes `left` in a later paragraph: the first of its family there, if it can only close."""
    if left.mark.family == "single":
        return None
    for marks in following:
        for mark in marks:
            if mark.family == left.mark.family:
                is_inch = text[mark.start - 1].isdigit()
                return mark if mark.role == "close" and not is_inch else None
    return None


def _opens_again(text: str, left: _Open, paragraphs: list[Span], marks: list[list[Mark]], index: int) -> bool:
    """Return whether the next paragraph opens with the same mark, so that the quotation goes on in it."""
    if left.inside or index + 1 >= len(paragraphs) or not marks[index + 1]:
        return False
    first, start = marks[index + 1][0], paragraphs[index + 1][0]
    return first.family == left.mark.family and first.role != "close" and not text[start : first.start].strip()


def _unclosed(left: _Open, end: int) -> list[Span]:
    """Return the spans of a quotation that nothing closes: to the paragraph's end, or before balanced ones."""
    if left.mark.family == "single":
        return left.inside
    if not left.inside:
        return [(left.mark.start, end)]
    return [(left.mark.start, left.inside[0][0]), *left.inside]


def _cut(text: str, span: Span, blocks: Sequence[Block], starts: list[int]) -> list[Span]:
    """Return the parts of a span in its blocks, without outer white space."""
    return [piece for piece in _raw_parts(text, span, blocks, starts) if piece[0] < piece[1]]


def _raw_parts(text: str, span: Span, blocks: Sequence[Block], starts: list[int]) -> Iterator[Span]:
    index = max(bisect_right(starts, span[0]) - 1, 0)
    while index < len(blocks) and blocks[index].start < span[1]:
        start, end = max(span[0], blocks[index].start), min(span[1], blocks[index].end)
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        yield start, end
        index += 1


# What goes before a quotation of a word or two that is nevertheless what somebody said.
SPOKEN_BEFORE = re.compile(
    rf"(?:\b(?:{'|'.join(sorted(SAID))})(?:\s+\w+)?[,:]?|:|"
    r"\b(?:call|describ|brand|label|dubb?|term|characteri[sz]|denounc|dismiss)(?:e|ed|s|es|ing|led|ling)?"
    r"(?:\s+[\w’'-]+){0,8}?(?:\s+as)?(?:\s+an?)?)\s*$"
)
SO_CALLED = re.compile(r"so[- ]called\s*$")
SPOKEN_AFTER = re.compile(
    rf"\s*(?:[\w’'.-]{{1,30}}\s+){{0,6}}?(?:{'|'.join(sorted(SAID | {w for w, c in CODES.items() if c in 'VT'}))})\b"
)
SMALL = words("of the and in on a an for to de la le du des und der die das et with from at by no")


def is_name_like(text: str, span: Span, block: Span) -> bool:
    """Return whether the marks set off a name, a title or one doubtful word and not what somebody said."""
    inner = text[span[0] + 1 : span[1] - 1].strip()
    if len(inner) > 80:
        return False
    listed = inner.split()
    bare = [word.strip(".,;:!?…") for word in listed]
    if SO_CALLED.search(text, max(block[0], span[0] - 12), span[0]):
        return True
    if SPOKEN_BEFORE.search(text, max(block[0], span[0] - 80), span[0]):
        return False
    if inner[-1:] in (",", ".", "?", "!", "…") and SPOKEN_AFTER.match(text, span[1], min(span[1] + 90, block[1])):
        return False
    if len(listed) <= 1:
        return not (span[0] == block[0] and span[1] >= block[1] - 1)
    return (
        len(listed) <= 10
        and inner[-1:] not in "?!…"
        and all(not word[:1].islower() or (word in SMALL and n > 0) for n, word in enumerate(bare))
        and any(word[:1].isupper() for word in bare)
    )
