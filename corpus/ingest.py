"""The only writer of document rows: read → normalise → find duplicates → save, with their Change rows.

Rows go in batches, each in a transaction of its own: a run that is killed leaves whole documents only, and running it
again reports those as duplicates and goes on.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from corpus.database.bulk import insert_rows
from corpus.models import Change, Corpus, Document, Source, Speaker
from corpus.models.speakers import SpeakerKind
from corpus.readers.base import Row, RowError
from corpus.readers.documents import CleanDocument, DocumentErrors, clean_document
from corpus.text.normalise import sha256_of

type Extra = Literal["refuse", "metadata"]

BATCH = 500
BATCH_BYTES = 8_000_000
DOCUMENT_COLUMNS = (
    "id", "corpus_id", "number", "title", "source_id", "url", "published_on", "language", "external_id", "metadata",
    "text", "sha256", "n_characters", "same_text_as_id", "created_at",
)  # fmt: skip
CHANGE_COLUMNS = ("batch", "action", "actor_id", "corpus_id", "object_type", "object_id", "before", "after")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one row: exactly one of created, duplicate of an older document, or errors."""

    row: int
    file: str
    id: UUID | None = None
    external_id: str = ""
    is_created: bool = False
    is_duplicate: bool = False
    reason: str = ""
    errors: tuple[RowError, ...] = ()


@dataclass(slots=True, kw_only=True)
class Ready:
    """A row that can be stored, with the hash of its text."""

    row: Row
    document: CleanDocument
    sha256: str


@dataclass(slots=True, kw_only=True)
class Known:
    """What a batch may collide with: documents stored before, and those of the batch itself."""

    by_external_id: dict[str, tuple[UUID, str]] = field(default_factory=dict)
    by_source: dict[tuple[str, UUID | None], UUID] = field(default_factory=dict)
    by_url: dict[tuple[str, str], UUID] = field(default_factory=dict)
    unknown: dict[str, UUID] = field(default_factory=dict)
    first: dict[str, UUID] = field(default_factory=dict)

    def add(self, id: UUID, sha256: str, source: UUID | None, url: str, external_id: str) -> None:
        if external_id:
            self.by_external_id[external_id] = (id, sha256)
        if source is not None:
            self.by_source[(sha256, source)] = id
        if url:
            self.by_url[(sha256, url)] = id
        if source is None and not url:
            self.unknown[sha256] = id
        self.first.setdefault(sha256, id)

    def duplicate_of(self, ready: Ready, source: UUID | None) -> tuple[UUID, str] | None:
        """Return the stored document that this row repeats, and why it counts as the same."""
        sha256, document = ready.sha256, ready.document
        if document.external_id and document.external_id in self.by_external_id:
            id, stored = self.by_external_id[document.external_id]
            other = "" if stored == sha256 else ", although its text differs: the stored one was kept"
            return id, f"the same external_id “{document.external_id}”{other}"
        if source is not None and (sha256, source) in self.by_source:
            return self.by_source[(sha256, source)], f"the same text from “{document.source}”"
        if document.url and (sha256, document.url) in self.by_url:
            return self.by_url[(sha256, document.url)], f"the same text from {document.url}"
        if source is None and not document.url and sha256 in self.unknown:
            return self.unknown[sha256], "the same text, both without source and URL"
        return None


