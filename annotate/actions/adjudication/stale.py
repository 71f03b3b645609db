"""Keeps the counts of open units by document, for lists: written with what changes them, or marked as old."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from annotate.actions.batch import Batch
from annotate.models import (
    Adjudication,
    Claim,
    ClaimSpeaker,
    Layer,
    LayerStatus,
    Project,
    Reporter,
    RoundPurpose,
    Stance,
)
from annotate.reports.desk import Desk, load_desks

CHUNK = 50


def note_reading(layer: Layer, *, now: datetime) -> None:
    """Count the units of a document anew after a reading of it came or went; the caller has a transaction."""
    if layer.round is not None and layer.round.purpose != RoundPurpose.WORK:
        return
    Adjudication.objects.bulk_create(
        [Adjudication(project_id=layer.project_id, document_id=layer.document_id, updated_at=now)],
        ignore_conflicts=True,
    )
    recount([lock_rows(Adjudication.objects.filter(project=layer.project_id, document=layer.document_id))[0]], now=now)


def lock_rows(rows: QuerySet[Adjudication]) -> list[Adjudication]:
    return list(rows.select_for_update(of=("self",)).select_related("project", "document").order_by("pk"))


def recount(rows: list[Adjudication], *, now: datetime) -> list[Desk]:
    """Write the counts of locked rows as they are now, and return their desks."""
    desks = load_desks(rows)
    for desk in desks:
        write_counts(desk, now=now)
    return desks


def write_counts(desk: Desk, *, now: datetime) -> None:
    """Store the counts. A finished document with something open is no longer finished."""
    row, counts = desk.adjudication, desk.counts
    values: dict[str, Any] = {**counts, "is_stale": False, "updated_at": now}
    if counts["n_open"] and row.finished_at is not None:
        values |= {"finished_at": None, "finished_by": None}
        Layer.objects.gold().filter(project=row.project_id, document=row.document_id).update(
            status=LayerStatus.OPEN, version=F("version") + 1, updated_at=now
        )
        batch = Batch(
            action="adjudication.reopen", actor=None, project_id=row.project_id, corpus_id=row.project.corpus_id
        )
        batch.add("adjudication", row.pk, before=finished_state(row), after={"finished_at": None})
        batch.write()
    for name, value in values.items():
        setattr(row, name, value)
    Adjudication.objects.filter(pk=row.pk).update(**values, version=F("version") + 1)
    row.version += 1


def finished_state(row: Adjudication) -> dict[str, Any]:
    return {"finished_at": row.finished_at.isoformat() if row.finished_at else None, "finished_by": row.finished_by_id}


@transaction.atomic
def recount_stale(*, project: Project, now: datetime, limit: int = CHUNK) -> int:
    """Count some of the documents whose counts are old; returns how many were counted. Never waits for a curator."""
    rows = Adjudication.objects.filter(project=project, is_stale=True).order_by("pk")[:limit]
    free = Adjudication.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))
    locked = list(free.select_for_update(skip_locked=True, of=("self",)).select_related("project", "document"))
    recount(locked, now=now)
    return len(locked)


def recount_all(*, project: Project, now: datetime) -> int:
    """Count all documents whose counts are old, some at a time; returns how many."""
    n, part = 0, recount_stale(project=project, now=now)
    while part:
        n, part = n + part, recount_stale(project=project, now=now)
    return n


def mark_stale(*, registry: str, entries: Iterable[UUID]) -> int:
    """Mark the documents with claims that name one of the entries; returns how many. The caller has a transaction."""
    documents = set(_naming(registry, list(entries)).values_list("layer__document_id", flat=True).order_by().distinct())
    n = 0
    for part in batched(documents, 500):
        n += Adjudication.objects.filter(document__in=part).update(is_stale=True)
    return n


def _naming(registry: str, entries: list[UUID]) -> QuerySet[Claim]:
    if registry == "proposition":
        return Claim.objects.filter(proposition__in=entries)
    if registry == "target":
        return Claim.objects.filter(pk__in=Stance.objects.filter(target__in=entries).values("claim"))
    people = ClaimSpeaker.objects.filter(Q(speaker__in=entries) | Q(represents__in=entries))
    reporters = Reporter.objects.filter(speaker__in=entries)
    holders = Stance.objects.filter(holder__in=entries)
    where = Q(pk__in=people.values("claim")) | Q(pk__in=reporters.values("claim")) | Q(pk__in=holders.values("claim"))
    return Claim.objects.filter(where)
