"""Lines of the native formats as dataclasses, checked in themselves: shape, hash, quotes. No database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import orjson

from annotate.actions.restoring.archive import Part
from annotate.models import LayerKind, LayerStatus
from annotate.payloads.claims import ClaimIn, EntryIn, Reader, SpanIn, parse_claim
from annotate.payloads.problems import FieldError, Invalid
from corpus.models import Entry, Proposition, Speaker, Target
from corpus.readers.documents import CleanDocument, DocumentErrors, clean_document, is_older_language
from corpus.text.names import InvalidName, check_characters

MAX_LINE_BYTES = 500_000_000
MAX_NUMBER = 2**31 - 1
# Times far from now cannot be shown in every time zone.
YEARS = range(1900, 2201)
DOCUMENT_FIELDS = ("title", "source", "url", "published_on", "language", "external_id", "metadata", "text")
DOCUMENT_KEYS = frozenset((*DOCUMENT_FIELDS, "id", "sha256", "project", "layers", "number", "n_characters"))
LAYER_KEYS = frozenset(
    (
        *("id", "kind", "round", "status", "nothing_to_code", "attributes", "no_claim", "claims", "version"),
        *("created_at", "updated_at", "submitted_at", "annotator", "codebook", "entities"),
    )
)
WITHOUT_TEXT = "The line has no text; put the texts back first, with “put_texts”."


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A registry entry as a line names it."""

    model: type[Entry]
    id: UUID
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    id: UUID
    claim: ClaimIn
    layer: UUID
    document: UUID
    version: int
    created_at: datetime
    updated_at: datetime
    follows: UUID | None
    entries: tuple[Named, ...]
    raw: dict[str, Any]

    @property
    def answers(self) -> list[dict[str, Any]]:
        """Return the answers about the claim and about its stances."""
        return [self.claim.attributes, *(stance.attributes for stance in self.claim.stances)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerLine:
    id: UUID
    kind: str
    round: UUID | None
    annotator: str | None
    status: str
    nothing_to_code: bool
    attributes: dict[str, object]
    no_claim: tuple[SpanIn, ...]
    claims: tuple[ClaimLine, ...]
    version: int
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    codebook: tuple[str, int]
    entities: tuple[Named, ...]
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    id: UUID
    number: int | None
    clean: CleanDocument
    sha256: str
    project: str
    layers: tuple[LayerLine, ...]
    raw: dict[str, Any]


def read_objects(path: Path | Part, tell: Callable[[int], None]) -> Iterator[tuple[int, object]]:
    """Yield (line number, decoded JSON) of every line that is not blank; Invalid stands for a line that is none."""
    with path.open("rb") as file:
        yield from objects_of(file, tell)


def objects_of(file: IO[bytes], tell: Callable[[int], None]) -> Iterator[tuple[int, object]]:
    number = 0
    while data := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        tell(len(data))
        if len(data) > MAX_LINE_BYTES:
            yield number, _invalid("", f"The line has more than {MAX_LINE_BYTES} bytes; split the document.")
            return
        if data.strip():
            yield number, _decoded(data.removeprefix(b"\xef\xbb\xbf") if number == 1 else data)


def _decoded(data: bytes) -> object:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        shown = data[max(0, error.pos - 20) : error.pos + 40].decode("utf-8", "replace").strip()
        return _invalid("", f"{shown!r} is not JSON ({error.msg}); give the file as it was written.")


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid.of([FieldError(pointer=pointer, detail=detail)])


class LineReader(Reader):
    """Reads what a native line holds beside claims."""

    def count(self, raw: object, pointer: str, *, low: int = 1) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= MAX_NUMBER:
            self.fail(pointer, f"{str(raw)[:60]!r} is no number from {low} to {MAX_NUMBER}.")
            return low
        return raw

    def moment(self, raw: object, pointer: str) -> datetime:
        try:
            if not isinstance(raw, str) or not raw.endswith("Z"):
                raise ValueError
            found = datetime.fromisoformat(raw).astimezone(UTC)
            if found.year not in YEARS:
                raise ValueError
        except ValueError:
            self.fail(pointer, f"{str(raw)[:60]!r} is no time in UTC, such as 2026-05-15T09:30:00.000000Z.")
            return datetime(1970, 1, 1, tzinfo=UTC)
        return found

    def line(self, raw: object, pointer: str, *, limit: int) -> str:
        """Return a name, or what else stands on one line."""
        found = self.text(raw, pointer, limit=limit)
        try:
            check_characters(found, what="The text")
        except InvalidName as error:
            self.fail(pointer, str(error))
        return found

    def id(self, raw: object, pointer: str) -> UUID:
        return self.uuid(raw, pointer) or UUID(int=0)

    def many(self, raw: object, pointer: str) -> Sequence[object]:
        """Return a list; one that is missing is empty."""
        if raw is not None and not isinstance(raw, list):
            self.fail(pointer, f"{str(raw)[:60]!r} stands where a list is needed.")
        return raw if isinstance(raw, list) else []

    def document(self, raw: object) -> DocumentLine:
        body = self.obj(raw, "", DOCUMENT_KEYS)
        if body and "text" not in body:
            raise _invalid("/text", WITHOUT_TEXT)
        clean = self._clean(body)
        sha256 = hashlib.sha256(clean.text.encode()).hexdigest()
        if body.get("sha256") != sha256:
            self.fail("/sha256", f"{str(body.get('sha256'))[:64]!r} is not the hash of the text, which is {sha256}.")
        document = self.id(body.get("id"), "/id")
        raw_layers = self.many(body.get("layers", []), "/layers")
        layers = tuple(self.layer(one, f"/layers/{i}", document, clean.text) for i, one in enumerate(raw_layers))
        if not self.errors:
            self._check_twice(layers)
        return DocumentLine(
            id=document,
            number=None if body.get("number") is None else self.count(body["number"], "/number"),
            clean=clean,
            sha256=sha256,
            project=str(body.get("project", "")),
            layers=layers,
            raw=dict(body),
        )

    def _check_twice(self, layers: tuple[LayerLine, ...]) -> None:
        """Find what would break a rule of the database, while nothing is stored yet."""
        met: set[object] = set()

        def meet(key: object, pointer: str, what: str) -> None:
            if key in met:
                self.fail(pointer, f"{what} stands in this line twice; keep one of them.")
            met.add(key)

        for i, layer in enumerate(layers):
            whose = f"of {layer.annotator} in the round {layer.round}" if layer.annotator else "that is gold"
            meet(("layer", layer.id), f"/layers/{i}/id", f"The layer {layer.id}")
            meet((layer.annotator, layer.round), f"/layers/{i}", f"A layer {whose}")
            for j, claim in enumerate(layer.claims):
                meet(("claim", claim.id), f"/layers/{i}/claims/{j}/id", f"The claim {claim.id}")

    def _clean(self, body: dict[str, object]) -> CleanDocument:
        given = {name: body[name] for name in DOCUMENT_FIELDS if name in body}
        language = given.pop("language") if is_older_language(given.get("language")) else None
        try:
            clean = clean_document(given)
            if language is not None:
                clean = replace(clean, language=str(language))
        except DocumentErrors as found:
            for error in found.errors:
                self.fail(f"/{error.field}", f"{error.value} {error.rule}; {error.remedy}.")
            return CleanDocument(
                title="", text="", source="", url="", published_on=None, language="", external_id="", metadata={}
            )
        for name, value in given.items():
            kept: object = getattr(clean, name)
            kept = kept.isoformat() if hasattr(kept, "isoformat") else kept
            if kept != value:
                self.fail(f"/{name}", f"{str(value)[:60]!r} would be stored as {str(kept)[:60]!r}; correct the line.")
        return clean

    def layer(self, raw: object, pointer: str, document: UUID, text: str) -> LayerLine:
        body = self.obj(raw, pointer, LAYER_KEYS)
        id, round_id = self.id(body.get("id"), f"{pointer}/id"), body.get("round")
        kind = self.choice(body.get("kind"), f"{pointer}/kind", LayerKind.values)
        annotator = body.get("annotator")
        if kind == LayerKind.ANNOTATOR and not (isinstance(annotator, str) and annotator and round_id):
            self.fail(pointer, "A layer of an annotator names its annotator and its round.")
        if kind == LayerKind.GOLD and (annotator is not None or round_id is not None):
            self.fail(pointer, "A gold layer has no annotator and no round.")
        marks = self.spans(body.get("no_claim"), f"{pointer}/no_claim")
        self.check_spans(marks, text, f"{pointer}/no_claim")
        submitted = body.get("submitted_at")
        status = self.choice(body.get("status"), f"{pointer}/status", LayerStatus.values)
        if status == LayerStatus.SUBMITTED and submitted is None:
            self.fail(f"{pointer}/submitted_at", "A submitted layer has the time at which it was submitted.")
        claims = self.many(body.get("claims"), f"{pointer}/claims")
        where = (id, document, round_id)
        return LayerLine(
            id=id,
            kind=kind,
            round=None if round_id is None else self.id(round_id, f"{pointer}/round"),
            annotator=annotator if isinstance(annotator, str) else None,
            status=status,
            nothing_to_code=self.flag(body.get("nothing_to_code", False), f"{pointer}/nothing_to_code"),
            attributes=self.answers(body.get("attributes"), f"{pointer}/attributes"),
            no_claim=marks,
            claims=tuple(self.claim(one, f"{pointer}/claims/{i}", where, text) for i, one in enumerate(claims)),
            version=self.count(body.get("version"), f"{pointer}/version"),
            created_at=self.moment(body.get("created_at"), f"{pointer}/created_at"),
            updated_at=self.moment(body.get("updated_at"), f"{pointer}/updated_at"),
            submitted_at=None if submitted is None else self.moment(submitted, f"{pointer}/submitted_at"),
            codebook=self.codebook(body.get("codebook"), f"{pointer}/codebook"),
            entities=tuple(self._entities(body.get("entities"), f"{pointer}/entities")),
            raw=dict(body),
        )

    def codebook(self, raw: object, pointer: str) -> tuple[str, int]:
        body = self.obj(raw, pointer, frozenset(("name", "version")))
        return self.line(body.get("name", ""), f"{pointer}/name", limit=300), self.count(
            body.get("version"), f"{pointer}/version"
        )

    def _entities(self, raw: object, pointer: str) -> Iterator[Named]:
        for index, one in enumerate(self.many(raw, pointer)):
            yield from self._named(Speaker, one, f"{pointer}/{index}", "name")

    def claim(self, raw: object, pointer: str, where: tuple[UUID, UUID, object] | None, text: str | None) -> ClaimLine:
        """Return a claim; `where` are the layer, document and round that it must name, `text` what it must quote."""
        try:
            claim = parse_claim(raw)
        except Invalid as problem:
            self.errors += [FieldError(pointer=pointer + e.pointer, detail=e.detail) for e in problem.errors]
            claim, raw = ClaimIn(spans=()), raw if isinstance(raw, dict) else {}
        assert isinstance(raw, dict)
        for name, value in zip(("layer", "document", "round"), where or (), strict=False):
            if raw.get(name) != (None if value is None else str(value)):
                self.fail(f"{pointer}/{name}", f"{str(raw.get(name))[:60]!r} is not the {name} around it, {value}.")
        if text is not None:
            self.check_claim(claim, text, pointer)
        follows = raw.get("follows")
        return ClaimLine(
            id=self.id(raw.get("id"), f"{pointer}/id"),
            claim=claim,
            layer=self.id(raw.get("layer"), f"{pointer}/layer"),
            document=self.id(raw.get("document"), f"{pointer}/document"),
            version=self.count(raw.get("version"), f"{pointer}/version"),
            created_at=self.moment(raw.get("created_at"), f"{pointer}/created_at"),
            updated_at=self.moment(raw.get("updated_at"), f"{pointer}/updated_at"),
            follows=None if follows is None else self.id(follows, f"{pointer}/follows"),
            entries=tuple(self._claim_entries(raw, claim, pointer)),
            raw=raw,
        )

    def check_claim(self, claim: ClaimIn, text: str, pointer: str) -> None:
        self.check_spans(claim.spans, text, f"{pointer}/spans")
        self.check_spans(claim.cue, text, f"{pointer}/cue")
        for index, speaker in enumerate(claim.speakers):
            self.check_spans(speaker.mention, text, f"{pointer}/speakers/{index}/mention")

    def check_spans(self, spans: tuple[SpanIn, ...], text: str, pointer: str) -> None:
        """Each quote must be what the text reads there: only that, for older spans were cut by other rules."""
        for index, span in enumerate(spans):
            found = text[span.start : span.end]
            if found != span.quote:
                detail = f"Span {span.start}–{span.end} quotes {span.quote[:60]!r}, but the text reads {found[:60]!r}."
                self.fail(f"{pointer}/{index}", detail)

    def _claim_entries(self, raw: dict[str, Any], claim: ClaimIn, pointer: str) -> Iterator[Named]:
        for i, speaker in enumerate(raw["speakers"] if claim.speakers else ()):
            yield from self._named(Speaker, speaker, f"{pointer}/speakers/{i}", "name")
            yield from self._named(Speaker, speaker.get("represents"), f"{pointer}/speakers/{i}/represents", "name")
        for i, reporter in enumerate(raw["reported_by"] if claim.reported_by else ()):
            yield from self._named(Speaker, reporter, f"{pointer}/reported_by/{i}", "name")
        for i, stance in enumerate(raw["stances"] if claim.stances else ()):
            yield from self._named(Speaker, stance.get("holder"), f"{pointer}/stances/{i}/holder", "name")
            yield from self._named(Target, stance.get("target"), f"{pointer}/stances/{i}/target", "name")
        if claim.proposition is not None:
            yield from self._named(Proposition, raw["proposition"], f"{pointer}/proposition", "text")

    def _named(self, model: type[Entry], raw: Any, pointer: str, name_key: str) -> Iterator[Named]:
        if raw is None:
            return
        entry: EntryIn | None = self.entry(raw, pointer, name_key=name_key)
        name, kind = (raw.get(name_key), raw.get("kind")) if isinstance(raw, dict) else (None, None)
        if entry is None or entry.id is None or not isinstance(name, str) or not name.strip():
            self.fail(pointer, f"An entry that is restored has an id and a {name_key}.")
            return
        limit = 500 if model is Proposition else 300
        yield Named(
            model=model,
            id=entry.id,
            name=self.text(name, f"{pointer}/{name_key}", limit=limit),
            kind=kind if isinstance(kind, str) else "",
        )


def document_line(raw: object) -> DocumentLine:
    """Return a line of `documents-jsonl`. Raises Invalid with a pointer for everything that is wrong."""
    if isinstance(raw, Invalid):
        raise raw
    reader = LineReader()
    found = reader.document(raw)
    if reader.errors:
        raise Invalid.of(reader.errors)
    return found


def claim_line(raw: object) -> ClaimLine:
    """Return a line of `jsonl`; whether it quotes the text is asked later. Raises Invalid."""
    if isinstance(raw, Invalid):
        raise raw
    reader = LineReader()
    if not isinstance(raw, dict) or not isinstance(raw.get("document"), dict):
        raise _invalid("/document", "A line of this format is a claim with its document as an object.")
    plain = {key: value for key, value in raw.items() if key != "withdrawn"}
    found = reader.claim(plain | {"document": raw["document"].get("id")}, "", None, None)
    if reader.errors:
        raise Invalid.of(reader.errors)
    return found


def claim_version(raw: Any) -> int:
    """Return the version of the codebook that a line of `jsonl` names. Raises Invalid."""
    if "codebook" not in raw:
        raise _invalid("/codebook", "The line does not name its codebook and version.")
    reader = LineReader()
    _, version = reader.codebook(raw["codebook"], "/codebook")
    if reader.errors:
        raise Invalid.of(reader.errors)
    return version
