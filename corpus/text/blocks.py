"""The paragraphs of a text: what the reader shows, swaps and looks offsets up in."""

from __future__ import annotations

import re
from dataclasses import dataclass

LINE = re.compile(r"[^\n]+")
# Lines this long were not wrapped by hand: each is a paragraph even without blank lines between.
PARAGRAPH_LENGTH = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One line of the text, without its line feed; `has_gap` says whether a paragraph's space goes before it."""

    index: int
    start: int
    end: int
    has_gap: bool = True


def split_blocks(text: str) -> list[Block]:
    """Return the lines that hold more than white space. Line feeds and blank lines belong to no block.

    Hard-wrapped lines stay close together; a text without blank lines but with long lines has one paragraph a line.
    """
    found: list[Block] = []
    end_before = 0
    has_blank_lines = "\n\n" in text.strip("\n")
    for match in LINE.finditer(text):
        start, end = match.span()
        if match.group().isspace():
            continue
        between = text[end_before:start]
        before = end_before - found[-1].start if found else 0
        gap = between.count("\n") > 1 or not found or (not has_blank_lines and before > PARAGRAPH_LENGTH)
        found.append(Block(index=len(found), start=start, end=end, has_gap=gap))
        end_before = end
    return found


def headline_block(text: str, blocks: list[Block], title: str) -> int | None:
    """Return the index of the block in which the text opens with `title`, decoration aside.

    A title that is a whole sentence was taken from a text without a headline; it is read as text.
    """
    wanted = _plain(title)
    if not wanted or wanted.endswith("."):
        return None
    for block in blocks[:3]:
        line = _plain(text[block.start : block.end])
        if line == wanted:
            return block.index
        if line:
            return None
    return None


def _plain(line: str) -> str:
    """Return the words of a line without Markdown decoration, case and spacing."""
    return " ".join(re.sub(r"[#*_`~\-–—]+", " ", line).split()).casefold()
