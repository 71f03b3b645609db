"""Names first, at the desk: entries declared the same, and that taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from annotate import permissions
from annotate.actions.adjudication.stale import recount_stale
from annotate.actions.batch import Batch
from annotate.actions.registries import merge_entry, unmerge_entry
from annotate.models import Project
from annotate.payloads.problems import FieldError, Invalid
from annotate.permissions import Action
from corpus.models import Change, Entry, Proposition, Speaker, Target

MODELS: dict[str, type[Entry]] = {"speaker": Speaker, "target": Target, "proposition": Proposition}


@transaction.atomic
def merge_names(
    *, user: User, project: Project, entries: Sequence[Any], now: datetime, is_inverted: bool = False
) -> Batch:
    """Merge all entries into the first, as one step; open units are looked at again. Raises Invalid or WrongState."""
    permissions.require(user, Action.ADJUDICATE, project.pk)
    if len(entries) < 2 or any(entry.corpus_id != project.corpus_id for entry in entries):
        raise Invalid.of([FieldError(pointer="/entries", detail="Name two entries or more of this corpus.")])
    batch = Batch(action="entry.merge", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    kept, *others = entries
    for entry in others:
        merge_entry(user=user, entry=entry, into=kept, is_inverted=is_inverted, batch=batch)
    batch.write()
    recount_stale(project=project, now=now)
    return batch


@transaction.atomic
def undo_merges(*, user: User, project: Project, batch_id: UUID, now: datetime) -> Batch | None:
    """Un-merge what a step merged; None where the step merged nothing."""
    permissions.require(user, Action.ADJUDICATE, project.pk)
    rows = Change.objects.filter(batch=batch_id, corpus_id=project.corpus_id, action="entry.merge")
    found = list(rows.filter(object_type__in=list(MODELS)).order_by("-id"))
    if not found:
        return None
    batch = Batch(action="entry.unmerge", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    for row in found:
        entry = MODELS[row.object_type]._default_manager.get(pk=row.object_id)
        unmerge_entry(user=user, entry=entry, batch=batch)
    batch.write()
    recount_stale(project=project, now=now)
    return batch
