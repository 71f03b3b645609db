"""Which part of a dataset an export holds: the filters of the searches, over documents, layers and claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from uuid import UUID

from django.db.models import Q

from annotate.formats import Filters, Format, Selection, place_of
from annotate.search.documents import DocumentFilter
from annotate.search.known import check_known
from annotate.search.labels import ANYBODY, LABELS, NEW
from annotate.search.values import Within, refuse

OF_DOCUMENTS = ("source", "from", "to", "language")
NAMES = (*OF_DOCUMENTS, *(name for name in LABELS if name != "layers"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFilter:
    """What of a project is exported; all that is asked holds at once, and an empty value filters nothing."""

    asked: DocumentFilter = field(default_factory=DocumentFilter)

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Self:
        """Read the filter; names that are not of it are left alone. Raises Invalid."""
        asked = DocumentFilter.parse({name: raw[name] for name in NAMES if name in raw})
        if asked.labels.status == NEW:
            raise refuse("status", "'new' means that there is no layer, so there would be nothing to export.")
        return cls(asked=asked)

    def as_dict(self) -> dict[str, str]:
        """Return what `parse` reads, without what is empty."""
        return self.asked.as_dict()

    def check(self, within: Within) -> None:
        """Raise Invalid, with what there is, where a value names nothing: an empty dataset would not say so."""
        check_known(self.asked, within)

    def filters(self, within: Within) -> Filters:
        """Return the conditions for the database. Queries: those that find entries with what was merged into them."""
        labels = self.asked.labels
        # A status is that of anybody's layer: there is no “mine” in a dataset.
        labels = replace(labels, annotator=labels.annotator or (ANYBODY if labels.status else ""))
        layers = Q(pk__in=labels.size(within).order_by().values("pk")) if labels.asks_of_layers else None
        claims = labels.claim_condition(within) if labels.asks_of_claims else None
        of_texts = self.asked.of_texts
        return Filters(documents=None if of_texts.is_empty else of_texts.condition, layers=layers, claims=claims)


def narrowed(selection: Selection, format: Format, raw: Mapping[str, Any], after: UUID | None) -> Selection:
    """Return what of a selection fits the filters, behind the line `after`. Raises Invalid, or UnknownPlace."""
    asked, within = ExportFilter.parse(raw), Within(user=selection.user, project=selection.project)
    asked.check(within)
    selection = replace(selection, filters=asked.filters(within))
    return selection if after is None else replace(selection, after=place_of(selection, format.lines, after))
