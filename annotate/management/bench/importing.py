"""Import: a file of JSON lines through our readers and checks, beside a bare executemany of the same rows."""

from __future__ import annotations

import io
import uuid
from typing import Any

from django.db import connection, transaction

from annotate.actions.documents import add_documents
from annotate.management.bench.data import NOW, World, as_lines
from annotate.management.bench.figures import Figure, PeakMemory, clock, rate
from corpus.models import Corpus, Document, Source, Speaker
from corpus.readers import READERS
from corpus.readers.base import ReadOptions

RAW_BATCH = 1000


def run(world: World) -> list[Figure]:
    lines = as_lines(world.count)
    memory = PeakMemory()
    ours = clock(lambda: _import(world, lines))
    growth = memory.growth()
    stored = Document.objects.filter(corpus=world.project.corpus_id)
    assert stored.count() == world.count
    rows = _raw_rows(stored)
    raw = clock(lambda: _insert(rows))
    Document.objects.filter(corpus__slug="raw").delete()
    note = f"memory +{growth:.0f} MB" if growth is not None else ""
    return [rate(f"import {world.count:,} articles", world.count, ours, raw, note)]


def _import(world: World, lines: bytes) -> None:
    rows = READERS["jsonl"].read(io.BytesIO(lines), ReadOptions(file="bench.jsonl"))
    for outcome in add_documents(user=world.manager, project=world.project, rows=rows, now=NOW):
        assert outcome.is_created


def _columns() -> list[str]:
    return [str(field.column) for field in Document._meta.concrete_fields]


def _raw_rows(stored: Any) -> list[tuple[Any, ...]]:
    """Return the same rows, ready for the database, for another corpus."""
    corpus = Corpus.objects.create(slug="raw", name="raw", created_at=NOW)
    speaker = Speaker.objects.create(corpus=corpus, name="Outlet")
    source = Source.objects.create(corpus=corpus, name="Outlet", speaker=speaker)
    fields = Document._meta.concrete_fields
    found = []
    for document in stored.iterator(RAW_BATCH):
        document.id, document.corpus, document.source = uuid.uuid4(), corpus, source
        found.append(tuple(f.get_db_prep_save(getattr(document, f.attname), connection) for f in fields))
    return found


def _insert(rows: list[tuple[Any, ...]]) -> None:
    quote = connection.ops.quote_name
    places = ", ".join(["%s"] * len(rows[0]))
    sql = f"INSERT INTO corpus_document ({', '.join(map(quote, _columns()))}) VALUES ({places})"
    for start in range(0, len(rows), RAW_BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(sql, rows[start : start + RAW_BATCH])
