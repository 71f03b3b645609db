"""Words and signs of a text, one after the other, for formats made of tokens: no language model, no cut character."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator

from corpus.text.blocks import split_blocks
from corpus.text.graphemes import is_boundary
from corpus.text.sentences import split_sentences

# From U+0300 on, characters may belong to the one before them.
JOINING = re.compile("[^\x00-\u02ff]")
# A word keeps its inner hyphens and apostrophes; every other sign stands alone.
TOKEN = re.compile(r"\w+(?:[’'‑-]\w+)*|\S")


def tokens(text: str, start: int, end: int, edges: Collection[int] = ()) -> Iterator[tuple[int, int]]:
    """Yield the tokens between two offsets, cut at each of `edges` that lies inside one."""
    if not edges:
        yield from _whole(text, start, end)
        return
    cuts = sorted(edges)
    for one, two in _whole(text, start, end):
        for edge in cuts[bisect_right(cuts, one) : bisect_left(cuts, two)]:
            yield one, edge
            one = edge
        yield one, two


def _whole(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the tokens, each up to the end of its last character as readers see it."""
    if not JOINING.search(text, start, end):
        yield from (found.span() for found in TOKEN.finditer(text, start, end))
        return
    while (found := TOKEN.search(text, start, end)) is not None:
        one, two = found.span()
        while two < end and not is_boundary(text, two):
            two += 1
        start = two
        yield one, two


def sentences(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence stands."""
    for block in split_blocks(text):
        yield from split_sentences(text, block, language)
