"""The one read that all formats share: claims and documents as plain dicts, in parts, each quote checked again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from annotate.formats.base import After, BrokenSpan, Selection, UnknownPlace
from annotate.models import Claim, Layer, LayerStatus
from annotate.payloads.people import People
from annotate.records import CodebookNames, Home, Misquoted, Registries, Registry, claims_of_layers, layer_dicts
from corpus.database.bulk import Among, Key, uuid_text
from corpus.models import Document, Speaker

DOCUMENT_COLUMNS = (
    "number", Key("id"), "external_id", "title", "source__name", "url", "published_on", "language", "sha256",
    "n_characters",
)  # fmt: skip
DOCUMENTS_AT_ONCE = 500
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
    size = 0
    for row in rows.iterator(chunk_size=2000):
        part.append(row)
        size += row[-1]
        if len(part) >= DOCUMENTS_AT_ONCE or size >= CHARACTERS_AT_ONCE:
            yield _part(documents, part)
            part, size = [], 0
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
    layers = _LayerStream(selection, registries, with_empty=False)
    for part in parts(selection):
        found, texts = layers.up_to(part.last), part.texts()
        for some in _in_bounds(found):
            homes = {key: layer.home(part, texts) for key, layer in some.items()}
            found_claims = _checked(claims_of_layers(homes, registries, only=selection.filters.claims))
            yield from found_claims if selection.after is None else _behind(selection.after, found_claims)


def _checked(claims: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the claims until one quotes what its text does not say. Raises BrokenSpan."""
    try:
        yield from claims
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


class _LayerStream:
    """The layers of a selection in the order of their documents, read once and beside the documents."""

    def __init__(self, selection: Selection, registries: Registries, *, with_empty: bool) -> None:
        self._project = selection.project
        self._people = People()
        self._registries = registries
        # Layers share what they say, so that many of them need little memory.
        self._said: dict[tuple[str, int | None, str, str], dict[str, Any]] = {}
        rows = selection.layer_rows().order_by("document__number", "id")
        rows = rows if with_empty else rows.filter(n_claims__gt=0)
        columns = (
            "document__number", Key("id"), Key("document_id"), Key("round_id"), Key("codebook_version_id"), "n_claims",
            "kind", "annotator_id", "status",
        )  # fmt: skip
        self._rows = rows.values_list(*columns).iterator(chunk_size=2000)
        self._next = next(self._rows, None)

    def up_to(self, number: int) -> dict[str, _Layer]:
        """Return the layers of the next documents, by their key, in the order of their lines."""
        found: dict[str, _Layer] = {}
        while self._next is not None and self._next[0] <= number:
            _, key, document, round, version, n_claims, *facts = self._next
            names = self._registries.names(version)
            found[key] = _Layer(key, document, round, names, n_claims, self._facts(version, *facts))
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


def check_quotes(claim: dict[str, Any], text: str) -> None:
    """Raise BrokenSpan unless every span of the claim quotes the text exactly."""
    for span in claim["spans"]:
        if text[span["start"] : span["end"]] != span["quote"]:
            raise _broken(claim, span, text)
    for span in claim["cue"]:
        if text[span["start"] : span["end"]] != span["quote"]:
            raise _broken(claim, span, text)
    for speaker in claim["speakers"]:
        for span in speaker["mention"]:
            if text[span["start"] : span["end"]] != span["quote"]:
                raise _broken(claim, span, text)


def _broken(claim: dict[str, Any], span: dict[str, Any], text: str) -> BrokenSpan:
    return BrokenSpan(
        f"Claim {claim['id']}: the span {span['start']}–{span['end']} quotes {span['quote'][:80]!r}, but "
        f"the text reads {text[span['start'] : span['end']][:80]!r}. "
        "The export ends here; restore a backup."
    )


def document_lines(selection: Selection, registries: Registries | None = None) -> Iterator[dict[str, Any]]:
    """Yield every document with its text and its layers, empty ones included."""
    registries, project = registries or Registries(), selection.project
    stream = _LayerStream(selection, registries, with_empty=True)
    for part in parts(selection):
        rows = Layer.objects.filter(Among(F("id"), list(stream.up_to(part.last))))
        layers: dict[str, list[dict[str, Any]]] = {}
        found = list(rows.order_by("document__number", "id"))
        for row, layer in zip(
            found, whole_layers(found, project.pk, registries, only=selection.filters.claims), strict=True
        ):
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
