"""The article as HTML: paragraphs of flat, marked segments, built in Python and escaped once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from annotate.payloads.codebooks import CodebookView
from annotate.web.outlines import outline_of
from corpus.text.blocks import Block, headline_block, split_blocks
from corpus.text.outline import Sentence
from corpus.text.segments import Drawn, Segment, Stroke, cut_segments

LANES_DRAWN = 3
# Claims that lie deeper still have no segment: the list shows them, and the work stays bounded.
LANES_KEPT = 30
NO_STANCE, OPEN = "plain", "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A text cut into blocks and sentences, ready to be drawn with any claims."""

    text: str
    blocks: list[Block]
    sentences: dict[int, list[tuple[int, Sentence]]]  # by block, each with its number in the text
    headline: int | None

    @classmethod
    def of(cls, text: str, title: str, language: str = "") -> Article:
        blocks = split_blocks(text)
        sentences: dict[int, list[tuple[int, Sentence]]] = {}
        for number, sentence in enumerate(outline_of(text, language, title).sentences):
            sentences.setdefault(sentence.block, []).append((number, sentence))
        return cls(text=text, blocks=blocks, sentences=sentences, headline=headline_block(text, blocks, title))

    def html(self, claims: list[dict[str, Any]], codebook: CodebookView) -> SafeString:
        """Return the whole article. The safety of the string rests on `_mark` and `escape` alone."""
        drawn = draw(claims)
        slots = {claim["id"]: slot_of(claim, codebook) for claim in claims}
        inside = claims_by_block(self.blocks, drawn)
        return mark_safe("".join(self.block_html(b, inside[b.index], slots) for b in self.blocks))

    def part_html(self, claims: list[dict[str, Any]], codebook: CodebookView, first: int, last: int) -> SafeString:
        """Return the paragraphs from the first number to the last, as far as there are any."""
        drawn, slots = draw(claims), {claim["id"]: slot_of(claim, codebook) for claim in claims}
        blocks = self.blocks[max(first, 0) : last + 1]
        inside = claims_by_block(blocks, drawn)
        return mark_safe("".join(self.block_html(b, found, slots) for b, found in zip(blocks, inside, strict=True)))

    def block_html(self, block: Block, drawn: list[Drawn], slots: dict[str, str]) -> str:
        tag, kind = ("h1", "headline") if block.index == self.headline else ("p", "gap" if block.has_gap else "line")
        sentences = self.sentences.get(block.index, [])
        cuts = [edge for _, sentence in sentences for edge in (sentence.start, sentence.end)]
        segments = cut_segments(block.start, block.end, drawn, n_lanes=LANES_KEPT, cuts=cuts)
        words = "".join(self._words(segments, sentences, slots))
        gap = self._gap_before(block)
        return f'<{tag} id="b{block.index}" class="t {kind}" data-o="{block.start}"{gap} dir="auto">{words}</{tag}>'

    def _words(
        self, segments: list[Segment], sentences: list[tuple[int, Sentence]], slots: dict[str, str]
    ) -> Iterator[str]:
        """Yield the marked words, each sentence in an element of its own that can take the focus."""
        starts = {sentence.start: number for number, sentence in sentences}
        ends = {sentence.end for _, sentence in sentences}
        for segment in segments:
            if segment.start in starts:
                yield f'<span class="s" id="s{starts[segment.start]}" tabindex="-1">'
            yield _mark(self.text[segment.start : segment.end], segment.strokes, slots)
            if segment.end in ends:
                yield "</span>"

    def _gap_before(self, block: Block) -> str:
        """Return what stands between this block and the one before, unless it is line feeds only."""
        before = self.blocks[block.index - 1].end if block.index else 0
        gap = self.text[before : block.start]
        return f' data-gap="{escape(gap)}"' if gap.strip("\n") else ""


def claims_by_block(blocks: list[Block], drawn: list[Drawn]) -> list[list[Drawn]]:
    """Return, for each block, the claims that reach into it. One pass over both, however long the text."""
    coming = sorted(drawn, key=lambda claim: claim.start, reverse=True)
    running: list[Drawn] = []
    found = []
    for block in blocks:
        running = [claim for claim in running if block.start < claim.end]
        while coming and coming[-1].start < block.end:
            running.append(coming.pop())
        found.append([claim for claim in running if block.start < claim.end])
    return found


def draw(claims: list[dict[str, Any]]) -> list[Drawn]:
    return [
        Drawn(key=claim["id"], parts=tuple((span["start"], span["end"]) for span in claim["spans"])) for claim in claims
    ]


def slot_of(claim: dict[str, Any], codebook: CodebookView) -> str:
    """Return the slot of the claim's first stance, “plain” for no stance, “open” while it is not answered."""
    for stance in claim["stances"]:
        if stance["value"] is not None and stance["value"] in codebook.stances:
            return codebook.stances[stance["value"]].slot
    return NO_STANCE if claim["no_stance"] else OPEN


def short(id: object) -> str:
    """Return the first digits of a claim's id, as they stand in `data-c`."""
    return str(id)[:8]


def _mark(words: str, strokes: tuple[Stroke, ...], slots: dict[str, str]) -> str:
    if not strokes:
        return escape(words, quote=False)
    classes = [name for stroke in strokes if stroke.lane < LANES_DRAWN for name in _classes(stroke, slots)]
    ids = " ".join(short(stroke.key) for stroke in strokes if not stroke.is_bridge)
    return f'<mark class="{" ".join(classes)}" data-c="{ids}">{escape(words, quote=False)}</mark>'


def _classes(stroke: Stroke, slots: dict[str, str]) -> list[str]:
    """Return the class names of a stroke; slots come from a fixed list of names."""
    lane = stroke.lane
    slot = slots[str(stroke.key)]
    names = [f"{'g' if stroke.is_bridge else 'l'}{lane}", f"{slot}{lane}"]
    if stroke.is_start:
        names.append(f"b{lane}")
    if stroke.is_end:
        names.append(f"e{lane}")
    return names
