"""The article at the desk: one lane under the text for each reading, one line where all agree."""

from __future__ import annotations

from html import escape
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe

from annotate.adjudication.marks import Mark, spans_of
from annotate.adjudication.units import Unit
from annotate.payloads.codebooks import CodebookView
from annotate.reports.desk import Desk
from annotate.web.article import Article, claims_by_block, short, slot_of
from corpus.text.blocks import Block
from corpus.text.segments import Drawn, Segment, Stroke, cut_segments

LANES = 3


class DeskArticle:
    """Draws a text with the readings of a desk. The safety of the string rests on `escape` alone."""

    def __init__(self, article: Article, desk: Desk) -> None:
        self.article = article
        self.lanes: list[list[Drawn]] = [[] for _ in range(LANES)]
        self.agreed: list[Drawn] = []
        self.slots: dict[str, str] = {}
        for unit in desk.units:
            self._draw(unit, desk)

    def _draw(self, unit: Unit, desk: Desk) -> None:
        if unit.decisions and not unit.is_open:
            self._draw_gold(unit, desk)
            return
        for mark in unit.marks if unit.is_open else unit.marks[:1]:
            self.slots[mark.key] = slot_of(mark.claim, desk.codebook)
            drawn = Drawn(key=mark.key, parts=mark.spans)
            number = desk.number_of(mark)
            if not unit.is_open:
                self.agreed.append(drawn)
            elif number <= LANES:
                self.lanes[number - 1].append(drawn)

    def _draw_gold(self, unit: Unit, desk: Desk) -> None:
        """Draw what was decided; what is no claim is not drawn."""
        claim_id = desk.decisions[unit.decisions[0].id].claim_id
        if claim_id is None:
            return
        claim, key = desk.gold_claims[str(claim_id)], unit.key
        self.slots[key] = slot_of(claim, desk.codebook)
        self.agreed.append(Drawn(key=key, parts=spans_of(claim["spans"])))

    def html(self) -> SafeString:
        groups = [claims_by_block(self.article.blocks, lane) for lane in (*self.lanes, self.agreed)]
        blocks = (self._block(block, [group[block.index] for group in groups]) for block in self.article.blocks)
        return mark_safe("".join(blocks))

    def _block(self, block: Block, groups: list[list[Drawn]]) -> str:
        is_headline = block.index == self.article.headline
        tag, kind = ("h1", "headline") if is_headline else ("p", "gap" if block.has_gap else "line")
        sentences = self.article.sentences.get(block.index, [])
        starts = {sentence.start: number for number, sentence in sentences}
        ends = {sentence.end for _, sentence in sentences}
        cuts = {edge for _, sentence in sentences for edge in (sentence.start, sentence.end)}
        cuts |= {edge for group in groups for drawn in group for part in drawn.parts for edge in part}
        rows = [cut_segments(block.start, block.end, group, cuts=cuts) for group in groups]
        words = []
        for segments in zip(*rows, strict=True):
            start, end = segments[0].start, segments[0].end
            if start in starts:
                words.append(f'<span class="s" id="s{starts[start]}">')
            words.append(self._mark(self.article.text[start:end], segments))
            if end in ends:
                words.append("</span>")
        return f'<{tag} id="b{block.index}" class="t {kind}" data-o="{block.start}" dir="auto">{"".join(words)}</{tag}>'

    def _mark(self, words: str, segments: tuple[Segment, ...]) -> str:
        *lanes, agreed = segments
        keys = [stroke.key for segment in segments for stroke in segment.strokes if not stroke.is_bridge]
        strokes = [(lane, stroke) for lane, segment in enumerate(lanes) if (stroke := _inner(segment)) is not None]
        classes = [name for lane, stroke in strokes for name in self._classes(stroke, lane)]
        settled = _inner(agreed)
        if settled is not None:
            classes += ["agreed"] if not settled.is_bridge else []
            classes += self._classes(settled, 0) if not strokes else []
        if not classes:
            return escape(words, quote=False)
        ids = " ".join(dict.fromkeys(short(key) for key in keys))
        return f'<mark class="{" ".join(classes)}" data-c="{ids}">{escape(words, quote=False)}</mark>'

    def _classes(self, stroke: Stroke, lane: int) -> list[str]:
        """Return the class names of a stroke; slots come from a fixed list of names."""
        names = [f"{'g' if stroke.is_bridge else 'l'}{lane}", f"{self.slots[str(stroke.key)]}{lane}"]
        return names + ([f"b{lane}"] if stroke.is_start else []) + ([f"e{lane}"] if stroke.is_end else [])


def _inner(segment: Segment) -> Stroke | None:
    """Return the stroke of the innermost claim that runs here."""
    return min(segment.strokes, key=lambda stroke: (stroke.is_bridge, stroke.lane), default=None)


type Words = list[tuple[str, bool]]


def differing_words(mark: Mark, marks: tuple[Mark, ...], text: str) -> Words:
    """Return the words of a mark in pieces, each with whether some other reading leaves it out."""
    edges = sorted({edge for other in marks for span in other.spans for edge in span})
    found: Words = []
    for n, (start, end) in enumerate(mark.spans):
        if n:
            found.append((" … ", False))
        inner = [start, *(edge for edge in edges if start < edge < end), end]
        for a, b in pairwise(inner):
            everyone = all(any(s <= a < e for s, e in other.spans) for other in marks)
            found.append((text[a:b], not everyone))
    return found


def slot_of_field(name: str, mark: Mark, codebook: CodebookView) -> str:
    """Return the colour slot of a stance cell, empty for other fields."""
    if not name.startswith("stances"):
        return ""
    if "/" not in name:
        return slot_of(mark.claim, codebook)
    target = name.split("/")[2]
    for stance in mark.claim["stances"]:
        if stance["target"] and stance["target"]["id"] == target and stance["value"] in codebook.stances:
            return codebook.stances[stance["value"]].slot
    return "plain"
