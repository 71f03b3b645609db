"""Undo at the desk: a step is taken back by what it was, a decision or a merge of names."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import User
from django.utils import timezone

from annotate.actions import adjudication
from annotate.actions.batch import Batch
from annotate.actions.same_names import undo_merges
from annotate.models import Adjudication, Project
from annotate.payloads.problems import FieldError, Invalid


def undo_step(*, user: User, project: Project, row: Adjudication, raw: str) -> Batch:
    """Take back the step with this batch id. Raises Invalid, NotThere or WrongState."""
    try:
        batch_id = UUID(raw)
    except ValueError:
        raise Invalid.of([FieldError(pointer="/batch", detail=f"{raw[:60]!r} names no step.")]) from None
    now = timezone.now()
    merged = undo_merges(user=user, project=project, batch_id=batch_id, now=now)
    if merged is not None:
        return merged
    return adjudication.undo_at_desk(
        user=user, project=project, document_id=row.document_id, batch_id=batch_id, now=now
    )
