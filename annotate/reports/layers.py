"""Layers as a list: whose, on which document, how far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet, Sum

from annotate.models import ActiveTime, Layer, LayerStatus, Project
from annotate.models.layers import WRITABLE
from annotate.payloads.people import people_of, shown_names
from annotate.reports.gaps import count_gaps

UNFINISHED = "unfinished"  # open or returned
STATUSES = (*LayerStatus.values, UNFINISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFilter:
    """Which layers are asked for; None and "" filter nothing."""

    round: UUID | None = None
    annotator: str = ""
    status: str = ""
    document: UUID | None = None

    def apply(self, user: User, project: Project) -> QuerySet[Layer]:
        """Return layers of annotators that `user` may see; withdrawn ones only where they are asked for."""
        rows = Layer.objects.visible_to(user).of_annotators().filter(project=project)
        for path, value in (("round", self.round), ("document", self.document)):
            rows = rows.filter(**{path: value}) if value is not None else rows
        if self.annotator:
            rows = rows.filter(annotator__in=people_of(project.pk, self.annotator))
        if self.status == UNFINISHED:
            return rows.filter(status__in=WRITABLE)
        return rows.filter(status=self.status) if self.status else rows.exclude(status=LayerStatus.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRow:
    """A layer with what is said of it; `n_gaps` is None where nothing is asked for any more."""

    layer: Layer
    annotator: str
    is_own: bool
    seconds: int
    n_gaps: int | None


def layer_rows(user: User, project: Project, layers: Sequence[Layer]) -> Iterator[LayerRow]:
    """Yield rows in the given order. 3 queries, and two or three for each version of the codebook with open layers."""
    names = shown_names(project.pk, {layer.annotator_id for layer in layers})
    seconds = seconds_of(layers)
    unfinished = [layer for layer in layers if layer.status in WRITABLE]
    gaps = count_gaps(Layer.objects.filter(pk__in=[layer.pk for layer in unfinished]), "pk") if unfinished else {}
    for layer in layers:
        yield LayerRow(
            layer=layer,
            annotator=names.get(layer.annotator_id or 0, "gold"),
            is_own=layer.annotator_id == user.pk,
            seconds=seconds.get(layer.pk, 0),
            n_gaps=gaps.get(layer.pk, 0) if layer.status in WRITABLE else None,
        )


def seconds_of(layers: Iterable[Layer]) -> dict[Any, int]:
    rows = ActiveTime.objects.filter(layer__in=[layer.pk for layer in layers]).order_by()
    return dict(rows.values_list("layer").annotate(n=Sum("seconds")))
