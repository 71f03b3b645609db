"""Export: each format of all claims, beside the same SELECTs through a raw cursor with each row through orjson.

With writers, both run again while so many processes save claims: first one a second each, several times what a quick
annotator saves, then one after the other without a pause. The file that was begun before them must have the bytes of
the one that was written while nothing happened.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from random import Random
from typing import Any
from uuid import UUID

import orjson
from django.contrib.auth.models import User
from django.db import connection

from annotate.actions.claims import put_claim
from annotate.actions.projects import add_member
from annotate.formats import FORMATS, Selection, delivered
from annotate.management.bench.data import NOW, World, let_count
from annotate.management.bench.figures import Figure, PeakMemory, clock, rate
from annotate.management.bench.requests import bodies
from annotate.models import Claim
from annotate.payloads.preconditions import Precondition
from annotate.permissions import Role
from corpus.database import snapshot
from corpus.models import Document

PAUSES = {1.0: "write a claim a second each", 0.0: "write without a pause"}
DOCUMENTS_EACH = 10  # of each writer, so that none gets more claims than a document may have
FORKS: Any = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export, thrown away as it came: its size and hash, and the seconds until its first and last byte."""

    size: int
    sha256: str
    first: float
    last: float


def run(world: World) -> list[Figure]:
    _in_a_fork(world.annotate)
    n_claims = Claim.objects.count()
    let_count()
    selection = Selection(project=world.project, user=User(is_superuser=True), layers="all")
    return [figure for key in world.formats for figure in _figures(world, key, selection, n_claims)]


def _in_a_fork(work: Callable[[], object]) -> None:
    """Run it in a process of its own: filling a database leaves this one's memory in pieces, and slower by a third."""
    _disconnect()
    process = FORKS.Process(target=work)
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"Filling the database ended with exit code {process.exitcode}; see the lines above.")


def _disconnect() -> None:
    """Close what a forked process must not share."""
    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()


def _figures(world: World, key: str, selection: Selection, n_claims: int) -> Iterator[Figure]:
    memory = PeakMemory()
    frozen = _export(key, selection)
    growth = memory.growth()
    name = f"export {n_claims:,} claims, {key}"
    ours, raw, n_queries = _times(key, selection)
    note = f"{frozen.size / 1e6:.0f} MB, first byte {frozen.first * 1000:.0f} ms, {n_queries} queries"
    yield rate(name, n_claims, ours, raw, note + (f", memory +{max(growth, 0):.0f} MB" if growth is not None else ""))
    if world.n_writers:
        for pause in PAUSES:
            yield _during_writers(world, pause, key, selection, n_claims)


def _during_writers(world: World, pause: float, key: str, selection: Selection, n_claims: int) -> Figure:
    before = Claim.objects.count()
    frozen = _export(key, selection)
    with _writers(world, pause) as start:
        begun = _export(key, selection, after_first=start)
        assert begun.sha256 == frozen.sha256, "An export that began before the writers holds what they wrote."
        ours, raw, _ = _times(key, selection)
    saved = Claim.objects.count() - before
    note = f"first byte {begun.first * 1000:.0f} ms, same bytes, {saved:,} claims saved meanwhile"
    return rate(f"… while {world.n_writers} {PAUSES[pause]}", n_claims, ours, raw, note)


def _times(key: str, selection: Selection) -> tuple[float, float, int]:
    """Return the best seconds of three, ours and raw by turns, and the number of queries of the last."""
    pairs = []
    for _ in range(3):
        queries: list[tuple[str, Any]] = []
        with snapshot():  # both read the same rows, whatever is written meanwhile
            with connection.execute_wrapper(_recorder(queries)):
                ours = clock(lambda: _export(key, selection, hashed=False))
            pairs.append((ours, clock(partial(_raw, queries))))
    return min(ours for ours, _ in pairs), min(raw for _, raw in pairs), len(queries)


def _export(key: str, selection: Selection, *, hashed: bool = True, after_first: Any = None) -> Export:
    began, first, size, digest = time.perf_counter(), 0.0, 0, hashlib.sha256()
    with snapshot():
        for piece in delivered(FORMATS[key], selection):
            if not size:
                first = time.perf_counter() - began
                if after_first is not None:
                    after_first()
            size += len(piece)
            if hashed:
                digest.update(piece)
    return Export(size=size, sha256=digest.hexdigest(), first=first, last=time.perf_counter() - began)


@contextmanager
def _writers(world: World, pause: float) -> Iterator[Any]:
    """Yield what lets the writers, which are ready, begin; they end with the block."""
    people = [_writer(world, number) for number in range(world.n_writers)]
    rows = Document.objects.filter(corpus=world.project.corpus_id).order_by("-number")
    documents = list(rows[: world.n_writers * DOCUMENTS_EACH])
    go, stop = FORKS.Event(), FORKS.Event()
    _disconnect()
    writers = [
        FORKS.Process(target=_write, args=(user, documents[number :: world.n_writers], pause, go, stop), daemon=True)
        for number, user in enumerate(people)
    ]
    for writer in writers:
        writer.start()
    try:
        yield go.set
    finally:
        stop.set()
        go.set()
        for writer in writers:
            writer.join()


def _writer(world: World, number: int) -> User:
    user, is_new = User.objects.get_or_create(username=f"writer-{number}")
    if is_new:
        roles = {Role.ANNOTATOR}
        add_member(user=world.manager, project=world.project, username=user.get_username(), roles=roles, now=NOW)
    return user


def _write(user: User, documents: list[Document], pause: float, go: Any, stop: Any) -> None:
    """Save claims, twenty a document, with a pause of about so many seconds after each, until told to stop."""
    go.wait()
    dice = Random()
    for body in (body for document in cycle(documents) for body in bodies(document, 20)):
        if stop.wait(pause * dice.uniform(0.5, 1.5)):
            break
        put_claim(user=user, claim_id=UUID(body["id"]), body=body, precondition=Precondition(), now=NOW)
    connection.close()


def _recorder(queries: list[tuple[str, Any]]) -> Any:
    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith("SELECT"):
            queries.append((sql, params))
        return execute(sql, params, many, context)

    return record


def _raw(queries: list[tuple[str, Any]]) -> None:
    with connection.cursor() as cursor:
        for sql, params in queries:
            cursor.execute(sql, params)
            while rows := cursor.fetchmany(2000):
                for row in rows:
                    orjson.dumps(row, default=str)
