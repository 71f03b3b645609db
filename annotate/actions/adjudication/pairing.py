"""Units taken apart and put together by a curator, against what the alignment found."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction

from annotate.actions.adjudication.deciding import Verdict, check_seen, decide_on
from annotate.actions.adjudication.gold import touch_gold
from annotate.actions.adjudication.locking import lock_desk
from annotate.actions.adjudication.stale import recount
from annotate.actions.adjudication.states import pairing_state, remove_decision, set_pairings
from annotate.actions.batch import Batch
from annotate.adjudication.fields import fields_of
from annotate.models import Project
from annotate.payloads.problems import FieldError, Invalid
from annotate.reports.desk import Desk, load_desk


@transaction.atomic
def keep_apart(
    *, user: User, project: Project, document_id: UUID, verdict: Verdict, apart: Collection[str], now: datetime
) -> Batch:
    """Make two units of one: the claims in `apart`, and the others. Each that nothing is in dispute in is accepted."""
    rest = verdict.claims.keys() - set(apart)
    if not rest or not apart or not set(apart) <= verdict.claims.keys():
        detail = "Name some claims of the unit, but not all: they become a unit of their own."
        raise Invalid.of([FieldError(pointer="/apart", detail=detail)])
    desk = lock_desk(user=user, project_id=project.pk, document_id=document_id)
    batch = Batch(action="unit.split", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    groups = {key: first for first in [str(uuid4())] for key in apart}
    groups |= {key: second for second in [str(uuid4())] for key in rest}
    _regroup(desk, verdict, groups, batch, now=now)
    fresh = load_desk(desk.adjudication)
    for keys in (set(apart), rest):
        _accept_if_clear(fresh, keys, user=user, batch=batch, now=now)
    recount([desk.adjudication], now=now)
    batch.write()
    return batch


@transaction.atomic
def join_units(*, user: User, project: Project, document_id: UUID, verdict: Verdict, now: datetime) -> Batch:
    """Make one unit of all claims in the verdict, to be decided together; it may hold several of one annotator."""
    if len(verdict.claims) < 2:
        raise Invalid.of([FieldError(pointer="/claims", detail="Name two claims or more, of the units to join.")])
    desk = lock_desk(user=user, project_id=project.pk, document_id=document_id)
    batch = Batch(action="unit.join", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    _regroup(desk, verdict, dict.fromkeys(verdict.claims, str(uuid4())), batch, now=now)
    recount([desk.adjudication], now=now)
    batch.write()
    return batch


def _regroup(desk: Desk, verdict: Verdict, groups: dict[str, str], batch: Batch, *, now: datetime) -> None:
    """Store the groups; decisions on these claims no longer hold."""
    _, earlier = check_seen(desk, verdict)
    for decision in earlier:
        remove_decision(decision, batch)
    if earlier and desk.gold is not None:
        touch_gold(desk.gold, now=now)
    id, keys = desk.adjudication.pk, sorted(groups)
    before = pairing_state(id, keys)
    set_pairings(id, groups, keys)
    batch.add("pairing", id, before=before | {"claims": keys}, after=groups | {"claims": keys})


def _accept_if_clear(desk: Desk, keys: Collection[str], *, user: User, batch: Batch, now: datetime) -> None:
    marks = [mark for mark in desk.marks if mark.key in keys]
    fields = fields_of(marks, desk.text, desk.codebook.version.boundary_rule)
    hesitated = len(marks) > 1 and any(mark.needs_a_look for mark in marks)
    if hesitated or any(field.is_open for field in fields):
        return
    verdict = Verdict(claims={mark.key: mark.fingerprint for mark in marks})
    decide_on(desk, verdict, user=user, batch=batch, now=now)
