"""What the page needs after a claim was saved: the paragraphs it touches, its list item, the counters.

Only the claims around it are read, so that the answer stays quick in a layer with thousands of claims.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Max, Min, Q
from django.template import loader

from annotate.actions.claims import SavedClaim
from annotate.models import Claim, Layer, SpanRole
from annotate.payloads.codebooks import load_codebook
from annotate.records import claim_dicts
from annotate.web.article import Article, draw, slot_of
from annotate.web.item import item_of
from corpus.models import Document


def answer_body(saved: SavedClaim, *, is_deleted: bool) -> dict[str, Any]:
    """Return the answer to the scripts: HTML by block id, the item, the claim as it is stored, the count."""
    document = Document.objects.filter(pk=saved.layer.document_id)
    text = saved.text or document.values_list("text", flat=True).get()
    article = Article.of(text, document.values_list("title", flat=True).get())
    codebook = load_codebook(saved.layer.codebook_version_id)
    blocks = article.blocks_of([saved.claim] + ([saved.previous] if saved.previous else []))
    near = _claims_within(saved.layer, blocks[0].start, blocks[-1].end)
    drawn, slots = draw(near), {claim["id"]: slot_of(claim, codebook) for claim in near}
    return {
        "claim": None if is_deleted else saved.claim,
        "blocks": {f"b{block.index}": article.block_html(block, drawn, slots) for block in blocks},
        "item": None if is_deleted else _item_html(saved.claim, near, article, codebook),
        "n_claims": saved.layer.n_claims,
    }


def _claims_within(layer: Layer, start: int, end: int) -> list[dict[str, Any]]:
    """Return the claims that reach into a stretch of the text with a part or with the gap between two."""
    content = Q(spans__role=SpanRole.CONTENT)
    reach = Claim.objects.filter(layer=layer).annotate(
        first=Min("spans__start", filter=content), last=Max("spans__end", filter=content)
    )
    ids = reach.filter(first__lt=end, last__gt=start).values_list("pk", flat=True)
    return list(claim_dicts(Claim.objects.filter(pk__in=list(ids))))


def _item_html(claim: dict[str, Any], near: list[dict[str, Any]], article: Article, codebook: Any) -> str:
    item = item_of(claim, near, article, codebook)
    return loader.get_template("annotate/reader.html#claim-item").render({"item": item})