def ingest(
    *, corpus: Corpus, rows: Iterable[Row], actor: Any, now: datetime, extra: Extra = "metadata", dry_run: bool = False
) -> Iterator[Outcome]:
    """Store rows as documents of `corpus`; yield one outcome a row, in order.

    `extra` says what happens to unknown fields: "metadata" keeps them there, "refuse" makes them errors. Memory is
    bounded by one batch. With `dry_run` everything is checked and nothing stored.
    """
    for batch in _batches(rows):
        outcomes: dict[int, Outcome] = {}
        ready = [(i, found) for i, row in enumerate(batch) if (found := _prepare(row, extra, outcomes, i)) is not None]
        with transaction.atomic():
            _store(corpus, ready, outcomes, actor=actor, now=now)
            if dry_run:
                transaction.set_rollback(True)
        yield from (outcomes[i] for i in range(len(batch)))


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Cut rows into batches bounded in number and in size."""
    for part in batched(rows, BATCH):
        batch: list[Row] = []
        size = 0
        for row in part:
            size += len(str((row.values or {}).get("text", "")))
            batch.append(row)
            if size > BATCH_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch


def _prepare(row: Row, extra: Extra, outcomes: dict[int, Outcome], index: int) -> Ready | None:
    """Check a row; what is wrong with it goes into `outcomes`."""
    errors: tuple[RowError, ...] = (row.error,) if row.error is not None else ()
    if not errors:
        try:
            document = clean_document(row.values or {}, extra=extra)
            return Ready(row=row, document=document, sha256=sha256_of(document.text))
        except DocumentErrors as found:
            errors = tuple(found.errors)
    outcomes[index] = Outcome(row=row.number, file=row.file, errors=errors)
    return None


def _store(
    corpus: Corpus, ready: list[tuple[int, Ready]], outcomes: dict[int, Outcome], *, actor: Any, now: datetime
) -> None:
    """Store what is new. The lock on the corpus row makes numbers and duplicates exact for all writers."""
    Corpus.objects.select_for_update().get(pk=corpus.pk)
    log = Log(batch=uuid.uuid4(), actor_id=getattr(actor, "pk", None), corpus_id=corpus.pk)
    sources = _sources(corpus, {r.document.source for _, r in ready if r.document.source}, log)
    known = _known(corpus, [found for _, found in ready])
    number = Document.objects.filter(corpus=corpus).aggregate(n=Max("number"))["n"] or 0
    new: list[tuple[Any, ...]] = []
    for index, found in ready:
        document, source = found.document, sources.get(found.document.source)
        duplicate = known.duplicate_of(found, source)
        id = duplicate[0] if duplicate else uuid.uuid4()
        if duplicate is None:
            number += 1
            new.append(_row(corpus, found, id, source, number, now, known.first.get(found.sha256)))
            known.add(id, found.sha256, source, document.url, document.external_id)
            log.add("document", id, _state(document, source, found.sha256))
        outcomes[index] = Outcome(
            row=found.row.number,
            file=found.row.file,
            id=id,
            external_id=document.external_id,
            is_created=duplicate is None,
            is_duplicate=duplicate is not None,
            reason=duplicate[1] if duplicate else "",
        )
    insert_rows(Document, DOCUMENT_COLUMNS, new)
    insert_rows(Change, CHANGE_COLUMNS, log.rows)


@dataclass(slots=True, kw_only=True)
class Log:
    """The Change rows of one batch; all are of things made."""

    batch: UUID
    actor_id: int | None
    corpus_id: UUID
    action: str = "document.import"
    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, kind: str, id: UUID, after: dict[str, Any]) -> None:
        row = (self.batch, self.action, self.actor_id, self.corpus_id, kind, str(id), None, after)
        self.rows.append(row)


def _row(
    corpus: Corpus, found: Ready, id: UUID, source: UUID | None, number: int, now: datetime, same: UUID | None
) -> tuple[Any, ...]:
    """Return the values of DOCUMENT_COLUMNS."""
    document = found.document
    return (
        id, corpus.pk, number, document.title, source, document.url, document.published_on, document.language,
        document.external_id, document.metadata, document.text, found.sha256, len(document.text), same, now,
    )  # fmt: skip


def _known(corpus: Corpus, ready: list[Ready]) -> Known:
    """Read the stored documents that the batch may collide with. Two queries."""
    known = Known()
    stored = Document.objects.filter(corpus=corpus)
    columns = ("id", "sha256", "source_id", "url", "external_id")
    hashes = stored.filter(sha256__in={found.sha256 for found in ready}).order_by("number")
    # The condition of the constraint has to be said, or its index is not used.
    named = stored.exclude(external_id="")
    ids = named.filter(external_id__in={r.document.external_id for r in ready if r.document.external_id})
    for row in ids.values_list(*columns):
        known.by_external_id[row[4]] = (row[0], row[1])
    for row in hashes.values_list(*columns):
        known.add(*row)
    return known


def _sources(corpus: Corpus, names: set[str], log: Log) -> dict[str, UUID]:
    """Return the sources by name; new ones are made with the outlet as a speaker. The corpus row is locked."""
    found = dict(Source.objects.filter(corpus=corpus, name__in=names).values_list("name", "pk"))
    for name in sorted(names - found.keys()):
        speaker = Speaker.objects.filter(corpus=corpus, name=name).order_by("disambiguation").first()
        if speaker is None:
            speaker = Speaker.objects.create(corpus=corpus, name=name, kind=SpeakerKind.OUTLET)
            log.add("speaker", speaker.pk, {"name": name, "kind": "outlet"})
        source = Source.objects.create(corpus=corpus, name=name, speaker=speaker)
        log.add("source", source.pk, {"name": name, "speaker": str(speaker.pk)})
        found[name] = source.pk
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A document that comes back under the id, and where it is free the number, that it had; `place` says where."""

    id: UUID
    number: int | None
    document: CleanDocument
    sha256: str
    place: int


