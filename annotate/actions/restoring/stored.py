"""What is stored compared with what a line says: the same is passed over, a difference is listed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from django.db.models import F

from annotate.actions.restoring.places import Place
from annotate.formats.reading import whole_layers
from annotate.models import Layer
from annotate.records import Registries
from corpus.database.bulk import Among
from corpus.models import Document

SHOWN = 80
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
    """Return stored layers as the export writes them, by id, with the project that they belong to."""
    rows = list(Layer.objects.filter(Among(F("pk"), [id.replace("-", "") for id in ids])).order_by("id"))
    projects = {str(row.pk): row.project_id for row in rows}
    found = whole_layers(rows, place.project.pk, registries)
    return {layer["id"]: layer | {"project": projects[layer["id"]]} for layer in found}


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
