"""Which claims are meant: by words of their sentence, by their document, and by what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from uuid import UUID

from django.db.models import QuerySet

from annotate.models import Claim
from annotate.search.contexts import contexts
from annotate.search.documents import TEXTS, DocumentFilter
from annotate.search.few import narrowed
from annotate.search.labels import LABELS, NEW, Labels
from annotate.search.values import Within, refuse
from annotate.search.walk import Among
from corpus.models import Document
from corpus.search import is_rare, matching_path
from corpus.text.query import Query

# So many claims are looked at for a page, where no index finds the meant ones: first a few.
SIZES = (500, 4500)
NAMES = (*TEXTS, *LABELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFilter:
    """What claims are looked for. `texts` is about documents, but its words must stand in the claim's sentence."""

    texts: DocumentFilter = field(default_factory=DocumentFilter)
    labels: Labels = field(default_factory=Labels)

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Self:
        """Read the filter. Raises Invalid."""
        labels = Labels.parse(raw)
        if labels.status == NEW:
            raise refuse("status", "“new” is of documents; a claim’s layer is open, submitted, returned or withdrawn.")
        return cls(texts=DocumentFilter.parse({key: raw[key] for key in TEXTS if key in raw}), labels=labels)

    @property
    def is_empty(self) -> bool:
        return self == type(self)()

    @property
    def query(self) -> Query | None:
        return self.texts.query

    def as_dict(self) -> dict[str, str]:
        return self.texts.as_dict() | self.labels.as_dict()

    def rows(self, within: Within) -> QuerySet[Claim]:
        """Return the claims that the user may see and that are meant, ordered by id; words are looked at by `sieve`.

        Here the words only choose documents that hold all of them.
        """
        return self.found(within)[0]

    def found(self, within: Within) -> tuple[QuerySet[Claim], Among[Claim] | None]:
        """Return the same as `rows`, and among which a page has to look for them, where no index finds them."""
        rows, is_few = self.labels.claim_rows(within)
        of_texts = replace(self.texts, q="")
        if not of_texts.is_empty:
            documents = of_texts.apply(Document.objects.visible_to(within.user).filter(corpus=within.project.corpus_id))
            of_documents = narrowed("layer__document", documents, "pk")
            rows, is_few = rows.filter(of_documents.condition), is_few or of_documents.is_few
        query = self.query
        if query is not None:
            words = Query(terms=query.wanted)
            rows = rows.filter(matching_path("layer__document", words))
            is_few = is_few or is_rare(words)
        if is_few or (self.labels.is_empty and of_texts.is_empty):
            return rows.order_by("pk"), None
        every, _ = Labels().claim_rows(within)
        return rows.order_by("pk"), Among(rows=every.order_by("pk").only("pk"), sizes=SIZES)

    def sieve(self, claims: list[Claim]) -> set[UUID]:
        """Return those of some claims in whose sentences the words stand. Two queries."""
        query = self.query
        ids = [claim.pk for claim in claims]
        if query is None:
            return set(ids)
        return {id for id, context in contexts(ids).items() if query.fits(context.text)}
