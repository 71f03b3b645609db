"""Claims and documents as Arrow: typed, nested rows in batches, written as Parquet piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any

from annotate.formats.base import Selection
from annotate.formats.reading import parts
from annotate.formats.sink import Sink
from annotate.formats.tables.context import sorted_json
from annotate.formats.tables.of_claims import Views, answer_text, holder_of
from annotate.formats.texts import shown_claims
from corpus.database.bulk import Key, uuid_text

BATCH = 20_000
FIRST = 500
AT_ONCE = 1000
DOCUMENTS_AT_ONCE = 500
CHARACTERS_AT_ONCE = 5_000_000

type Tell = Callable[[int, int], None]
type Row = dict[str, Any]


def claim_schema() -> Any:
    """Return the schema of claims: as in `jsonl`, with the holder of each stance, its score, and answers as a list."""
    import pyarrow as pa

    text, flag, whole = pa.string(), pa.bool_(), pa.int32()
    entry = pa.struct([("id", text), ("name", text)])
    spans = pa.list_(pa.struct([("start", whole), ("end", whole), ("quote", text)]))
    answers = pa.list_(pa.struct([("key", text), ("kind", text), ("values", pa.list_(text))]))
    target = pa.struct([("id", text), ("name", text), ("kind", text)])
    stance = pa.struct(
        [
            *(("holder", entry), ("holder_is_default", flag), ("target", target), ("value", text)),
            *(("score", pa.float64()), ("attributes", answers)),
        ]
    )
    speaker = pa.struct([("id", text), ("name", text), ("represents", entry), ("mention", spans)])
    names = ("id", "external_id", "title", "source", "url", "language", "sha256")
    return pa.schema(
        [
            *(("id", text), ("layer", text), ("round", text), ("project", text), ("layer_kind", text)),
            ("annotator", text),
            ("codebook", pa.struct([("name", text), ("version", whole)])),
            ("document", pa.struct([*((name, text) for name in names), ("published_on", pa.date32())])),
            *(("quote", text), ("spans", spans), ("cue", spans), ("speakers", pa.list_(speaker))),
            *(("reported_by", pa.list_(entry)), ("mode", text)),
            ("proposition", pa.struct([("id", text), ("text", text), ("relation", text)])),
            *(("stances", pa.list_(stance)), ("no_stance", flag), ("attributes", answers), ("unsure", flag)),
            *(("note", text), ("detected", pa.struct([("rule", text), ("fields", pa.list_(text))]))),
            *(("follows", text), ("version", whole), ("created_at", pa.timestamp("us", "UTC"))),
            *(("updated_at", pa.timestamp("us", "UTC")), ("withdrawn", flag)),
        ]
    )


def document_schema() -> Any:
    import pyarrow as pa

    names = ("id", "external_id", "title", "source", "url", "language", "sha256", "text", "metadata")
    others = [("number", pa.int32()), ("n_characters", pa.int32()), ("published_on", pa.date32())]
    return pa.schema([*((name, pa.string()) for name in names), *others])


def claim_arrow_rows(selection: Selection) -> Iterator[Row]:
    views = Views(selection.project.codebook_id)
    last: tuple[Row, Row] = ({}, {})
    for claim in shown_claims(selection):
        if claim["document"] is not last[0]:  # claims of one document share its dict
            last = (claim["document"], _document(claim["document"]))
        yield _claim(claim, last[1], views)


def _document(document: Row) -> Row:
    day = document["published_on"]
    return document | {"published_on": date.fromisoformat(day) if day else None}


def _claim(claim: Row, document: Row, views: Views) -> Row:
    number = claim["codebook"]["version"]
    return claim | {
        "document": document,
        "quote": " […] ".join(span["quote"] for span in claim["spans"]),
        "stances": [_stance(claim, stance, views, number) for stance in claim["stances"]],
        "attributes": _answers(claim["attributes"], views, number, "claim"),
        "created_at": datetime.fromisoformat(claim["created_at"]),
        "updated_at": datetime.fromisoformat(claim["updated_at"]),
        "withdrawn": claim.get("withdrawn", False),
    }


def _stance(claim: Row, stance: Row, views: Views, number: int) -> Row:
    return {
        "holder": holder_of(claim, stance) or None,
        "holder_is_default": stance["holder"] is None,
        "target": stance["target"],
        "value": stance["value"],
        "score": views.score(number, stance["value"]),
        "attributes": _answers(stance.get("attributes", {}), views, number, "stance"),
    }


def _answers(answers: Row, views: Views, number: int, scope: str) -> list[Row]:
    return [
        {
            "key": key,
            "kind": views.kind(number, scope, key),
            "values": [answer_text(value) for value in (answer if isinstance(answer, list) else [answer])],
        }
        for key, answer in sorted(answers.items())
    ]


def document_arrow_rows(selection: Selection) -> Iterator[Row]:
    for part in parts(selection):
        found = part.rows().values_list(Key("id"), "number", "n_characters", "text", "metadata")
        for key, number, n_characters, text, metadata in found:
            about = _document(part.by_id[uuid_text(key)])
            yield about | {
                "number": number,
                "n_characters": n_characters,
                "text": text if selection.with_text else None,
                "metadata": sorted_json(metadata),
            }


def parquet(
    rows: Iterable[Row], schema: Any, *, batch: int = BATCH, tell: Tell = lambda n_bytes, n_rows: None
) -> Iterator[bytes]:
    """Yield a Parquet file; each batch of rows is a row group. Of a batch, only a part is held as Python objects.

    `tell` hears of each group: the bytes that it takes in memory, and its rows.
    """
    import pyarrow.parquet as pq

    sink = Sink()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        yield from sink.taken()
        for group in row_groups(rows, schema, batch):
            writer.write_table(group)
            tell(group.nbytes, len(group))
            yield from sink.taken()
    yield from sink.taken()


def row_groups(rows: Iterable[Row], schema: Any, batch: int) -> Iterator[Any]:
    """Yield Arrow tables of at most so many rows, bounded in text too; a small one first, so that the file begins."""
    import pyarrow as pa

    held: list[Any] = []
    part: list[Row] = []
    n_rows, size, limit = 0, 0, FIRST
    for row in rows:
        part.append(row)
        n_rows += 1
        size += len(row.get("text") or "")
        is_full = n_rows >= min(limit, batch) or size >= CHARACTERS_AT_ONCE
        if is_full or len(part) >= AT_ONCE:
            held.append(pa.RecordBatch.from_pylist(part, schema=schema))
            part = []
        if is_full:
            yield pa.Table.from_batches(held, schema)
            held, n_rows, size, limit = [], 0, 0, batch
    if part:
        held.append(pa.RecordBatch.from_pylist(part, schema=schema))
    if held:
        yield pa.Table.from_batches(held, schema)
