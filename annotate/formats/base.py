"""What a dataset format must say, and the one read that all formats share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from annotate.models import Claim, Layer, Project
from annotate.permissions import AnyUser
from annotate.records import Registries, claim_dicts, layer_dicts
from corpus.models import Document

LAYERS = ("gold", "annotators", "all")
DOCUMENT_COLUMNS = ("id", "external_id", "title", "source__name", "url", "published_on", "language", "sha256", "text")
DOCUMENTS_AT_ONCE = 200


class BrokenSpan(Exception):
    """A stored quote differs from the text: the export must end rather than write it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is exported: a project's layers as `user` may see them."""

    project: Project
    user: AnyUser
    layers: str = "gold"

    def layer_rows(self) -> QuerySet[Layer]:
        rows = Layer.objects.visible_to(self.user).filter(project=self.project)
        if self.layers == "gold":
            return rows.gold()
        return rows.of_annotators() if self.layers == "annotators" else rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One dataset format. `write` yields the bytes of the file, in pieces."""

    key: str
    name: str
    extension: str
    content_type: str
    description: str
    write: Callable[[Selection], Iterator[bytes]]


def documents(selection: Selection) -> Iterator[list[dict[str, Any]]]:
    """Yield the corpus's documents in pieces, ordered by number."""
    rows = Document.objects.filter(corpus=selection.project.corpus_id).order_by("number")
    found = rows.values_list(*DOCUMENT_COLUMNS).iterator(chunk_size=DOCUMENTS_AT_ONCE)
    for part in batched(found, DOCUMENTS_AT_ONCE, strict=False):
        yield [_document(row) for row in part]


def _document(row: tuple[Any, ...]) -> dict[str, Any]:
    id, external_id, title, source, url, published_on, language, sha256, text = row
    return {
        "id": str(id),
        "external_id": external_id,
        "title": title,
        "source": source or "",
        "url": url,
        "published_on": published_on.isoformat() if published_on else None,
        "language": language,
        "sha256": sha256,
        "text": text,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFacts:
    """What a claim's line says of its layer."""

    kind: str
    annotator: str | None
    codebook: dict[str, Any]


def claim_lines(selection: Selection) -> Iterator[dict[str, Any]]:
    """Yield every claim with its document, project, annotator and codebook; each quote is checked again.

    Ordered by document number, layer id and claim id.
    """
    registries = Registries()
    facts = _LayerFacts(selection, registries)
    for part in documents(selection):
        by_id = {document["id"]: document for document in part}
        ids = [UUID(id) for id in by_id]
        rows = Claim.objects.filter(layer__in=selection.layer_rows().filter(document__in=ids).values("pk"))
        ordered = rows.order_by("layer__document__number", "layer_id", "id")
        for claim in claim_dicts(ordered, registries=registries, ordered=True):
            document = by_id[claim["document"]]
            check_quotes(claim, document["text"])
            yield claim | facts.of(claim["layer"]) | {"document": without_text(document)}


class _LayerFacts:
    """Facts of layers, read once for all layers of the selection that have claims; small beside the claims."""

    def __init__(self, selection: Selection, registries: Registries) -> None:
        self.project = selection.project.slug
        self.registries = registries
        rows = selection.layer_rows().filter(n_claims__gt=0)
        self.rows = {
            str(id): (kind, annotator, version)
            for id, kind, annotator, version in rows.values_list(
                "id", "kind", "annotator__username", "codebook_version_id"
            )
        }

    def of(self, layer: str) -> dict[str, Any]:
        kind, annotator, version = self.rows[layer]
        return {
            "project": self.project,
            "annotator": annotator,
            "layer_kind": kind,
            "codebook": codebook_ref(self.registries, version),
        }


def codebook_ref(registries: Registries, version_id: UUID) -> dict[str, Any]:
    view = registries.names(version_id).view
    return {"name": view.name, "version": view.version.number}


def without_text(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "text"}


def check_quotes(claim: dict[str, Any], text: str) -> None:
    """Raise BrokenSpan unless every span of the claim quotes the text exactly."""
    spans = claim["spans"] + claim["cue"]
    for speaker in claim["speakers"]:
        spans = spans + speaker["mention"]
    for span in spans:
        if text[span["start"] : span["end"]] != span["quote"]:
            raise BrokenSpan(
                f"Claim {claim['id']}: the span {span['start']}–{span['end']} quotes {span['quote'][:80]!r}, but the "
                f"text reads {text[span['start'] : span['end']][:80]!r}. The export ends here; restore a backup."
            )


def document_lines(selection: Selection) -> Iterator[dict[str, Any]]:
    """Yield every document with its text and its layers, empty ones included."""
    registries = Registries()
    for part in documents(selection):
        ids = [UUID(document["id"]) for document in part]
        extra = dict(Document.objects.filter(pk__in=ids).values_list("pk", "metadata"))
        rows = selection.layer_rows().filter(document__in=ids).select_related("annotator")
        layers: dict[str, list[dict[str, Any]]] = {}
        found = list(rows.order_by("document__number", "id"))
        for row, layer in zip(found, layer_dicts(found, registries=registries), strict=True):
            whose = {"annotator": row.annotator.get_username() if row.annotator else None}
            book = {"codebook": codebook_ref(registries, row.codebook_version_id)}
            layers.setdefault(str(row.document_id), []).append(layer | whose | book)
        for document in part:
            own = layers.get(document["id"], [])
            for layer in own:
                for claim in layer["claims"]:
                    check_quotes(claim, document["text"])
            metadata = extra[UUID(document["id"])]
            yield document | {"project": selection.project.slug, "metadata": metadata, "layers": own}
