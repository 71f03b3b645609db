"""Taking back what was done at the desk, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotate.actions.adjudication.gold import touch_gold
from annotate.actions.adjudication.locking import gold_layer, lock_desk
from annotate.actions.adjudication.stale import finished_state, recount
from annotate.actions.adjudication.states import pairing_state, remove_decision, restore_decision, set_pairings
from annotate.actions.batch import Batch
from annotate.models import Decision, LayerStatus, Project
from annotate.payloads.problems import NotThere, WrongState
from annotate.reports.desk import Desk
from corpus.models import Change

SINCE = "It was changed since, so this step can no longer be taken back; decide on the unit again instead."


@transaction.atomic
def undo_at_desk(*, user: User, project: Project, document_id: UUID, batch_id: UUID, now: datetime) -> Batch:
    """Take back one step on a document: decisions, pairings and finishing are as they were before it.

    Raises NotThere for a batch without such rows, WrongState where something of it was changed since.
    """
    desk = lock_desk(user=user, project_id=project.pk, document_id=document_id)
    rows = Change.objects.filter(batch=batch_id, project_id=project.pk, object_type__in=list(RESTORERS))
    found = list(rows.order_by("-id"))
    batch = Batch(action="decision.undo", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    for row in found:
        RESTORERS[row.object_type](desk, row, user, batch, now)
    if not found:
        raise NotThere("There is no such step at the desk of this project.")
    if desk.gold is not None:
        touch_gold(desk.gold, now=now)
    recount([desk.adjudication], now=now)
    batch.write()
    return batch


def _decision(desk: Desk, row: Change, user: User, batch: Batch, now: datetime) -> None:
    id = UUID(row.object_id)
    own = str(desk.gold.pk) if desk.gold is not None else ""
    if (row.after or row.before or {}).get("layer") != own:
        raise NotThere("This step was on another document.")
    current = Decision.objects.filter(pk=id).first()
    expected = (row.after or {}).get("version")
    if (current.version if current is not None else None) != expected:
        raise WrongState(SINCE)
    if row.before is None:
        assert current is not None
        remove_decision(current, batch)
        return
    try:
        with transaction.atomic():
            gold = gold_layer(desk, now=now)
            restore_decision(id, row.before, gold=gold, batch=batch, user=user, now=now)
    except IntegrityError:
        raise WrongState(SINCE) from None


def _pairing(desk: Desk, row: Change, user: User, batch: Batch, now: datetime) -> None:
    if row.object_id != str(desk.adjudication.pk):
        raise NotThere("This step was on another document.")
    before, after = _groups(row.before), _groups(row.after)
    keys = sorted({*(row.before or {}).get("claims", []), *(row.after or {}).get("claims", [])})
    if pairing_state(desk.adjudication.pk, keys) != after:
        raise WrongState(SINCE)
    set_pairings(desk.adjudication.pk, before, keys)
    batch.add("pairing", desk.adjudication.pk, before=after | {"claims": keys}, after=before | {"claims": keys})


def _groups(state: Mapping[str, Any] | None) -> dict[str, str]:
    return {key: group for key, group in (state or {}).items() if key != "claims"}


def _adjudication(desk: Desk, row: Change, user: User, batch: Batch, now: datetime) -> None:
    found = desk.adjudication
    if row.object_id != str(found.pk):
        raise NotThere("This step was on another document.")
    if finished_state(found) != row.after:
        raise WrongState(SINCE)
    was_finished = bool((row.before or {}).get("finished_at"))
    if was_finished:
        raise WrongState("Finish the document again instead of taking back that it was opened.")
    before = finished_state(found)
    found.finished_at = found.finished_by = None
    found.save(update_fields=["finished_at", "finished_by"])
    if desk.gold is not None:
        desk.gold.status = LayerStatus.OPEN
        desk.gold.save(update_fields=["status"])
    batch.add("adjudication", found.pk, before=before, after=finished_state(found))


# How each kind of object is made what it was; the rows of a step are undone in the reverse of their order.
RESTORERS: dict[str, Callable[[Desk, Change, User, Batch, datetime], None]] = {
    "decision": _decision,
    "pairing": _pairing,
    "adjudication": _adjudication,
}
