"""The Change rows of one action, written together."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from corpus.database.bulk import insert_rows
from corpus.models import Change

COLUMNS = ("batch", "action", "actor_id", "project_id", "corpus_id", "object_type", "object_id", "before", "after")

_JOINT: ContextVar[tuple[str, UUID] | None] = ContextVar("joint", default=None)


@contextmanager
def joined(action: str, id: UUID | None = None) -> Iterator[UUID]:
    """Have all batches that are written inside count as one, under this action; yields its id, made unless given."""
    id = id or uuid.uuid4()
    token = _JOINT.set((action, id))
    try:
        yield id
    finally:
        _JOINT.reset(token)


@dataclass(slots=True, kw_only=True)
class Batch:
    """Collects what one action changed; `write()` stores it in one query."""

    action: str
    actor: Any
    project_id: UUID | None = None
    corpus_id: UUID | None = None
    id: UUID = field(default_factory=uuid.uuid4)
    rows: list[Change] = field(default_factory=list)

    def add(self, object_type: str, object_id: object, *, before: Any, after: Any) -> None:
        self.rows.append(
            Change(
                batch=self.id,
                action=self.action,
                actor_id=getattr(self.actor, "pk", None),
                project_id=self.project_id,
                corpus_id=self.corpus_id,
                object_type=object_type,
                object_id=str(object_id),
                before=before,
                after=after,
            )
        )

    def write(self) -> None:
        """Store the rows. What the action made first belongs to the project that it made later."""
        joint = _JOINT.get()
        for row in self.rows:
            row.action, row.batch = joint or (row.action, row.batch)
            row.project_id, row.corpus_id = row.project_id or self.project_id, row.corpus_id or self.corpus_id
        insert_rows(Change, COLUMNS, (tuple(getattr(row, name) for name in COLUMNS) for row in self.rows))
        self.rows = []
