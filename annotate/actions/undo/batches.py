"""Undoing what one action did: every object set back in one transaction, or a refusal that says why.

What was changed since is not overwritten. The undo writes Change rows of its own, so that it can be undone in turn.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from annotate.actions.batch import joined
from annotate.actions.undo.base import Asking, LargeRestorer, Restorer, WholeRestorer, by_whom, is_as, refuse
from annotate.actions.undo.claims import ClaimRestorer, ReassignmentRestorer, undo_reassignments
from annotate.actions.undo.desk import undo_desk_step
from annotate.actions.undo.entries import EntryRestorer
from annotate.actions.undo.imports import ACTION as IMPORT_UNDO
from annotate.actions.undo.imports import undo_import
from annotate.actions.undo.settings import DocumentRestorer, MemberRestorer, ProjectRestorer, RoundRestorer
from annotate.models import Project
from annotate.payloads.problems import Invalid, NotThere, PreconditionFailed, WrongState
from annotate.reports.history import Names, action_words, sees_batch, type_words, whole_batch
from annotate.reports.history.visible import ENTRIES
from annotate.reports.history.words import object_name
from corpus.models import Change, Proposition, Speaker, Target

UNDO = "undo"
HIDDEN = "There is no such change, or you may not see it."
# Every kind of object that can be set back, by the `object_type` of its Change rows.
RESTORERS: dict[str, Restorer] = {
    "speaker": EntryRestorer(Speaker),
    "target": EntryRestorer(Target),
    "proposition": EntryRestorer(Proposition),
    "claim": ClaimRestorer(),
    "reassignment": ReassignmentRestorer(),
    "document": DocumentRestorer(),
    "member": MemberRestorer(),
    "round": RoundRestorer(),
    "project": ProjectRestorer(),
}
# Kinds of objects whose batches are given as a whole to the part that wrote them, by `object_type`.
WHOLES: dict[str, WholeRestorer] = dict.fromkeys(("decision", "pairing", "adjudication"), undo_desk_step)
# Actions that wrote too many rows to hold: their part reads the rows itself, and the undo has a name of its own.
LARGE: dict[str, tuple[str, LargeRestorer]] = {"annotations.import": (IMPORT_UNDO, undo_import)}
# What these actions did is more than their Change rows can set back.
NEVER = (
    *("project.create", "round.create", "round.add", "round.move", "member.add", "member.leave", "import.create"),
    IMPORT_UNDO,
    "claim.reassign_undo",
    "project.restore",
    *("story.find", "story.join", "story.part"),  # stories are joined and parted on their page
)


def can_be_undone(action: str, types: Iterable[str]) -> bool:
    """Return whether a batch is of a kind that can be undone; whether it can be just now, only `undo_batch` says."""
    return action in LARGE or (
        action not in NEVER and (bool(WHOLES.keys() & set(types)) or all(type in RESTORERS for type in types))
    )


@transaction.atomic
def undo_batch(*, user: User, project: Project, batch: UUID, now: datetime) -> UUID:
    """Undo a batch that `user` may see; returns the id of the batch that this wrote.

    Raises NotThere, PermissionDenied, or WrongState with the reason; then nothing was written.
    """
    action = Change.objects.filter(batch=batch).order_by("id").values_list("action", flat=True).first()
    if action in LARGE:
        return _undo_large(user, project, batch, action, now)
    rows = whole_batch(user, project, batch)
    whole = next((WHOLES[row.object_type] for row in rows if row.object_type in WHOLES), None)
    rows = rows if whole is not None else _undoable(rows)
    names = Names.of(project, rows, user)
    with joined(UNDO) as of_undo:
        asking = Asking(user=user, now=now, batch=batch, action=rows[0].action, of_undo=of_undo)
        if whole is not None:
            whole(asking, project, rows)
            return of_undo
        for change in reversed(rows):
            _restore(asking, change, names)
        undo_reassignments(asking, project)
    return of_undo


def _undo_large(user: User, project: Project, batch: UUID, action: str, now: datetime) -> UUID:
    if not sees_batch(user, project, batch):
        raise NotThere(HIDDEN)
    name, restore = LARGE[action]
    with joined(name) as of_undo:
        restore(Asking(user=user, now=now, batch=batch, action=action, of_undo=of_undo), project)
    return of_undo


def _undoable(rows: list[Change]) -> list[Change]:
    """Return the rows to set back. Names typed into a claim stay in the registry, as when the claim is deleted."""
    if not rows:
        raise NotThere(HIDDEN)
    action = rows[0].action
    if action in NEVER:
        raise refuse(f"“{action_words(action)}” did more than its record can set back.")
    for row in rows:
        if row.object_type not in RESTORERS:
            raise refuse(f"it changed a {type_words(row.object_type)}, which is set back by hand.")
    types = {row.object_type for row in rows}
    return [row for row in rows if "claim" not in types or row.object_type not in ENTRIES]


def _restore(asking: Asking, change: Change, names: Names) -> None:
    restorer = RESTORERS[change.object_type]
    what = f"{type_words(change.object_type)} “{object_name(change, names)}”"
    if not is_as(restorer.state(asking, change), change.after):
        raise refuse(f"the {what} was changed since{by_whom(change, names, asking)}. Undo that first.")
    try:
        restorer.restore(asking, change)
    except (Invalid, NotThere, PreconditionFailed) as problem:
        raise refuse(f"the {what}: {problem.detail}") from problem
    except WrongState as problem:
        if problem.detail.startswith("This cannot be undone"):
            raise
        raise refuse(f"the {what}: {problem.detail}") from problem
