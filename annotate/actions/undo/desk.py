"""Steps at the desk set back as a whole: decisions with their gold claims, pairings, finishing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from annotate.actions.adjudication.undoing import undo_at_desk
from annotate.actions.undo.base import Asking, refuse
from annotate.models import Adjudication, Layer, Project
from corpus.models import Change


def undo_desk_step(asking: Asking, project: Project, rows: Sequence[Change]) -> None:
    """Take back one step on a document. Raises NotThere, WrongState or PermissionDenied."""
    document = next((found for row in rows if (found := _document(row)) is not None), None)
    if document is None:
        raise refuse("it is not known on which document the step was.")
    undo_at_desk(user=asking.user, project=project, document_id=document, batch_id=asking.batch, now=asking.now)


def _document(row: Change) -> UUID | None:
    state: dict[str, Any] = row.after or row.before or {}
    if row.object_type == "decision":
        return Layer.objects.filter(pk=UUID(state["layer"])).values_list("document", flat=True).first()
    if row.object_type in ("pairing", "adjudication"):
        return Adjudication.objects.filter(pk=row.object_id).values_list("document", flat=True).first()
    return None
