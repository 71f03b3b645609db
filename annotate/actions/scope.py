"""Which claims lie outside what the codebook codes: in the headline, or inside claims that may hold none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from annotate.models.codebook import Nesting
from annotate.payloads.codebooks import CodebookView
from corpus.models import Document
from corpus.text.blocks import headline_block, split_blocks

type Claims = list[dict[str, Any]]
IN_HEADLINE = "lies in the headline, which this codebook does not code; delete it."
NESTED = "lies inside “{outer}”, but this codebook codes no claims inside claims; delete it, or change its words."
SAME_SPEAKER = (
    "lies inside “{outer}” of the same speaker; this codebook codes only other speakers’ claims inside a claim. "
    "Delete it, or correct the speaker."
)


def headline_of(document_id: UUID, codebook: CodebookView) -> tuple[int, int] | None:
    """Return where the headline stands, if the codebook leaves it out and the text has one. At most one query."""
    if codebook.version.codes_headline:
        return None
    text, title = Document.objects.values_list("text", "title").get(pk=document_id)
    blocks = split_blocks(text)
    index = headline_block(text, blocks, title)
    return (blocks[index].start, blocks[index].end) if index is not None else None


def scope_gaps(claims: Claims, codebook: CodebookView, headline: tuple[int, int] | None) -> Iterator[tuple[str, str]]:
    """Yield (claim id, what is wrong with its words)."""
    if headline is not None:
        start, end = headline
        for claim in claims:
            if all(start <= span["start"] and span["end"] <= end for span in claim["spans"]):
                yield claim["id"], IN_HEADLINE
    if codebook.version.nesting == Nesting.ALL:
        return
    for inner, outer in nested(claims):
        words = outer["spans"][0]["quote"][:40]
        if codebook.version.nesting == Nesting.NONE:
            yield inner["id"], NESTED.format(outer=words)
        elif _speakers(inner) & _speakers(outer):
            yield inner["id"], SAME_SPEAKER.format(outer=words)


def _speakers(claim: dict[str, Any]) -> set[str]:
    return {speaker["id"] for speaker in claim["speakers"]}


def nested(claims: Claims) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield each claim that lies inside another with the shortest such one; the same words twice are not nested.

    Every part of the inner claim lies in a part of the outer one. One pass over the parts in the order of the text.
    """
    parts = [(span["start"], -span["end"], n) for n, claim in enumerate(claims) for span in claim["spans"]]
    around: dict[int, set[int]] = {}
    opened: list[tuple[int, int]] = []  # (end, claim) of the parts that began before and may go on
    for start, minus_end, n in sorted(parts):
        opened = [part for part in opened if part[0] > start]
        here = {other for end, other in opened if end >= -minus_end and other != n}
        around[n] = around[n] & here if n in around else here
        opened.append((-minus_end, n))
    lengths = [sum(span["end"] - span["start"] for span in claim["spans"]) for claim in claims]
    for n, outer in sorted(around.items()):
        longer = [other for other in outer if lengths[other] > lengths[n]]
        if longer:
            yield claims[n], claims[min(longer, key=lambda other: (lengths[other], other))]
