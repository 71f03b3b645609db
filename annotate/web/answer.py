"""What the page needs after a claim was saved: the paragraphs it touches, its list item, the counters.

Of the claims around it only what drawing needs is read, so that the answer stays quick in a layer with thousands.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef
from django.template import loader

from annotate.actions.claims import SavedClaim
from annotate.models import Claim, Layer, Span, SpanRole, Stance
from annotate.payloads.codebooks import CodebookView, load_codebook
from annotate.records import CodebookNames, Registries
from annotate.reports.talk import remarks_on_claims
from annotate.web.answered import answers_of, names_of_answers
from annotate.web.article import Article, draw, slot_of
from annotate.web.item import item_of
from corpus.database.bulk import Among, Key, uuid_text
from corpus.database.statements import Select
from corpus.models import Document
from corpus.text.blocks import Block


def _near(layer: UUID, start: int, end: int) -> Any:
    """Return the parts of the claims that reach into a stretch with a part or with the gap between two."""
    parts = Span.objects.filter(role=SpanRole.CONTENT)
    own = parts.filter(claim=OuterRef("pk")).order_by()
    reach = Claim.objects.order_by().filter(Exists(own.filter(start__lt=end)), Exists(own.filter(end__gt=start)))
    rows = parts.filter(claim__in=reach.filter(layer=layer).values("pk")).order_by("claim_id", "position")
    return rows.values_list(Key("claim_id"), "claim__no_stance", "start", "end")


def _values(keys: Any) -> Any:
    rows = Stance.objects.filter(Among(F("claim_id"), keys), value__isnull=False).order_by("claim_id", "position")
    return rows.values_list(Key("claim_id"), "target_id", "target__merged_into_id", "value_id")


NEAR, VALUES = Select(_near), Select(_values)


def answer_body(saved: SavedClaim, *, is_deleted: bool) -> dict[str, Any]:
    """Return the answer to the scripts: HTML by block id, the item, the claim as it is stored, the count."""
    article = _article(saved.layer.document)
    codebook = load_codebook(saved.layer.codebook_version_id)
    blocks = _blocks_of(article, [saved.claim] + ([saved.previous] if saved.previous else []))
    near = _claims_within(saved.layer, blocks[0].start, blocks[-1].end, codebook)
    drawn, slots = draw(near), {claim["id"]: slot_of(claim, codebook) for claim in near}
    return {
        "claim": None if is_deleted else saved.claim,
        "names": {} if is_deleted else names_of_answers(answers_of(saved.claim)),
        "blocks": {f"b{block.index}": article.block_html(block, drawn, slots) for block in blocks},
        "item": None if is_deleted else _item_html(saved.claim, near, replace(article, blocks=blocks), codebook),
        "n_claims": saved.layer.n_claims,
    }


def _article(document: Document) -> Article:
    return _article_of(document.text, document.title, document.language)


@lru_cache(maxsize=48)
def _article_of(text: str, title: str, language: str) -> Article:
    """Return the article, kept in memory because texts never change and a claim follows the other."""
    return Article.of(text, title, language)


def _blocks_of(article: Article, claims: list[dict[str, Any]]) -> list[Block]:
    """Return the blocks that any of these claims reaches into, found by halving: a long text has thousands."""
    touched: set[int] = set()
    for claim in claims:
        first = bisect_right(article.blocks, claim["spans"][0]["start"], key=lambda block: block.end)
        after = bisect_left(article.blocks, claim["spans"][-1]["end"], key=lambda block: block.start)
        touched.update(range(first, after))
    return [article.blocks[index] for index in sorted(touched)]


def _claims_within(layer: Layer, start: int, end: int, codebook: CodebookView) -> list[dict[str, Any]]:
    """Return what is drawn of the claims near a stretch of the text. Two queries, and one for merged targets."""
    found: dict[str, dict[str, Any]] = {}
    for key, no_stance, first, last in NEAR.rows(layer=layer.pk, start=start, end=end):
        claim = found.setdefault(key, {"id": uuid_text(key), "spans": [], "no_stance": no_stance, "stances": []})
        claim["spans"].append({"start": first, "end": last})
    stances, registries, names = VALUES.rows(keys=list(found)), Registries(), CodebookNames.of(codebook)
    registries.targets.learn(target for _, target, merged_into, _ in stances if merged_into is not None)
    for key, target, merged_into, value in stances:
        inverted = merged_into is not None and registries.targets.known[target].is_inverted
        found[key]["stances"].append({"value": names.value(value, inverted=inverted)})
    return list(found.values())


def _item_html(claim: dict[str, Any], near: list[dict[str, Any]], article: Article, codebook: CodebookView) -> str:
    item = item_of(claim, near, article, codebook, remarks_on_claims(claim["layer"], claim["id"]))
    return loader.get_template("annotate/reader.html#claim-item").render({"item": item})
