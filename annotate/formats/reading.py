"""The one read that all formats share: claims and documents as plain dicts, in parts, each quote checked again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from annotate.formats.base import BrokenSpan, Selection
from annotate.models import Claim, Layer, LayerStatus
from annotate.payloads.people import People
from annotate.records import Registries, Registry, claim_dicts, layer_dicts
from corpus.database.bulk import Among, Key, uuid_text
from corpus.models import Document, Speaker

DOCUMENT_COLUMNS = (
    "number", Key("id"), "external_id", "title", "source__name", "url", "published_on", "language", "sha256",
    "n_characters",
)  # fmt: skip
DOCUMENTS_AT_ONCE = 500
CHARACTERS_AT_ONCE = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some documents that follow each other: their metadata by id, with what the database needs to find them."""

    corpus_id: UUID
    first: int
    last: int
    by_id: dict[str, dict[str, Any]]

    def rows(self) -> QuerySet[Document]:
        return Document.objects.filter(corpus=self.corpus_id, number__range=(self.first, self.last)).order_by("number")

    def texts(self) -> dict[str, str]:
        return {uuid_text(key): text for key, text in self.rows().values_list(Key("id"), "text")}


def parts(selection: Selection) -> Iterator[Part]:
    """Yield the corpus's documents in parts, bounded in number and in text, ordered by number."""
    corpus_id = selection.project.corpus_id
    rows = Document.objects.filter(corpus=corpus_id).order_by("number").values_list(*DOCUMENT_COLUMNS)
    part: list[tuple[Any, ...]] = []
    size = 0
    for row in rows.iterator(chunk_size=2000):
        part.append(row)
        size += row[-1]
        if len(part) >= DOCUMENTS_AT_ONCE or size >= CHARACTERS_AT_ONCE:
            yield _part(corpus_id, part)
            part, size = [], 0
    if part:
        yield _part(corpus_id, part)


def _part(corpus_id: UUID, rows: list[tuple[Any, ...]]) -> Part:
    by_id = {document["id"]: document for document in map(_document, rows)}
    return Part(corpus_id=corpus_id, first=rows[0][0], last=rows[-1][0], by_id=by_id)


def _document(row: tuple[Any, ...]) -> dict[str, Any]:
    _, key, external_id, title, source, url, published_on, language, sha256, _ = row
    return {
        "id": uuid_text(key),
        "external_id": external_id,
        "title": title,
        "source": source or "",
        "url": url,
        "published_on": published_on.isoformat() if published_on else None,
        "language": language,
        "sha256": sha256,
    }


def claim_lines(selection: Selection) -> Iterator[dict[str, Any]]:
    """Yield every claim with its document, project, annotator and codebook; each quote is checked again.

    Ordered by document number, layer id and claim id.
    """
    registries = Registries()
    layers = _LayerStream(selection, registries, with_empty=False)
    for part in parts(selection):
        facts, texts = layers.up_to(part.last), part.texts()
        rows = Claim.objects.filter(Among(F("layer_id"), list(facts)))
        by_layer = {uuid_text(key): found for key, found in facts.items()}
        ordered = rows.order_by("layer__document__number", "layer_id", "id")
        for claim in claim_dicts(ordered, registries=registries, ordered=True):
            id = claim["document"]
            check_quotes(claim, texts[id])
            claim.update(by_layer[claim["layer"]])
            claim["document"] = part.by_id[id]
            yield claim


