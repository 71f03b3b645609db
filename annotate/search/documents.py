"""Which documents are meant: by words, source, language and date, and by what was annotated in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self

from django.db.models import Q

from annotate.search import values
from annotate.search.few import Narrow, narrowed
from annotate.search.labels import LABELS, NEW, Labels, not_begun
from annotate.search.values import Within, refuse
from annotate.search.walk import Among
from corpus.models import Document
from corpus.models.documents import DocumentQuerySet
from corpus.search import is_rare, matching
from corpus.text.query import Query

# So many documents are looked at for a page, where what is asked of their layers or claims has no index: first a few.
FIRST, BY_LAYERS, BY_CLAIMS = 1000, 20_000, 5000
TEXTS = ("q", "source", "language", "from", "to")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFilter:
    """What documents are looked for; an empty value filters nothing. `first` and `last` are days, both included."""

    q: str = ""
    source: str = ""
    language: str = ""
    first: date | None = None
    last: date | None = None
    has_claims: bool | None = None
    labels: Labels = field(default_factory=Labels)

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Self:
        """Read the filter from texts, as a query string or JSON brings them. Raises Invalid."""
        return cls(
            q=values.words_of(raw),
            source=values.text_of(raw, "source"),
            language=values.text_of(raw, "language"),
            first=values.day_of(raw, "from"),
            last=values.day_of(raw, "to"),
            has_claims=values.flag_of(raw, "has_claims"),
            labels=Labels.parse(raw),
        )

    @property
    def is_empty(self) -> bool:
        return self == type(self)()

    @property
    def query(self) -> Query | None:
        return values.query_of(self.q)

    @property
    def condition(self) -> Q:
        """Return the condition by source, language and date."""
        return self._of_texts()

    @property
    def of_texts(self) -> Self:
        """Return the part that says nothing of annotations, as a round's selection takes it."""
        return replace(self, has_claims=None, labels=Labels())

    def as_dict(self) -> dict[str, str]:
        """Return what `parse` reads, without what is empty."""
        found = {"q": self.q, "source": self.source, "language": self.language}
        days = {"from": self.first, "to": self.last}
        given = {key: value for key, value in found.items() if value}
        given |= {key: day.isoformat() for key, day in days.items() if day is not None}
        if self.has_claims is not None:
            given["has_claims"] = str(self.has_claims).lower()
        return given | self.labels.as_dict()

    def apply(self, rows: DocumentQuerySet, within: Within | None = None) -> DocumentQuerySet:
        """Return the documents of `rows` that are meant; the caller has started from what may be seen.

        Filters over annotations need `within`; without it they raise Invalid. Those of a few rows are read at once.
        """
        return self.found(rows, within)[0]

    def found(
        self, rows: DocumentQuerySet, within: Within | None = None
    ) -> tuple[DocumentQuerySet, Among[Document] | None]:
        """Return the same rows as `apply`, and among which a page has to look for them, where no index finds them."""
        # Numbers start at 1: by this SQLite walks in their order, whatever it believes of the corpus's index.
        rows = rows.filter(self._of_texts(), number__gt=0)
        query = self.query
        if self == self.of_texts:
            return (matching(rows, query) if query else rows), None
        if within is None:
            raise refuse(next(iter(self.labels.as_dict()), "has_claims"), "Annotations cannot be filtered here.")
        conditions, n_rows = self._of_annotations(within)
        among = Among(rows=rows.select_related(None).only("number"), sizes=(FIRST, n_rows - FIRST))
        for condition, _ in conditions:
            rows = rows.filter(condition)
        is_few = any(is_few for _, is_few in conditions) or (query is not None and is_rare(query))
        return (matching(rows, query) if query else rows), None if is_few else among

    def _of_texts(self) -> Q:
        found = Q(language=self.language) if self.language else Q()
        if self.source:
            id = values.uuid_or_none(self.source)
            found &= Q(source__name=self.source) if id is None else Q(source=id)
        if self.first is not None:
            found &= Q(published_on__gte=self.first)
        return found & Q(published_on__lte=self.last) if self.last is not None else found

    def _of_annotations(self, within: Within) -> tuple[list[Narrow], int]:
        """Return the conditions that a layer that may be seen, or a claim in it, is as the labels say.

        Besides, how many documents can be looked at for them.
        """
        if self.labels.status == NEW:
            return [Narrow(not_begun(within), False)], BY_LAYERS
        if self.labels.asks_of_claims:
            claims, is_few = self.labels.claim_rows(within)
            return [narrowed("pk", claims, "layer__document", is_few=is_few)], BY_CLAIMS
        layers, single = self.labels.layer_rows(within), self.labels.layer_rows(within, is_single=True)
        size = self.labels.size(within)
        found = []
        if self.has_claims is not None:
            filled, one = layers.filter(n_claims__gt=0), single.filter(n_claims__gt=0)
            with_claims = narrowed("pk", filled, "document", size=size, single=one)
            found.append(with_claims if self.has_claims else Narrow(~with_claims.condition, False))
        if not self.labels.is_empty:
            found.append(narrowed("pk", layers, "document", size=size, single=single))
        return found, BY_LAYERS


NAMES = (*TEXTS, "has_claims", *LABELS)
