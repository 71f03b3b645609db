"""What a search found, as the page shows it: sentences with their hits marked, and claims read back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from annotate.models import Claim, Layer
from annotate.models.layers import LayerKind
from annotate.payloads.codebooks import CodebookView, load_codebook
from annotate.records import claim_dicts
from annotate.search.contexts import Context, Sentence, contexts, find_hits, number_at, readable_texts
from annotate.web.article import slot_of
from annotate.web.outlines import MAX_OUTLINED
from annotate.web.signs import GLYPHS
from corpus.models import Document
from corpus.text.blocks import split_blocks
from corpus.text.query import Query
from corpus.text.sentences import split_sentences

SENTENCES_SHOWN = 2
LONGEST = 420
# As the reader's card reads a claim back.
VERBS = {
    "support": "supports",
    "oppose": "opposes",
    "neutral": "is neutral on",
    "mixed": "is mixed on",
    "unclear": "is unclear on",
}
BEFORE_HIT = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A sentence with its hits, and the number that it has in the reader."""

    number: int
    html: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDocument:
    document: Document
    title: SafeString
    places: list[Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundClaim:
    """A claim as one sentence, with what stands around it, and the way to it in the reader."""

    glyph: str
    slot: str
    said: SafeString
    html: SafeString
    href: str
    document: Document
    whose: str
    flags: str


def found_documents(documents: list[Document], query: Query | None) -> list[FoundDocument]:
    """Return documents with their first hits. One query where words were looked for."""
    places: dict[UUID, list[Place]] = {}
    titles = {row.pk: row.title for row in documents}
    if query is not None:
        for pk, language, text in readable_texts(documents):
            places[pk] = list(_places(text, language, query, titles[pk]))
    return [
        FoundDocument(document=row, title=_marked(str(row), _hits(str(row), query)), places=places.get(row.pk, []))
        for row in documents
    ]


def _places(text: str, language: str, query: Query, title: str) -> Iterator[Place]:
    """Yield the first sentences with hits; the title is shown above them already."""
    starts: list[int] | None = None
    shown: set[int] = set()
    for hit in find_hits(text, query, language, most=20):
        if hit.sentence.start in shown or hit.sentence.text == title:
            continue
        starts = sentence_starts(text, language) if starts is None else starts
        yield Place(number=number_at(starts, hit.start), html=_shown(hit.sentence, query))
        shown.add(hit.sentence.start)
        if len(shown) == SENTENCES_SHOWN:
            return


def sentence_starts(text: str, language: str) -> list[int]:
    """Return where the sentences start that the reader numbers; of a very long text, its paragraphs."""
    blocks = split_blocks(text)
    if len(text) > MAX_OUTLINED:
        return [block.start for block in blocks]
    return [start for block in blocks for start, _ in split_sentences(text, block, language)]


def found_claims(user: User, rows: QuerySet[Claim], slug: str, query: Query | None) -> list[FoundClaim]:
    """Return claims as they are shown, ordered by id. A bounded number of queries."""
    whole = list(claim_dicts(rows.order_by("pk"), ordered=True))
    around = contexts((UUID(claim["id"]) for claim in whole), starts_of=sentence_starts)
    layers = Layer.objects.visible_to(user).filter(pk__in={claim["layer"] for claim in whole})
    layers = layers.select_related("document__source", "annotator").defer("document__text", "document__metadata")
    by_id = {str(layer.pk): layer for layer in layers}
    return [_claim(claim, around[UUID(claim["id"])], by_id[claim["layer"]], user, slug, query) for claim in whole]


def _claim(
    claim: dict[str, Any], context: Context, layer: Layer, user: User, slug: str, query: Query | None
) -> FoundClaim:
    codebook = load_codebook(layer.codebook_version_id)
    slot = slot_of(claim, codebook)
    is_own = layer.annotator_id == user.pk
    where = f"?round={layer.round_id}" if is_own else f"?layer={layer.pk}"
    flags = [name for name, is_set in (("unsure", claim["unsure"]), ("note", bool(claim["note"]))) if is_set]
    return FoundClaim(
        glyph=GLYPHS[slot],
        slot=slot,
        said=read_back(claim, codebook),
        html=mark_safe(" … ".join(_painted(one, context.spans, query) for one in context.sentences)),
        href=f"{reverse('reader', args=[slug, layer.document_id])}{where}#s{context.number}",
        document=layer.document,
        whose="" if is_own else ("gold" if layer.kind == LayerKind.GOLD else str(layer.annotator)),
        flags=" · ".join(flags),
    )


def read_back(claim: dict[str, Any], codebook: CodebookView) -> SafeString:
    """Return who says it, for whom, through whom, and where they stand, as one sentence."""
    who = " and ".join(_speaker(one) for one in claim["speakers"]) or "Speaker open"
    through = " ← ".join(f"<b>{escape(one['name'])}</b>" for one in claim["reported_by"])
    stances = "; ".join(_stance(one, codebook) for one in claim["stances"])
    stood = stances or ("no stance" if claim["no_stance"] else "stance still open")
    return mark_safe(f"{who}{f', in {through}' if through else ''}: {stood}.")


def _speaker(one: dict[str, Any]) -> str:
    represents = f", for <b>{escape(one['represents']['name'])}</b>" if one["represents"] else ""
    return f"<b>{escape(one['name'])}</b>{represents}"


def _stance(one: dict[str, Any], codebook: CodebookView) -> str:
    label = codebook.stances.get(one["value"])
    held = f"<b>{escape(one['holder']['name'])}</b> " if one["holder"] else ""
    target = f" <b>{escape(one['target']['name'])}</b>" if one["target"] else ""
    verb = VERBS.get(one["value"], f"{escape(label.name.lower())} –") if label else "…"
    return f"{held}{verb}{target or ' which target?'}"


def _shown(sentence: Sentence, query: Query) -> SafeString:
    """Return a sentence with its hits; of a long one, what stands around the first."""
    hits = _hits(sentence.text, query)
    start = max(hits[0][0] - BEFORE_HIT, 0) if hits and len(sentence.text) > LONGEST else 0
    end = min(start + LONGEST, len(sentence.text))
    inside = [(a - start, b - start) for a, b in hits if start <= a and b <= end]
    cut = _marked(sentence.text[start:end], inside)
    return mark_safe(("… " if start else "") + cut + (" …" if end < len(sentence.text) else ""))


def _hits(text: str, query: Query | None) -> list[tuple[int, int]]:
    return query.hits(text) if query is not None else []


def _marked(text: str, hits: list[tuple[int, int]]) -> SafeString:
    return _pieces(text, hits, [])


def _painted(sentence: Sentence, spans: Iterable[tuple[int, int]], query: Query | None) -> SafeString:
    """Return a sentence with the parts of a claim underlined and the hits marked."""
    at = sentence.start
    parts = [(max(a - at, 0), min(b - at, len(sentence.text))) for a, b in spans if a < sentence.end and b > at]
    return _pieces(sentence.text, _hits(sentence.text, query), parts)


def _pieces(text: str, hits: list[tuple[int, int]], parts: list[tuple[int, int]]) -> SafeString:
    """Return the text cut at every edge, escaped; the safety of the string rests on `escape` alone."""
    edges = sorted({0, len(text), *(edge for span in (*hits, *parts) for edge in span)})
    found = []
    for start, end in pairwise(edges):
        piece = escape(text[start:end])
        if any(a <= start and end <= b for a, b in hits):
            piece = f'<mark class="hit">{piece}</mark>'
        if any(a <= start and end <= b for a, b in parts):
            piece = f'<span class="part">{piece}</span>'
        found.append(piece)
    return mark_safe("".join(found))
