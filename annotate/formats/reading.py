"""The one read that all formats share: claims and documents as plain dicts, in parts, each quote checked again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from annotate.formats.base import After, BrokenSpan, Selection, UnknownPlace
from annotate.models import Claim, Layer, LayerStatus
from annotate.payloads.people import People
from annotate.records import (
    LAYER_COLUMNS,
    CodebookNames,
    Home,
    Misquoted,
    Registries,
    Registry,
    claims_of_layers,
    layer_dicts,
    whole_layers,
)
from corpus.database.bulk import Key, uuid_text
from corpus.models import Document, Speaker

DOCUMENT_COLUMNS = (
    "number", Key("id"), "external_id", "title", "source__name", "url", "published_on", "language", "sha256",
    "n_characters",
)  # fmt: skip
DOCUMENTS_AT_ONCE = 500
FIRST_DOCUMENTS = 50  # so that the first line comes soon
CHARACTERS_AT_ONCE = 5_000_000
CLAIMS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some documents that follow each other: their metadata by id, with what the database needs to find them."""

    documents: QuerySet[Document]
    first: int
    last: int
    by_id: dict[str, dict[str, Any]]

    def rows(self) -> QuerySet[Document]:
        return self.documents.filter(number__range=(self.first, self.last)).order_by("number")

    def texts(self) -> dict[str, str]:
        return {uuid_text(key): text for key, text in self.rows().values_list(Key("id"), "text")}


def parts(selection: Selection) -> Iterator[Part]:
    """Yield the documents that are meant in parts, bounded in number and in text, ordered by number."""
    documents = selection.document_rows()
    rows = documents.order_by("number").values_list(*DOCUMENT_COLUMNS)
    part: list[tuple[Any, ...]] = []
    size, most = 0, FIRST_DOCUMENTS
    for row in rows.iterator(chunk_size=DOCUMENTS_AT_ONCE):
        part.append(row)
        size += row[-1]
        if len(part) >= most or size >= CHARACTERS_AT_ONCE:
            yield _part(documents, part)
            part, size, most = [], 0, DOCUMENTS_AT_ONCE
    if part:
        yield _part(documents, part)


def _part(documents: QuerySet[Document], rows: list[tuple[Any, ...]]) -> Part:
    by_id = {document["id"]: document for document in map(_document, rows)}
    return Part(documents=documents, first=rows[0][0], last=rows[-1][0], by_id=by_id)


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
    layers = _LayerStream(selection, registries)
    for part in parts(selection):
        found, texts = layers.up_to(part.last), part.texts()
        for some in _in_bounds(found):
            homes = {key: layer.home(part, texts) for key, layer in some.items()}
            found_claims = _checked(claims_of_layers(homes, registries, only=selection.filters.claims))
            yield from found_claims if selection.after is None else _behind(selection.after, found_claims)


