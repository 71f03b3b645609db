"""Drawn texts and selections, how a browser is made to hold them, and the span that each has to become."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

# Each is one or more whole graphemes; some are words, some are not, some run from right to left.
ATOMS = (
    "The", "ferry", "board’s", "co-operate", "3.5", "e\u0301te\u0301", "n\u0303andu\u0301", "Z\u0351\u036b\u0343algo",
    "🙂", "👩‍👩‍👧", "👍🏽", "🇪🇺🇸🇪", "1️⃣", "𝒳𝒴", "𠮷野家", "東京都", "นี้ไทย", "한국어", "हिन्दी", "نورا", "الخطيبُ", "שָׁלוֹם",
    "“said”", "…", "—", "&amp;", "<b>", "(no)", "a\u00adb", "x\u200dy", "\u200f", "\ufe0f", "ﬁn", "İI",
)  # fmt: skip
GLUE = (" ", " ", " ", "  ", "\t", "\u00a0", "\u2009", "\u3000 ", "", "-", ", ")
GAPS = ("\n", "\n\n", "\n \t\n", "\n\n\n")


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A text of one to five lines, some long, with blank ones between."""
    lines = []
    for _ in range(draw(st.integers(1, 5))):
        pairs = st.lists(st.tuples(st.sampled_from(ATOMS), st.sampled_from(GLUE)), min_size=1, max_size=14)
        times = draw(st.sampled_from((1, 1, 1, 12)))
        lines.append(draw(st.sampled_from(("", "", "\t", "  "))) + "".join(map("".join, draw(pairs))) * times)
    return "".join(line + draw(st.sampled_from(GAPS)) for line in lines)


@dataclass(frozen=True, slots=True)
class Pick:
    """A selection: two places as parts of the text, where at a border of nodes they are put, and how it is made."""

    one: float
    other: float
    at_border: str
    is_exact: bool


def picks() -> st.SearchStrategy[list[Pick]]:
    """Some selections; a short distance is as likely as a long one."""
    place = st.floats(0, 1)
    near = st.tuples(place, st.floats(0, 0.06)).map(lambda pair: (pair[0], min(1.0, pair[0] + pair[1])))
    both = st.one_of(near, st.tuples(place, place))
    border = st.sampled_from(("before", "after", "element"))
    one = st.builds(lambda ends, at, exact: Pick(*ends, at, exact), both, border, st.booleans())
    return st.lists(one, min_size=4, max_size=6)


# Sets the selection between two places, each (block, code points into it); a place at a border of text nodes can be
# given as the end of the one, the start of the next, or as the edge of an element.
SELECT = """([one, other, border]) => {
  const block = at => document.querySelectorAll("#text > .t")[at];
  const place = ([index, points]) => {
    let units = [...block(index).textContent].slice(0, points).join("").length;
    const walker = document.createTreeWalker(block(index), NodeFilter.SHOW_TEXT);
    let last = null;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      last = node;
      if (units < node.data.length || (units === node.data.length && border === "before")) break;
      if (units === node.data.length && !walker.nextNode()) break;
      walker.currentNode = node;
      units -= node.data.length;
    }
    if (border === "element" && (units === 0 || units === last.data.length)) {
      const found = [...last.parentNode.childNodes].indexOf(last) + (units === 0 ? 0 : 1);
      return [last.parentNode, found];
    }
    return [last, units];
  };
  const set = () => getSelection().setBaseAndExtent(...place(one), ...place(other));
  set();
  document.getElementById("read").focus({preventScroll: true});
  return set;
}"""
# The mouse decides when; what is selected is set just before the page looks at it.
SELECT_ON_MOUSE_UP = f"""places =>
  addEventListener("mouseup", () => ({SELECT})(places), {{capture: true, once: true}})"""
SEGMENTS = """granularity => [...document.querySelectorAll("#text > .t")].map(block =>
  [...new Intl.Segmenter(undefined, {granularity}).segment(block.textContent)]
    .map(part => [[...part.segment].length, part.isWordLike !== false]))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """Where the words and graphemes of a text begin and end, in code points of the whole text."""

    text: str
    words: list[tuple[int, int]]
    graphemes: list[tuple[int, int]]

    @classmethod
    def of(cls, page: Any, text: str, starts: list[int]) -> Cuts:
        def places(granularity: str) -> list[tuple[int, int]]:
            found = []
            for start, parts in zip(starts, page.evaluate(SEGMENTS, granularity), strict=True):
                edges = [start]
                for length, _ in parts:
                    edges.append(edges[-1] + length)
                found += [pair for pair, (_, is_word) in zip(pairwise(edges), parts, strict=True) if is_word]
            return found

        return cls(text=text, words=places("word"), graphemes=places("grapheme"))

    def span_of(self, start: int, end: int, *, is_exact: bool) -> tuple[int, int] | None:
        """Return what a selection has to become: whole words, or whole graphemes, without outer space."""
        found = self._trimmed(start, end)
        if found is None:
            return None
        start, end = found
        whole = self.graphemes if is_exact else [*self.words, *self.graphemes]
        first = next((a for a, z in whole if a <= start < z), start)
        last = next((z for a, z in whole if a < end <= z), end)
        return self._trimmed(first, last)

    def _trimmed(self, start: int, end: int) -> tuple[int, int] | None:
        """Leave outer white space out; a space that carries a mark is one character, and white space."""
        while start < end and self.text[self._character(start)[0]].isspace():
            start = self._character(start)[1]
        while end > start and self.text[self._character(end - 1)[0]].isspace():
            end = self._character(end - 1)[0]
        return (start, end) if start < end else None

    def _character(self, offset: int) -> tuple[int, int]:
        """Return the grapheme at the offset; what stands between blocks is taken one by one."""
        return next(((a, z) for a, z in self.graphemes if a <= offset < z), (offset, offset + 1))
