"""Each annotator against gold: their first submissions beside the gold layers that are finished."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from annotate.models import Layer, LayerStatus
from annotate.records import layer_dicts
from annotate.reports.agreement.claims import Reading
from annotate.reports.agreement.compare import Cell, compare
from annotate.reports.agreement.material import Material

GOLD = 0  # in place of an annotator


def gold_readings(material: Material) -> dict[UUID, Reading]:
    """Return the finished gold layers by document, of the version that is chosen. About 10 queries."""
    if material.chosen is None:
        return {}
    rows = (
        Layer.objects.visible_to(material.user)
        .gold()
        .filter(
            project=material.project,
            status=LayerStatus.SUBMITTED,
            codebook_version=material.chosen.id,
            document__in=list(material.articles),
        )
    )
    layers = list(rows.order_by("document"))
    bodies = layer_dicts(layers, registries=material.registries) if layers else []
    material.namer.learn(material.registries)
    return {
        layer.document_id: material.chosen.compactor.reading(
            body["claims"],
            body["attributes"],
            annotator=GOLD,
            document=layer.document_id,
            round=None,
            layer=layer.pk,
            version=layer.codebook_version_id,
            number=0,
        )
        for layer, body in zip(layers, bodies, strict=True)
    }


def compare_with_gold(material: Material) -> dict[int, list[Cell]]:
    """Return each annotator's readings beside gold, by annotator."""
    gold = gold_readings(material)
    found: dict[int, list[Cell]] = defaultdict(list)
    asked = material.asked
    for one in material.chosen.singles if material.chosen is not None and gold else ():
        other, name = gold.get(one.document), material.people[one.annotator]
        if other is None or (asked.pair and name not in asked.pair) or (asked.person and name != asked.person):
            continue
        at = material.articles[one.document].at
        cell = Cell(at=at, document=one.document, round=one.round, readings=[one, other])
        cell.compared = [compare(one, other)]
        found[one.annotator].append(cell)
    return found