def _checked(claims: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the claims until one quotes what its text does not say. Raises BrokenSpan."""
    with _broken():
        yield from claims


@contextmanager
def _broken() -> Iterator[None]:
    try:
        yield
    except Misquoted as error:
        raise BrokenSpan(f"{error} The export ends here; restore a backup.") from error


def _behind(after: After, claims: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the claims behind a line; those of later layers are all of them."""
    return (claim for claim in claims if claim["layer"] != after.layer or claim["id"] > after.claim)


def place_of(selection: Selection, lines: str, id: UUID) -> After:
    """Return the place of a line by the id of its claim or document. Raises UnknownPlace."""
    if lines == "document":
        number = selection.document_rows().filter(pk=id).values_list("number", flat=True).first()
        if number is not None:
            return After(number=number)
    elif lines == "claim":
        rows = Claim.objects.filter(pk=id, layer__in=selection.layer_rows().values("pk"))
        found = rows.values_list("layer__document__number", "layer_id").first()
        if found is not None:
            return After(number=found[0], layer=str(found[1]), claim=str(id))
    else:
        raise UnknownPlace("This format cannot be resumed; take jsonl or documents-jsonl, or leave “after” out.")
    raise UnknownPlace(f"The {lines} {id} is not in this export (any more); begin again without “after”.")


def _in_bounds(layers: dict[str, _Layer]) -> Iterator[dict[str, _Layer]]:
    """Cut layers into groups that have some thousand claims in all."""
    some: dict[str, _Layer] = {}
    size = 0
    for key, layer in layers.items():
        some[key] = layer
        size += layer.n_claims
        if size >= CLAIMS_AT_ONCE:
            yield some
            some, size = {}, 0
    if some:
        yield some


@dataclass(frozen=True, slots=True)
class _Layer:
    """A layer as its claims need it, with what their lines say of it."""

    key: str
    document: str
    round: str | None
    names: CodebookNames
    n_claims: int
    said: dict[str, Any]
    # Of LAYER_COLUMNS, where the layer itself is written.
    row: tuple[Any, ...]

    def home(self, part: Part, texts: dict[str, str]) -> Home:
        id = uuid_text(self.document)
        return Home(
            layer=uuid_text(self.key),
            document=part.by_id[id],
            round=uuid_text(self.round) if self.round else None,
            names=self.names,
            text=texts[id],
            more=self.said,
        )

    def own_home(self, text: str) -> Home:
        """Return the home of claims that are written within their layer, and so say less."""
        return Home(
            layer=uuid_text(self.key),
            document=uuid_text(self.document),
            round=uuid_text(self.round) if self.round else None,
            names=self.names,
            text=text,
        )


class _LayerStream:
    """The layers of a selection in the order of their documents, read once and beside the documents.

    `whole` ones are written themselves, so that empty ones count too; otherwise only their claims are.
    """

    def __init__(self, selection: Selection, registries: Registries, *, whole: bool = False) -> None:
        self._project = selection.project
        self._people = People()
        self._registries = registries
        # Layers share what they say, so that many of them need little memory.
        self._said: dict[tuple[str, int | None, str, str], dict[str, Any]] = {}
        rows = selection.layer_rows(in_order=True)
        rows = rows if whole else rows.filter(n_claims__gt=0)
        columns = (
            "document__number", Key("id"), Key("document_id"), Key("round_id"), Key("codebook_version_id"), "n_claims",
            "kind", "annotator_id", "status",
        )  # fmt: skip
        self._n_columns = len(columns)
        columns += LAYER_COLUMNS if whole else ()
        self._rows = rows.values_list(*columns).iterator(chunk_size=DOCUMENTS_AT_ONCE)
        self._next = next(self._rows, None)

    def up_to(self, number: int) -> dict[str, _Layer]:
        """Return the layers of the next documents, by their key, in the order of their lines."""
        found: dict[str, _Layer] = {}
        while self._next is not None and self._next[0] <= number:
            _, key, document, round, version, n_claims, *facts = self._next[: self._n_columns]
            names, row = self._registries.names(version), self._next[self._n_columns :]
            found[key] = _Layer(key, document, round, names, n_claims, self._facts(version, *facts), row)
            self._next = next(self._rows, None)
        return found

    def _facts(self, version: str, kind: str, annotator: int | None, status: str) -> dict[str, Any]:
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


def document_lines(selection: Selection, registries: Registries | None = None) -> Iterator[dict[str, Any]]:
    """Yield every document with its text and its layers, empty ones included; each quote is checked again."""
    registries, project = registries or Registries(), selection.project
    stream, chosen = _LayerStream(selection, registries, whole=True), Registry(model=Speaker, follows=False)
    for part in parts(selection):
        of_document: dict[str, list[_Layer]] = defaultdict(list)
        for layer in stream.up_to(part.last).values():
            of_document[layer.document].append(layer)
        rows = part.rows().values_list(Key("id"), "number", "text", "metadata")
        for some in _documents_in_bounds(rows.iterator(chunk_size=DOCUMENTS_AT_ONCE), of_document):
            layers = _layers_of(some, of_document, registries, chosen, only=selection.filters.claims)
            for key, number, text, metadata in some:
                yield part.by_id[uuid_text(key)] | {
                    "number": number,
                    "text": text,
                    "project": project.slug,
                    "metadata": metadata,
                    "layers": layers.get(key, []),
                }


def _documents_in_bounds(
    rows: Iterable[tuple[Any, ...]], of_document: Mapping[str, list[_Layer]]
) -> Iterator[list[tuple[Any, ...]]]:
    """Cut documents into groups that have some thousand claims in all; rows begin with the document's key."""
    some: list[tuple[Any, ...]] = []
    size = 0
    for row in rows:
        some.append(row)
        size += sum(layer.n_claims for layer in of_document.get(row[0], ()))
        if size >= CLAIMS_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def _layers_of(
    documents: list[tuple[Any, ...]],
    of_document: Mapping[str, list[_Layer]],
    registries: Registries,
    chosen: Registry,
    *,
    only: Q | None,
) -> dict[str, list[dict[str, Any]]]:
    """Return the whole layers of documents, by the key of the document. Raises BrokenSpan."""
    layers = [layer for row in documents for layer in of_document.get(row[0], ())]
    texts = {row[0]: row[2] for row in documents}
    homes = {layer.key: layer.own_home(texts[layer.document]) for layer in layers}
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with _broken():
        bodies = whole_layers([layer.row for layer in layers], homes, registries, only=only)
    for layer, body in zip(layers, bodies, strict=True):
        body["annotator"], body["codebook"] = layer.said["annotator"], layer.said["codebook"]
        found[layer.document].append(_with_entities(body, layer.names, chosen))
    return found


def named_layers(rows: list[Layer], project_id: UUID, registries: Registries) -> list[dict[str, Any]]:
    """Return layers as `document_lines` has them: whose they are, under which codebook, and all that is in them."""
    people, chosen = People(), Registry(model=Speaker, follows=False)
    found = []
    for row, body in zip(rows, layer_dicts(rows, registries=registries), strict=True):
        body["annotator"] = people.name(project_id, row.annotator_id) if row.annotator_id else None
        body["codebook"] = codebook_ref(registries, row.codebook_version_id)
        found.append(_with_entities(body, registries.names(row.codebook_version_id), chosen))
    return found


def _with_entities(layer: dict[str, Any], names: CodebookNames, chosen: Registry) -> dict[str, Any]:
    """Add the speakers that answers name by id alone, with their names: a restore has to make them."""
    if not any(spec.kind == "entity" for spec in names.view.attributes.values()):
        return layer
    groups = [layer["attributes"]]
    for claim in layer["claims"]:
        groups += [claim["attributes"], *(stance.get("attributes", {}) for stance in claim["stances"])]
    ids = {UUID(answer["id"]) for answers in groups for answer in answers.values() if isinstance(answer, dict)}
    chosen.learn(ids)
    return layer | ({"entities": [chosen.known[id].ref for id in sorted(ids)]} if ids else {})
