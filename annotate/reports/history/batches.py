"""Change rows by the action that wrote them, newest first: pages by keyset, a constant number of queries each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from annotate.models import Project
from annotate.payloads.people import people_of
from annotate.reports.history.names import Names
from annotate.reports.history.visible import OBJECT_TYPES, Changes, changes_of
from annotate.reports.history.words import action_words, differences, object_name, type_words
from corpus.models import Change

PAGE = 30
SHOWN = 12  # so many rows at most of one batch
STEP, STEPS = 400, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which rows are asked for; empty filters nothing. A day is one of UTC."""

    person: str = ""
    action: str = ""
    object_type: str = ""
    object_id: str = ""
    day: date | None = None
    batch: UUID | None = None

    def apply(self, project: Project, rows: Changes) -> Changes:
        for name in ("action", "object_type", "object_id", "batch"):
            value = getattr(self, name)
            rows = rows.filter(**{name: value}) if value else rows
        if self.person:
            rows = rows.filter(actor__in=people_of(project.pk, self.person))
        if self.day is not None:
            start = datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)
            rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
        return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One changed object: what it is, what it is called, and what changed of it."""

    id: int
    kind: str
    name: str
    verb: str
    object_type: str
    object_id: str
    lines: list[str]
    has_page: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchShown:
    """What one action changed, as far as it is shown: `n_changes` counts all that the reader may see."""

    id: UUID
    last: int
    at: datetime
    who: str
    is_own: bool
    action: str
    words: str
    lines: list[Line]
    n_changes: int
    types: frozenset[str]

    @property
    def n_more(self) -> int:
        return self.n_changes - len(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchesPage:
    batches: list[BatchShown]
    older: int | None


def batches_page(
    user: User, project: Project, asked: Asked, *, before: int | None = None, size: int = PAGE
) -> BatchesPage:
    """Return a page of batches by the id of their last row, newest first. At most 26 queries, 17 as a rule."""
    rows = asked.apply(project, changes_of(user, project))
    found, edge = _newest(rows, before, size + 1)
    shown = list(found)[:size]
    return BatchesPage(
        batches=batch_rows(user, project, rows, shown),
        older=found[shown[-1]] if len(found) > size else edge,
    )


def _newest(rows: Changes, before: int | None, wanted: int) -> tuple[dict[UUID, int], int | None]:
    """Return so many batches with the id of their last row, newest first. Rows are walked in growing steps, so that
    a batch of thousands is passed in a few; where it stops after 100,000 of them, that id is returned too."""
    found: dict[UUID, int] = {}
    step, last = STEP, before
    for _ in range(STEPS):
        part = rows.filter(id__lt=last) if last is not None else rows
        ids = list(part.order_by("-id").values_list("id", "batch")[:step])
        for id, batch in ids:
            found.setdefault(batch, id)
        if len(ids) < step or len(found) > wanted:
            last = None
            break
        last, step = ids[-1][0], step * 2
    if before is not None:  # batches that were written at the same time reach across the edge of a page
        for batch in rows.filter(batch__in=list(found), id__gte=before).values_list("batch", flat=True):
            found.pop(batch, None)
    return dict(list(found.items())[:wanted]), last


def batch_rows(user: User, project: Project, rows: Changes, batches: Sequence[UUID]) -> list[BatchShown]:
    """Return these batches in the order given, each with its first rows of those that `rows` holds."""
    counted = rows.filter(batch__in=batches).annotate(
        at_place=Window(RowNumber(), partition_by=F("batch"), order_by=F("id").asc()),
        n_rows=Window(Count("pk"), partition_by=F("batch")),
    )
    found: dict[UUID, list[Any]] = {batch: [] for batch in batches}
    shown = list(counted.filter(at_place__lte=SHOWN).order_by("id")) if batches else []
    for row in shown:
        found[row.batch].append(row)
    names = Names.of(project, shown, user)
    return [_batch(user, part, names) for part in found.values() if part]


def _batch(user: User, rows: list[Any], names: Names) -> BatchShown:
    first = rows[0]
    return BatchShown(
        id=first.batch,
        last=rows[-1].pk,
        at=first.at,
        who=names.actor(first),
        is_own=first.actor_id == user.pk,
        action=first.action,
        words=action_words(first.action),
        lines=list(_said(rows, names)),
        n_changes=first.n_rows,
        types=frozenset(row.object_type for row in rows),
    )


def _said(rows: Iterable[Change], names: Names) -> Iterable[Line]:
    for row in rows:
        verb = "made" if row.before is None else "deleted" if row.after is None else ""
        yield Line(
            id=row.pk,
            kind=type_words(row.object_type),
            name=object_name(row, names),
            verb=verb,
            object_type=row.object_type,
            object_id=row.object_id,
            lines=differences(row, names),
            has_page=row.object_type in OBJECT_TYPES,
        )


def object_history(
    user: User, project: Project, rows: Changes, *, before: int | None = None, size: int = PAGE
) -> BatchesPage:
    """Return what happened to one object, newest first, each batch with what it did to this object alone."""
    rows = rows.filter(id__lt=before) if before is not None else rows
    found = list(dict.fromkeys(rows.order_by("-id").values_list("batch", flat=True)[: size + 1]))
    shown = batch_rows(user, project, rows, found[:size])
    return BatchesPage(
        batches=[replace(batch, lines=batch.lines[::-1]) for batch in shown],
        older=min(line.id for line in shown[-1].lines) if len(found) > size else None,
    )
