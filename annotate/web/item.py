"""A claim as one item of the list beside the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annotate.actions.gaps import claim_gaps
from annotate.payloads.codebooks import CodebookView
from annotate.web.article import LANES_DRAWN, Article, claims_by_block, draw, slot_of
from annotate.web.signs import GLYPHS
from corpus.text.segments import assign_lanes


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What the list shows of a claim; `n_hidden` is 1 if the text has no lane left to draw it."""

    id: str
    slot: str
    glyph: str
    speakers: str
    targets: str
    stance: str
    quote: tuple[str, ...]
    gap: str = ""
    is_hidden: bool = False
    flags: str = ""  # what else there is to know: denies, unsure, note
    talk: str = ""  # where its thread is, from the reader's address on
    n_remarks: int = 0
    is_talk_open: bool = False


# Remarks on claims by the claim's id: how many, and how many of them in open threads.
type Remarks = dict[str, tuple[int, int]]


def items_of(
    claims: list[dict[str, Any]], article: Article, codebook: CodebookView, remarks: Remarks | None = None
) -> list[Item]:
    hidden = hidden_claims(claims, article)
    return [_item(claim, codebook, remarks or {}, is_hidden=claim["id"] in hidden) for claim in claims]


def item_of(
    claim: dict[str, Any], near: list[dict[str, Any]], article: Article, codebook: CodebookView, remarks: Remarks
) -> Item:
    """Return the item of one claim; `near` holds every claim that shares a paragraph with it."""
    return _item(claim, codebook, remarks, is_hidden=claim["id"] in hidden_claims(near, article))


def hidden_claims(claims: list[dict[str, Any]], article: Article) -> set[str]:
    """Return the claims that lie too deep to be drawn, in any paragraph."""
    hidden: set[str] = set()
    for inside in claims_by_block(article.blocks, draw(claims)):
        if len(inside) > LANES_DRAWN:
            hidden |= {str(key) for key, lane in assign_lanes(inside).items() if lane >= LANES_DRAWN}
    return hidden


def _item(claim: dict[str, Any], codebook: CodebookView, remarks: Remarks, *, is_hidden: bool) -> Item:
    slot = slot_of(claim, codebook)
    gaps = claim_gaps(claim, codebook)
    n_remarks, n_open = remarks.get(claim["id"], (0, 0))
    stances = claim["stances"]
    labels = [codebook.stances[s["value"]].name for s in stances if s["value"] in codebook.stances]
    return Item(
        id=claim["id"],
        slot=slot,
        glyph=GLYPHS[slot],
        speakers=", ".join(speaker["name"] for speaker in claim["speakers"]) or "No speaker yet",
        targets=", ".join(_targets(stances, codebook)),
        stance=", ".join(labels) or ("no stance" if claim["no_stance"] else "stance open"),
        quote=tuple(span["quote"] for span in claim["spans"]),
        gap=", ".join(dict.fromkeys(gap.field.split("/")[0].removesuffix("s") for gap in gaps)),
        is_hidden=is_hidden,
        flags=" · ".join(_flags(claim)),
        talk=f"talk/?layer={claim['layer']}&claim={claim['id']}",
        n_remarks=n_remarks,
        is_talk_open=n_open > 0,
    )


def _targets(stances: list[dict[str, Any]], codebook: CodebookView) -> Iterator[str]:
    """Yield the targets; from the second on with the sign of their own stance."""
    for index, stance in enumerate(stances):
        if stance["target"]:
            label = codebook.stances.get(stance["value"])
            sign = f"{GLYPHS[label.slot]} " if index and label is not None else ""
            yield f"{sign}{stance['target']['name']}"


def _flags(claim: dict[str, Any]) -> Iterator[str]:
    if claim["proposition"] and claim["proposition"]["relation"] != "affirms":
        yield claim["proposition"]["relation"].replace("_", " ")
    if claim["unsure"]:
        yield "unsure"
    if claim["note"]:
        yield "note"
