"""Documents passed over: skipped with a reason, given back without one, and skips undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from annotate import permissions
from annotate.actions import places
from annotate.actions.batch import Batch
from annotate.actions.checking import invalid
from annotate.actions.layers import lock_own_layer
from annotate.actions.listing import queue_new_documents
from annotate.models import Layer, LayerKind, LayerStatus, Project, Round, RoundDocument, Skip
from annotate.models.layers import WRITABLE
from annotate.payloads.claims import bad_character
from annotate.payloads.problems import NotThere, WrongState
from annotate.permissions import Action
from corpus.models import Document

MAX_REASON = 500
# What the pages offer; anything else may be written.
REASONS = (
    "The text is broken or incomplete",
    "The article is in a language I do not read",
    "It is not an article",
    "I am too close to what it is about",
)


def checked_reason(raw: object) -> str:
    """Return why a document is skipped. Raises Invalid."""
    reason = raw.strip() if isinstance(raw, str) else ""
    if not reason or len(reason) > MAX_REASON or bad_character(reason) is not None:
        detail = f"{str(raw)[:60]!r} is no reason; give a text of 1 to {MAX_REASON} characters, none of them NUL."
        raise invalid("/reason", detail)
    return reason


@transaction.atomic
def skip_document(*, user: User, document: Document, round: Round, reason: object, now: datetime) -> Skip:
    """Pass over a document: its place is free again, and it is not handed to this person any more in this round.

    An open layer is kept, without a place. A repeat returns the skip that is there.
    """
    permissions.require(user, Action.ANNOTATE, round.project_id)
    words = checked_reason(reason)
    _check_held(round, document)
    layer = _own_layer(user, round, document)
    if layer is not None and layer.status in (LayerStatus.SUBMITTED, LayerStatus.RETURNED):
        what = {"submitted": "you have submitted this document", "returned": "this document was returned to you"}
        raise WrongState(
            f"It is too late to skip: {what[layer.status]}. Ask a manager if it should go to somebody else."
        )
    try:
        with transaction.atomic():
            skip = Skip.objects.create(round=round, document=document, user=user, reason=words, created_at=now)
    except IntegrityError:
        return Skip.objects.get(round=round, document=document, user=user)
    batch = _batch("document.skip", user, round)
    batch.add("skip", skip.pk, before=None, after=_state(skip))
    if layer is not None and layer.has_place:
        free_place(layer, batch)
    batch.write()
    return skip


@transaction.atomic
def give_back_document(*, user: User, document: Document, round: Round) -> Layer:
    """Give up the place on a document without a reason; the layer is kept, and may be resumed while a place is free."""
    permissions.require(user, Action.ANNOTATE, round.project_id)
    layer = _own_layer(user, round, document)
    if layer is None:
        raise NotThere("You have no layer on this document.")
    check_releasable(layer)
    batch = _batch("layer.give_back", user, round)
    free_place(layer, batch)
    batch.write()
    return layer


@transaction.atomic
def unskip(*, user: User, skip: Skip) -> None:
    """Let a document that somebody skipped be handed to them again."""
    permissions.require(user, Action.RETURN_LAYERS, skip.round.project_id)
    found = Skip.objects.select_for_update(of=("self",)).select_related("round__project").filter(pk=skip.pk).first()
    if found is None:
        raise NotThere("This skip was undone already.")
    batch = _batch("document.unskip", user, found.round)
    batch.add("skip", found.pk, before=_state(found), after=None)
    found.delete()
    batch.write()


def skips_seen(user: User, project: Project) -> QuerySet[Skip]:
    """Return the skips in a project that `user` may see: own ones, for curators everybody's.

    Who has an unfinished layer on a document in a blind round learns nothing of others on it, whatever the role.
    """
    rows = Skip.objects.visible_to(user).filter(round__project=project)
    hidden = Layer.objects.of_annotators().filter(
        project=project, document=OuterRef("document"), annotator=user.pk, round__is_blind=True, status__in=WRITABLE
    )
    rows = rows.filter(Q(user=user.pk) | ~Exists(hidden)).select_related("round", "document", "user")
    return rows.defer("document__text", "document__metadata")


def free_place(layer: Layer, batch: Batch) -> None:
    """Give a locked layer's place back to the queue; the layer is kept as it is."""
    assert layer.round_id is not None
    Layer.objects.filter(pk=layer.pk).update(has_place=False, lease_expires_at=None)
    layer.has_place, layer.lease_expires_at = False, None
    places.give_back(layer.round_id, layer.document_id)
    batch.add("layer", layer.pk, before={"has_place": True}, after={"has_place": False})


def check_releasable(layer: Layer) -> None:
    """Raise WrongState unless the layer is open and holds one of the places of its document."""
    assert layer.round is not None
    if layer.round.overlap is None:
        raise WrongState("In this round every annotator gets every document, so there is no place to give back.")
    if layer.status != LayerStatus.OPEN:
        raise WrongState(f"This layer is {layer.status}; only the place of an open one can be given back.")
    if not layer.has_place:
        raise WrongState("This layer holds no place: its time ran out, or it was given back already.")


def _check_held(round: Round, document: Document) -> None:
    if not round.is_open:
        raise WrongState(f"Round “{round.name}” is closed; nothing is handed out in it.")
    queue_new_documents(round)
    covered = round.covers_corpus and document.corpus_id == round.project.corpus_id
    if not covered and not RoundDocument.objects.filter(round=round, document=document).exists():
        raise NotThere(f"Round “{round.name}” does not hold this document.")


def _own_layer(user: User, round: Round, document: Document) -> Layer | None:
    own = Layer.objects.filter(round=round, document=document, annotator=user.pk, kind=LayerKind.ANNOTATOR)
    id = own.values_list("pk", flat=True).first()
    return lock_own_layer(user=user, layer_id=id) if id is not None else None


def _batch(action: str, user: User, round: Round) -> Batch:
    return Batch(action=action, actor=user, project_id=round.project_id, corpus_id=round.project.corpus_id)


def _state(skip: Skip) -> dict[str, Any]:
    return {
        "round": str(skip.round_id),
        "document": str(skip.document_id),
        "user": skip.user_id,
        "reason": skip.reason,
    }