class _LayerStream:
    """The layers of a selection in the order of their documents, read once and beside the documents."""

    def __init__(self, selection: Selection, registries: Registries, *, with_empty: bool) -> None:
        self._project = selection.project
        self._people = People()
        self._registries = registries
        # Layers share what they say, so that many of them need little memory.
        self._said: dict[tuple[str, int | None, str, str], dict[str, Any]] = {}
        rows = selection.layer_rows().order_by("document__number")
        rows = rows if with_empty else rows.filter(n_claims__gt=0)
        columns = ("document__number", Key("id"), "kind", "annotator_id", Key("codebook_version_id"), "status")
        self._rows = rows.values_list(*columns).iterator(chunk_size=2000)
        self._next = next(self._rows, None)

    def up_to(self, number: int) -> dict[str, dict[str, Any]]:
        """Return what the lines say of the layers of the next documents, by the key of the layer."""
        found: dict[str, dict[str, Any]] = {}
        while self._next is not None and self._next[0] <= number:
            found[self._next[1]] = self._facts(*self._next[2:])
            self._next = next(self._rows, None)
        return found

    def _facts(self, kind: str, annotator: int | None, version: str, status: str) -> dict[str, Any]:
        is_withdrawn = status == LayerStatus.WITHDRAWN
        key = (kind, annotator, version, "withdrawn" if is_withdrawn else "")
        if key not in self._said:
            self._said[key] = {
                "project": self._project.slug,
                "annotator": self._people.name(self._project.pk, annotator) if annotator is not None else None,
                "layer_kind": kind,
                "codebook": codebook_ref(self._registries, version),
                # Only where it is so: who reads the lines must be able to leave these out.
                **({"withdrawn": True} if is_withdrawn else {}),
            }
        return self._said[key]


def codebook_ref(registries: Registries, version_id: UUID | str) -> dict[str, Any]:
    view = registries.names(version_id).view
    return {"name": view.name, "version": view.version.number}


def check_quotes(claim: dict[str, Any], text: str) -> None:
    """Raise BrokenSpan unless every span of the claim quotes the text exactly."""
    groups = [claim["spans"], claim["cue"], *(speaker["mention"] for speaker in claim["speakers"])]
    for spans in groups:
        for span in spans:
            if text[span["start"] : span["end"]] != span["quote"]:
                raise BrokenSpan(
                    f"Claim {claim['id']}: the span {span['start']}–{span['end']} quotes {span['quote'][:80]!r}, but "
                    f"the text reads {text[span['start'] : span['end']][:80]!r}. "
                    "The export ends here; restore a backup."
                )


def document_lines(selection: Selection) -> Iterator[dict[str, Any]]:
    """Yield every document with its text and its layers, empty ones included."""
    registries, project = Registries(), selection.project
    stream = _LayerStream(selection, registries, with_empty=True)
    for part in parts(selection):
        rows = Layer.objects.filter(Among(F("id"), list(stream.up_to(part.last))))
        layers: dict[str, list[dict[str, Any]]] = {}
        found = list(rows.order_by("document__number", "id"))
        for row, layer in zip(found, whole_layers(found, project.pk, registries), strict=True):
            layers.setdefault(str(row.document_id), []).append(layer)
        for key, number, text, metadata in part.rows().values_list(Key("id"), "number", "text", "metadata"):
            id = uuid_text(key)
            own = layers.get(id, [])
            for layer in own:
                for claim in layer["claims"]:
                    check_quotes(claim, text)
            yield part.by_id[id] | {
                "number": number,
                "text": text,
                "project": project.slug,
                "metadata": metadata,
                "layers": own,
            }


def whole_layers(rows: list[Layer], project_id: UUID, registries: Registries, **more: Any) -> list[dict[str, Any]]:
    """Return layers with whose they are, under which codebook, and all that is in them; `more` is for `layer_dicts`."""
    people, chosen = People(), Registry(model=Speaker, follows=False)
    found = []
    for row, layer in zip(rows, layer_dicts(rows, registries=registries, **more), strict=True):
        layer["annotator"] = people.name(project_id, row.annotator_id) if row.annotator_id else None
        layer["codebook"] = codebook_ref(registries, row.codebook_version_id)
        if _asks_for_entities(registries, row.codebook_version_id) and (entities := _entities(layer, chosen)):
            layer["entities"] = entities
        found.append(layer)
    return found


def _asks_for_entities(registries: Registries, version_id: UUID) -> bool:
    return any(spec.kind == "entity" for spec in registries.names(version_id).view.attributes.values())


def _entities(layer: dict[str, Any], chosen: Registry) -> list[dict[str, str]]:
    """Return the speakers that answers name by id alone, with their names: a restore has to make them."""
    groups = [layer["attributes"]]
    for claim in layer["claims"]:
        groups += [claim["attributes"], *(stance.get("attributes", {}) for stance in claim["stances"])]
    ids = {UUID(answer["id"]) for answers in groups for answer in answers.values() if isinstance(answer, dict)}
    chosen.learn(ids)
    return [chosen.known[id].ref for id in sorted(ids)]
