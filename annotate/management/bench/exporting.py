"""Export: our jsonl of all claims, beside the same SELECTs through a raw cursor with each row through orjson."""

from __future__ import annotations

from typing import Any

import orjson
from django.contrib.auth.models import User
from django.db import connection

from annotate.formats import FORMATS, Selection, delivered
from annotate.management.bench.data import World
from annotate.management.bench.figures import Figure, PeakMemory, clock, rate
from corpus.database import snapshot


def run(world: World) -> list[Figure]:
    n_claims = world.annotate()
    selection = Selection(project=world.project, user=User(is_superuser=True), layers="all")
    queries: list[tuple[str, Any]] = []
    sizes = []
    for key in ("jsonl", "csv", "documents-jsonl"):
        queries.clear()
        with connection.execute_wrapper(_recorder(queries)):
            size = _export(key, selection)
        memory = PeakMemory()
        ours = min(clock(lambda key=key: _export(key, selection)) for _ in range(2))  # type: ignore[misc]
        growth = memory.growth()
        raw = min(clock(lambda: _raw(queries)) for _ in range(2))
        note = f"{size / 1e6:.0f} MB, {len(queries)} queries" + (f", memory +{growth:.0f} MB" if growth else "")
        sizes.append(rate(f"export {n_claims:,} claims, {key}", n_claims, ours, raw, note))
    return sizes


def _export(key: str, selection: Selection) -> int:
    with snapshot():
        return sum(len(piece) for piece in delivered(FORMATS[key], selection))


def _recorder(queries: list[tuple[str, Any]]) -> Any:
    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith("SELECT"):
            queries.append((sql, params))
        return execute(sql, params, many, context)

    return record


def _raw(queries: list[tuple[str, Any]]) -> None:
    with snapshot(), connection.cursor() as cursor:
        for sql, params in queries:
            cursor.execute(sql, params)
            while rows := cursor.fetchmany(2000):
                for row in rows:
                    orjson.dumps(row, default=str)
