"""What stands in a round document by document, for those who may see everybody's work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import F, QuerySet

from annotate.actions.listing import is_listed
from annotate.models import Layer, LayerStatus, Round, RoundDocument
from annotate.models.layers import WRITABLE
from corpus.models import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """A document of a round with its readings; places are None where everybody has one.

    `is_hidden`: the user's own reading of it is unfinished in a blind round, so nothing of others is told.
    """

    document: Document
    position: int
    n_places: int | None
    n_taken: int | None
    layers: list[Layer]
    is_hidden: bool

    @property
    def n_free(self) -> int | None:
        return None if self.n_places is None or self.n_taken is None else self.n_places - self.n_taken


def rows_of(round: Round) -> QuerySet[RoundDocument] | QuerySet[Document]:
    """Return the rows of a round in their order: listed documents, or those of the corpus."""
    if is_listed(round):
        rows = RoundDocument.objects.filter(round=round).select_related("document__source").order_by("position")
        return rows.defer("document__text", "document__metadata")
    return Document.objects.filter(corpus=round.project.corpus_id).light().defer("text", "metadata").order_by("number")


def round_rows(user: User, round: Round, found: Sequence[RoundDocument | Document]) -> list[RoundRow]:
    """Return rows with the layers on them that `user` may see. Two queries."""
    documents = [row if isinstance(row, Document) else row.document for row in found]
    layers = _layers(user, round, documents)
    hidden = _hidden_from(user, round, documents)
    return [
        RoundRow(
            document=document,
            position=row.number if isinstance(row, Document) else row.position,
            n_places=None if isinstance(row, Document) or round.overlap is None else row.n_places,
            n_taken=None if isinstance(row, Document) or document.pk in hidden else row.n_taken,
            layers=layers[document.pk],
            is_hidden=document.pk in hidden,
        )
        for row, document in zip(found, documents, strict=True)
    ]


def _layers(user: User, round: Round, documents: list[Document]) -> dict[UUID, list[Layer]]:
    by_document = defaultdict(list)
    for layer in layers_of(user, round).filter(document__in=documents):
        by_document[layer.document_id].append(layer)
    return by_document


def layers_of(user: User, round: Round) -> QuerySet[Layer]:
    """Return the layers of a round that `user` may see, by person."""
    rows = Layer.objects.visible_to(user).of_annotators().filter(round=round).select_related("annotator")
    return rows.order_by("annotator__username", "pk")


def running_leases(user: User, round: Round) -> QuerySet[Layer]:
    """Return the open layers that hold a place, those whose time ends first before the others."""
    rows = layers_of(user, round).filter(has_place=True, status=LayerStatus.OPEN).select_related("document")
    rows = rows.defer("document__text", "document__metadata")
    return rows.order_by(F("lease_expires_at").asc(nulls_last=True), "pk")


def _hidden_from(user: User, round: Round, documents: list[Document]) -> set[UUID]:
    own = Layer.objects.filter(project=round.project_id, annotator=user.pk, status__in=WRITABLE)
    own = own.of_annotators().filter(round__is_blind=True, document__in=documents)
    return set(own.values_list("document", flat=True))
