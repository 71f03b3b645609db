"""Finishing a document: what settled itself is written to the gold layer, which is then complete."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from annotate import permissions
from annotate.actions.adjudication.deciding import Verdict, decide_on
from annotate.actions.adjudication.locking import gold_layer, lock_desk
from annotate.actions.adjudication.stale import finished_state, recount, recount_all
from annotate.actions.answered_names import with_entities
from annotate.actions.batch import Batch
from annotate.actions.claim_rows import answer_errors, answer_rows
from annotate.actions.entries import EntryFinder
from annotate.adjudication.units import SETTLES_ITSELF
from annotate.models import Adjudication, Answer, Layer, LayerStatus, Project
from annotate.payloads.problems import FieldError, Invalid, WrongState
from annotate.permissions import Action
from annotate.reports.desk import Desk
from annotate.reports.desk.document import document_questions

AT_ONCE = 100


@transaction.atomic
def finish_adjudication(
    *,
    user: User,
    project: Project,
    document_id: UUID,
    now: datetime,
    answers: Mapping[str, Any] | None = None,
    batch: Batch | None = None,
) -> Adjudication:
    """Complete the gold layer of a document; `answers` settle what the readings differ in about the document.

    Raises WrongState while units are open, or Invalid for an answer that is missing or does not fit.
    """
    desk = lock_desk(user=user, project_id=project.pk, document_id=document_id)
    own = batch or Batch(action="adjudication.finish", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    return _finish(desk, user=user, answers=answers or {}, batch=own, now=now)


def _finish(desk: Desk, *, user: User, answers: Mapping[str, Any], batch: Batch, now: datetime) -> Adjudication:
    row = desk.adjudication
    n_open = desk.counts["n_open"]
    if n_open:
        units = "1 unit is" if n_open == 1 else f"{n_open} units are"
        raise WrongState(f"{units} still open; decide on them before you finish the document.")
    gold = gold_layer(desk, now=now)
    for unit in desk.units:
        if unit.state in SETTLES_ITSELF:
            verdict = Verdict(claims={mark.key: mark.fingerprint for mark in unit.marks})
            decide_on(desk, verdict, user=user, batch=batch, now=now, by_itself=True)
    finder = EntryFinder(user=user, corpus_id=gold.project.corpus_id, batch=batch)
    named = with_entities(desk.codebook, "/answers", "document", dict(answers), finder)
    _write_answers(desk, gold, named, finder.errors)
    gold.status, gold.submitted_at, gold.updated_at = LayerStatus.SUBMITTED, now, now
    gold.has_nothing_to_code = gold.n_claims == 0
    gold.version += 1
    gold.save()
    before = finished_state(row)
    recount([row], now=now)
    row.finished_at, row.finished_by = now, user
    row.save(update_fields=["finished_at", "finished_by"])
    batch.add("adjudication", row.pk, before=before, after=finished_state(row))
    batch.write()
    return row


def _write_answers(desk: Desk, gold: Layer, answers: Mapping[str, Any], refused: list[FieldError]) -> None:
    """Write the answers about the document: those of a strict majority, and what the curator says of the others."""
    found = {question.key: question.value for question in document_questions(desk) if question.has_majority}
    found |= answers
    missing = [q for q in document_questions(desk) if q.key not in found and not q.is_agreed]
    errors = refused + [
        FieldError(pointer=f"/answers/{q.key}", detail=f"{q.name}: the readings differ; choose one.") for q in missing
    ]
    for key, raw in answers.items():
        errors += answer_errors(desk.codebook, "document", key, raw, "/answers")
    if errors:
        raise Invalid.of(errors)
    Answer.objects.filter(layer=gold).delete()
    kept = {key: value for key, value in found.items() if value is not None}
    Answer.objects.bulk_create(answer_rows(desk.codebook, "document", kept, layer_id=gold.pk))


def finish_settled(*, user: User, project: Project, now: datetime, limit: int = AT_ONCE) -> int:
    """Finish the documents of two readings or more in which nothing is open; returns how many were.

    Each in a transaction of its own. What one person alone has read is finished one by one.
    """
    permissions.require(user, Action.ADJUDICATE, project.pk)
    recount_all(project=project, now=now)
    rows = Adjudication.objects.visible_to(user).filter(
        project=project, finished_at__isnull=True, is_stale=False, n_open=0, n_readings__gte=2
    )
    n = 0
    for document in list(rows.order_by("document__number").values_list("document_id", flat=True)[:limit]):
        try:
            finish_adjudication(user=user, project=project, document_id=document, now=now)
        except (WrongState, Invalid):  # something was opened meanwhile, or is asked about the document
            continue
        n += 1
    return n
