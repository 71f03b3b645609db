"""What is stored compared with what a line says: the same is passed over, a difference is listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import orjson
from django.db.models import F

from annotate.actions.restoring.places import Place
from annotate.formats.reading import named_layers
from annotate.models import Layer, Project
from annotate.models.layers import WRITABLE
from annotate.records import Registries
from corpus.database.bulk import Among
from corpus.models import Change, Document

SHOWN = 80
RESTORE = "project.restore"
DOCUMENT_FIELDS = ("title", "url", "language", "external_id", "metadata", "sha256")


def stored_documents(ids: list[str]) -> dict[str, dict[str, Any]]:
    """Return the metadata of stored documents by id, and their corpus. One query."""
    rows = Document.objects.filter(Among(F("pk"), [id.replace("-", "") for id in ids])).select_related("source")
    return {
        str(row.pk): {name: getattr(row, name) for name in DOCUMENT_FIELDS}
        | {
            "corpus": row.corpus_id,
            "source": row.source.name if row.source else "",
            "published_on": row.published_on.isoformat() if row.published_on else None,
        }
        for row in rows.defer("text")
    }


def stored_layers(place: Place, ids: list[str], registries: Registries) -> dict[str, dict[str, Any]]:
    """Return stored layers as the export writes them, by id, with the project and the place that they belong to."""
    rows = list(Layer.objects.filter(Among(F("pk"), [id.replace("-", "") for id in ids])).order_by("id"))
    found = zip(rows, named_layers(rows, place.project.pk, registries), strict=True)
    return {
        layer["id"]: layer | {"project": row.project_id, "place": (row.document_id, row.round_id, row.annotator_id)}
        for row, layer in found
    }


def versions_of_layers(project: Project, ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return the number of the codebook version that each stored layer follows."""
    rows = Layer.objects.filter(Among(F("pk"), [id.hex for id in ids]), project=project)
    return dict(rows.values_list("pk", "codebook_version__number"))


def layers_that_take_claims(ids: Iterable[UUID]) -> set[UUID]:
    """Lock layers; return those that are being written in, or are still as the restore that made them left them."""
    wanted = [id.hex for id in set(ids)]
    rows = Layer.objects.filter(Among(F("pk"), wanted)).order_by("pk").select_for_update(no_key=True)
    states = {str(id): (status, version) for id, status, version in rows.values_list("pk", "status", "version")}
    made = Change.objects.filter(object_type="layer", object_id__in=list(states), action=RESTORE)
    left = {id: (after["status"], after["version"]) for id, after in made.values_list("object_id", "after") if after}
    return {UUID(id) for id, state in states.items() if state[0] in WRITABLE or left.get(id) == state}


def differences(stored: dict[str, Any], line: dict[str, Any], *, but: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield in words what differs, member by member."""
    for key in sorted((stored.keys() & line.keys()) - set(but)):
        if stored[key] != line[key]:
            yield f"“{key}” is {_shown(stored[key])} here and {_shown(line[key])} in the file; it was left as it is."
    for key in sorted((line.keys() - stored.keys()) - set(but)):
        yield f"“{key}” is missing here and {_shown(line[key])} in the file; it was left as it is."
    for key in sorted((stored.keys() - line.keys()) - set(but)):
        yield f"“{key}” is {_shown(stored[key])} here and missing in the file; it was left as it is."


def _shown(value: object) -> str:
    text = orjson.dumps(value, default=str).decode()
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
