"""The claims that name an entry, in their sentences: of one entry in a list, of a proposition across articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotate.models import Claim, DecisionReading, Layer
from annotate.payloads.codebooks import CodebookView, load_codebook
from annotate.payloads.people import People
from annotate.permissions import AnyUser
from annotate.records import claim_dicts
from annotate.records.naming import claims_of
from annotate.search.contexts import Context, contexts
from corpus.models import Document, Proposition

MAX_MENTIONS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A claim that names an entry: as it is read, where it stands, and whose it is."""

    claim: dict[str, Any]
    context: Context
    layer: Layer
    whose: str
    codebook: CodebookView

    @property
    def is_gold(self) -> bool:
        return self.layer.kind == "gold"

    @property
    def start(self) -> int:
        return min((start for start, _ in self.context.spans), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A document with the claims in it that name a proposition."""

    document: Document
    mentions: list[Mention]


def mentions(rows: QuerySet[Claim]) -> list[Mention]:
    """Return claims as they are read, in the order of the queryset. A bounded number of queries."""
    whole = list(claim_dicts(rows, ordered=True))
    around = contexts(UUID(claim["id"]) for claim in whole)
    layers = Layer.objects.filter(pk__in={claim["layer"] for claim in whole})
    layers = layers.select_related("document__source", "project")
    by_id = {str(layer.pk): layer for layer in layers.defer("document__text", "document__metadata")}
    people = People()
    found = []
    for claim in whole:
        layer = by_id[claim["layer"]]
        whose = people.name(layer.project_id, layer.annotator_id) if layer.annotator_id else "gold"
        codebook = load_codebook(layer.codebook_version_id)
        context = around.get(UUID(claim["id"]), Context(sentences=(), spans=()))
        found.append(Mention(claim=claim, context=context, layer=layer, whose=whose, codebook=codebook))
    return found


def mention_rows(user: AnyUser, proposition: Proposition) -> QuerySet[Claim]:
    """Return the claims that mention a proposition.

    Gold claims stand for the annotators' claims that they settled, and in finished documents for all of them.
    """
    gold = Layer.objects.visible_to(user).gold()
    here = {"document": OuterRef("layer__document"), "project": OuterRef("layer__project")}
    finished = Exists(gold.filter(status="submitted", **here))
    decided = Exists(DecisionReading.objects.filter(claim_key=OuterRef("pk"), gold__in=gold.values("pk")))
    rows = claims_of(user, proposition).exclude(layer__status="withdrawn")
    return rows.filter(Q(layer__kind="gold") | ~finished & ~decided)


def proposition_mentions(user: AnyUser, proposition: Proposition, *, most: int = MAX_MENTIONS) -> list[Article]:
    """Return every mention of a proposition by article, the newest article first."""
    rows = mention_rows(user, proposition)
    ordered = rows.order_by("-layer__document__published_on", "layer__document__number", "pk")
    articles: dict[UUID, Article] = {}
    for mention in mentions(ordered[:most]):
        document = mention.layer.document
        articles.setdefault(document.pk, Article(document=document, mentions=[])).mentions.append(mention)
    for article in articles.values():
        article.mentions.sort(key=lambda found: (found.start, found.whose))
    return list(articles.values())