def keep_documents(
    *, corpus: Corpus, found: list[Kept], actor: Any, now: datetime, batch: UUID
) -> Iterator[tuple[Kept, str]]:
    """Store documents that are not there yet under their own ids; yield those that repeat another one, and how.

    The caller has a transaction. Outlets that a speaker of the same name exists for get that speaker.
    """
    Corpus.objects.select_for_update().get(pk=corpus.pk)
    log = Log(batch=batch, actor_id=getattr(actor, "pk", None), corpus_id=corpus.pk, action="project.restore")
    sources = _sources(corpus, {one.document.source for one in found if one.document.source}, log)
    ready = [Ready(row=Row(number=1, file=""), document=one.document, sha256=one.sha256) for one in found]
    known = _known(corpus, ready)
    stored = Document.objects.filter(corpus=corpus)
    last = stored.aggregate(n=Max("number"))["n"] or 0
    taken = set(stored.filter(number__in=[one.number for one in found if one.number]).values_list("number", flat=True))
    new: list[tuple[Any, ...]] = []
    for one, row in zip(found, ready, strict=True):
        source = sources.get(one.document.source)
        duplicate = known.duplicate_of(row, source)
        if duplicate is not None:
            yield one, f"is stored already as document {duplicate[0]}: {duplicate[1]}"
            continue
        number = one.number if one.number and one.number not in taken else last + 1
        last = max(last, number)
        taken.add(number)
        new.append(_row(corpus, row, one.id, source, number, now, known.first.get(one.sha256)))
        known.add(one.id, one.sha256, source, one.document.url, one.document.external_id)
        log.add("document", one.id, _state(one.document, source, one.sha256))
    insert_rows(Document, DOCUMENT_COLUMNS, new)
    insert_rows(Change, CHANGE_COLUMNS, log.rows)


def document_state(document: Document) -> dict[str, Any]:
    """Return what a Change row says of a document: its hash and metadata, never the text."""
    return _state(document, document.source_id, document.sha256)


def _state(document: Document | CleanDocument, source: UUID | None, sha256: str) -> dict[str, Any]:
    return {
        "title": document.title,
        "source": str(source) if source else None,
        "url": document.url,
        "published_on": document.published_on.isoformat() if document.published_on else None,
        "language": document.language,
        "external_id": document.external_id,
        "metadata": document.metadata,
        "sha256": sha256,
    }
