"""Layers one by one with their documents, and where each goes in a folder of files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from annotate.formats.base import Losses, Selection
from annotate.formats.marks import FOLLOWS, LAYERS, REGISTRIES, TIMES, WITHDRAWN, in_order
from annotate.formats.reading import document_lines
from annotate.models import LayerStatus
from corpus.models import Speaker

GOLD = "gold"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerOut:
    """One layer: `folder` is round and annotator, or gold; claims are in the order of their words."""

    folder: str
    annotator: str | None
    document: dict[str, Any]
    claims: list[Any]

    @property
    def round(self) -> str:
        """Return the folder of the round, empty for gold."""
        return "" if self.annotator is None else self.folder.partition("/")[0]


def layers_out(selection: Selection, losses: Losses) -> Iterator[LayerOut]:
    """Yield every layer of the selection, a document at a time, and note what no format of marks carries."""
    numbers = dict(selection.project.rounds.values_list("pk", "number"))
    for document in document_lines(selection):
        seen: Counter[str] = Counter()
        # By name, not by id: what is imported elsewhere and leaves again stands in the same order.
        named = [(_folder(layer, numbers), layer) for layer in standing(document.pop("layers"), losses)]
        for folder, layer in sorted(named, key=lambda pair: (pair[0], pair[1]["id"])):
            seen[folder] += 1
            name = folder if seen[folder] == 1 else f"{folder}~{seen[folder]}"
            _name_entities(layer["claims"])
            claims = in_order(layer["claims"])
            note_shared(layer, claims, losses)
            for claim in claims:
                if claim.get("follows"):
                    losses.note(FOLLOWS, claim["id"])
            yield LayerOut(folder=name, annotator=layer["annotator"], document=document, claims=claims)


def standing(layers: list[dict[str, Any]], losses: Losses) -> list[dict[str, Any]]:
    """Return the layers that were not withdrawn, and count the claims of the others."""
    for layer in layers:
        if layer["status"] == LayerStatus.WITHDRAWN:
            for claim in layer["claims"]:
                losses.note(WITHDRAWN, claim["id"])
    return [layer for layer in layers if layer["status"] != LayerStatus.WITHDRAWN]


def note_shared(layer: dict[str, Any], claims: list[Any], losses: Losses) -> None:
    """Count what no format of marks carries of a layer."""
    for claim in claims:
        losses.note(TIMES, claim["id"])
        note_registries(claim, losses)
    # There may be no claim to name: the layer stands for it.
    if layer["attributes"] or layer["no_claim"] or layer["nothing_to_code"] or layer["submitted_at"]:
        losses.note(LAYERS, layer["id"])


def note_registries(claim: dict[str, Any], losses: Losses) -> None:
    """Count a claim that names entries of which only the names are written."""
    if claim["speakers"] or claim["reported_by"] or claim["proposition"] or claim["stances"]:
        losses.note(REGISTRIES, claim["id"])


def _name_entities(claims: list[dict[str, Any]]) -> None:
    """Give answers that are entries their names too, by which they are found elsewhere. At most one query."""
    groups = [group for claim in claims for group in (claim, *claim["stances"])]
    answers = [one for group in groups for one in group.get("attributes", {}).values() if isinstance(one, dict)]
    if answers:
        rows = Speaker.objects.filter(pk__in={UUID(one["id"]) for one in answers}).values_list("pk", "name")
        names = {str(id): name for id, name in rows}
        for one in answers:
            one["name"] = names.get(one["id"], "")


def _folder(layer: dict[str, Any], numbers: dict[UUID, int]) -> str:
    if layer["round"] is None:
        return GOLD
    return f"round-{numbers[UUID(layer['round'])]}/{safe_name(layer['annotator'])}"


def safe_name(name: str) -> str:
    """Return a name that is one folder's: user names may begin with dots, and two dots are a way out."""
    bare = name.lstrip(".")
    return "_" * (len(name) - len(bare)) + bare.replace("/", "_").replace("\\", "_")
