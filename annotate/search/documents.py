"""Which documents are meant: by words, source, language and date, and by what was annotated in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self

from django.db.models import Q

from annotate.models import Layer
from annotate.search import values
from annotate.search.few import narrowed
from annotate.search.labels import LABELS, NEW, Labels, not_begun
from annotate.search.values import Within, refuse
from corpus.models.documents import DocumentQuerySet
from corpus.search import matching
from corpus.text.query import Query

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
        rows = rows.filter(self._of_texts())
        if self != self.of_texts:
            if within is None:
                raise refuse(next(iter(self.labels.as_dict()), "has_claims"), "Annotations cannot be filtered here.")
            rows = rows.filter(self._of_annotations(within))
        query = self.query
        return matching(rows, query) if query else rows

    def _of_texts(self) -> Q:
        found = Q(language=self.language) if self.language else Q()
        if self.source:
            id = values.uuid_or_none(self.source)
            found &= Q(source__name=self.source) if id is None else Q(source=id)
        if self.first is not None:
            found &= Q(published_on__gte=self.first)
        return found & Q(published_on__lte=self.last) if self.last is not None else found

    def _of_annotations(self, within: Within) -> Q:
        """Return the condition that a layer that may be seen, or a claim in it, is as the labels say."""
        every = Layer.objects.filter(project=within.project)
        if self.labels.status == NEW:
            return not_begun(within)
        if self.labels.asks_of_claims:
            claims = self.labels.claim_rows(within)
            return narrowed("pk", claims, "layer__document")
        layers, single = self.labels.layer_rows(within), self.labels.layer_rows(within, is_single=True)
        found = Q()
        if self.has_claims is not None:
            filled, one = layers.filter(n_claims__gt=0), single.filter(n_claims__gt=0)
            with_claims = narrowed("pk", filled, "document", size=every, single=one)
            found = with_claims if self.has_claims else ~with_claims
        return found if self.labels.is_empty else found & narrowed("pk", layers, "document", size=every, single=single)


NAMES = (*TEXTS, "has_claims", *LABELS)
