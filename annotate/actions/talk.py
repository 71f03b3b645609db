"""Talk: remarks written, threads settled and opened again, own remarks withdrawn.

A thread is what stands on the same claim, the same layer, or the same document. All its remarks are settled, or none:
a further remark opens a settled thread again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.models import Claim, Layer, Project, Remark, RemarkKind, Span, SpanRole
from annotate.payloads.claims import bad_character
from annotate.payloads.problems import FieldError, Invalid, NotThere, WrongState
from annotate.permissions import Action
from annotate.records import stamp
from corpus.models import Document

MAX_TEXT = 10_000
MAX_QUOTE = 300


@transaction.atomic
def add_remark(
    *,
    user: User,
    project: Project,
    document: Document,
    text: object,
    now: datetime,
    layer: Layer | None = None,
    claim_key: UUID | None = None,
) -> Remark:
    """Write a remark: on a claim, on a layer, or without a layer to everybody in the project.

    Raises Invalid, or NotThere for a layer or claim that the caller may not see.
    """
    permissions.require(user, Action.TALK if layer is not None else Action.TALK_TO_ALL, project.pk)
    checked, quote = _read_text(text), ""
    if layer is not None:
        _check_layer(user, layer, project, document)
    if claim_key is not None:
        if layer is None:
            detail = "A remark on a claim is between its annotator and the curators; name the claim's layer."
            raise Invalid.of([FieldError(pointer="/layer", detail=detail)])
        quote = _quote_of(layer, claim_key)
    remark = Remark(
        project=project, document=document, layer=layer, claim_key=claim_key, quote=quote, author=user, text=checked
    )
    return _store(remark, Batch(action="remark.add", actor=user), now)


def remark_on_return(*, user: User, layer: Layer, text: object, batch: Batch, now: datetime) -> Remark:
    """Write why a layer is returned, in the transaction and batch of the return."""
    remark = Remark(
        project_id=layer.project_id,
        document_id=layer.document_id,
        layer=layer,
        author=user,
        kind=RemarkKind.RETURN,
        text=_read_text(text),
    )
    return _store(remark, batch, now, writes=False)


@transaction.atomic
def settle_thread(*, user: User, remark: Remark, now: datetime) -> Remark:
    """Settle the thread of a remark; settling it again changes nothing."""
    return _mark(user, remark, now, "remark.settle")


@transaction.atomic
def reopen_thread(*, user: User, remark: Remark) -> Remark:
    """Open the thread of a remark again."""
    return _mark(user, remark, None, "remark.reopen")


@transaction.atomic
def withdraw_remark(*, user: User, remark: Remark) -> Remark:
    """Delete the caller's own remark; the Change row keeps what it said. Raises NotThere or WrongState."""
    remark = _locked(user, remark)
    _require(user, remark)
    if remark.author_id != user.pk:
        raise WrongState("This remark is somebody else's; only who wrote it can withdraw it.")
    if remark.kind == RemarkKind.RETURN:
        raise WrongState("This remark says why the reading was returned; undo the return first.")
    batch = Batch(action="remark.withdraw", actor=user, project_id=remark.project_id)
    batch.add("remark", remark.pk, before=remark_state(remark), after=None)
    Remark.objects.filter(pk=remark.pk).delete()
    batch.write()
    return remark


def thread_of(remark: Remark) -> QuerySet[Remark]:
    """Return all remarks of the thread that a remark belongs to, in their order."""
    rows = Remark.objects.filter(project=remark.project_id, document=remark.document_id)
    return rows.filter(layer=remark.layer_id, claim_key=remark.claim_key).order_by("created_at", "id")


def remark_state(remark: Remark) -> dict[str, Any]:
    return {
        "document": str(remark.document_id),
        "layer": str(remark.layer_id) if remark.layer_id else None,
        "claim": str(remark.claim_key) if remark.claim_key else None,
        "kind": remark.kind,
        "author": remark.author_id,
        "text": remark.text,
        "settled_at": stamp(remark.settled_at),
    }


def _mark(user: User, remark: Remark, settled_at: datetime | None, action: str) -> Remark:
    remark = _locked(user, remark)
    _require(user, remark)
    changed = list(thread_of(remark).select_for_update(of=("self",)).filter(settled_at__isnull=settled_at is not None))
    batch = Batch(action=action, actor=user, project_id=remark.project_id)
    for row in changed:
        before = remark_state(row)
        row.settled_at = settled_at
        batch.add("remark", row.pk, before=before, after=remark_state(row))
    Remark.objects.filter(pk__in=[row.pk for row in changed]).update(settled_at=settled_at)
    batch.write()
    return next((row for row in changed if row.pk == remark.pk), remark)


def _require(user: User, remark: Remark) -> None:
    permissions.require(user, Action.TALK if remark.layer_id else Action.TALK_TO_ALL, remark.project_id)


def _locked(user: User, remark: Remark) -> Remark:
    found = Remark.objects.select_for_update(of=("self",)).filter(pk=remark.pk).first()
    if found is None or not Remark.objects.visible_to(user).filter(pk=remark.pk).exists():
        raise NotThere("There is no such remark, or you may not see it.")
    return found


def _store(remark: Remark, batch: Batch, now: datetime, *, writes: bool = True) -> Remark:
    """Save a new remark and open its thread again."""
    remark.created_at = now
    remark.save(force_insert=True)
    batch.project_id = remark.project_id
    batch.add("remark", remark.pk, before=None, after=remark_state(remark))
    for row in thread_of(remark).select_for_update(of=("self",)).filter(settled_at__isnull=False):
        before = remark_state(row)
        row.settled_at = None
        row.save(update_fields=["settled_at"])
        batch.add("remark", row.pk, before=before, after=remark_state(row))
    if writes:
        batch.write()
    return remark


def _check_layer(user: User, layer: Layer, project: Project, document: Document) -> None:
    rows = Layer.objects.visible_to(user).filter(pk=layer.pk, project=project, document=document)
    if not rows.exists():
        raise NotThere("There is no such layer on this document, or you may not see it.")


def _quote_of(layer: Layer, claim_key: UUID) -> str:
    """Return the claim's first words, or what they were when a remark was made on it. Raises NotThere."""
    spans = Span.objects.filter(claim=claim_key, claim__layer=layer, role=SpanRole.CONTENT).order_by("position")
    words = " […] ".join(spans.values_list("quote", flat=True))
    if words:
        return words if len(words) <= MAX_QUOTE else f"{words[: MAX_QUOTE - 1]}…"
    earlier = Remark.objects.filter(layer=layer, claim_key=claim_key).order_by("-created_at").first()
    if earlier is None or Claim.objects.filter(pk=claim_key).exclude(layer=layer).exists():
        raise NotThere("There is no such claim in this layer.")
    return earlier.quote


def _read_text(raw: object) -> str:
    """Return the text without outer space. Raises Invalid."""
    if not isinstance(raw, str):
        detail = f"{str(raw)[:60]!r} is no text; write the remark as a text."
    elif not raw.strip():
        detail = "The remark is empty; write what there is to say."
    elif len(raw) > MAX_TEXT:
        detail = f"The remark has {len(raw)} characters; write at most {MAX_TEXT:,}."
    elif (bad := bad_character(raw)) is not None:
        detail = f"The remark has a character at {bad} that cannot be stored (NUL or half a surrogate pair); remove it."
    else:
        return raw.strip()
    raise Invalid.of([FieldError(pointer="/text", detail=detail)])
