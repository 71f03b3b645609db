"""The caller's own layer as a save needs it: found, allowed and locked in one statement, with round and document."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Exists, OuterRef, Q

from annotate import permissions
from annotate.models import Layer, LayerKind, LayerStatus, Project, Round
from annotate.payloads.problems import NotThere
from annotate.permissions import Action
from corpus.database.statements import Select
from corpus.models import Document

# What is read of each; the rest of a project or a document is read when somebody asks for it.
READ: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "": (Layer, tuple(field.attname for field in Layer._meta.concrete_fields)),
    "round__": (Round, tuple(field.attname for field in Round._meta.concrete_fields)),
    "project__": (Project, ("id", "slug", "name", "corpus_id")),
    "document__": (Document, ("id", "corpus_id", "title", "language", "text")),
}
COLUMNS = [f"{path}{name}" for path, (_, names) in READ.items() for name in names]


def _own(user: Any) -> Any:
    """Return the layers that `user` made, in projects where they may annotate now."""
    own = Layer.objects.order_by().filter(annotator=user.pk, kind=LayerKind.ANNOTATOR)
    return own.filter(permissions.visible(user, Action.ANNOTATE, "project"))


def _open_rounds(user: Any, document: UUID, corpus: Any) -> Any:
    rounds = Round.objects.order_by().filter(permissions.visible(user, Action.ANNOTATE, "project"), status="open")
    return rounds.holding(Document(pk=document, corpus_id=corpus)) | rounds.filter(asks_again(user.pk, document))


def asks_again(user: Any, document: Any) -> Exists:
    """Return the condition under which a round is a follow-up that asks this user again about the document."""
    own = Layer.objects.order_by().filter(annotator=user, document=document, kind=LayerKind.ANNOTATOR)
    submitted = Q(round=OuterRef("follows"), status=LayerStatus.SUBMITTED)
    return Exists(own.filter(submitted | Q(round=OuterRef("pk"), round__follows__isnull=False)))


def _corpus_of(document: UUID) -> Any:
    return Document.objects.order_by().filter(pk=document).values("corpus_id")[:1]


def _in_round(user: Any, document: UUID, round: UUID) -> Any:
    seen = Document.objects.visible_to(user).order_by().filter(pk=document)
    rounds = _open_rounds(user, document, OuterRef("document__corpus_id")).filter(pk=round)
    return _own(user).filter(document__in=seen.values("pk"), round__in=rounds.values("pk")).values_list(*COLUMNS)


BY_ID = Select(lambda user, id: _own(user).filter(pk=id).values_list(*COLUMNS), locks=Layer)
IN_ROUND = Select(_in_round, locks=Layer)
OPEN_ROUNDS = Select(
    lambda user, document: _open_rounds(user, document, _corpus_of(document)).values_list("pk")[:2],
)


def lock_layer(*, user: User, layer_id: UUID) -> Layer:
    """Return the caller's own layer, locked until the transaction ends. Raises NotThere."""
    row = BY_ID.first(user=user, id=layer_id)
    if row is None:
        raise NotThere("There is no such claim in your layers.")
    return _layer(row)


def lock_open_layer(*, user: User, document_id: UUID, round_id: UUID | None) -> Layer | None:
    """Return the caller's layer in the round, or in the one open round that holds the document; locked.

    None where there is no layer yet, or no single round, or where the caller may not: `layer_for_writing` then opens
    the layer or says what is wrong.
    """
    if round_id is None:
        rounds = OPEN_ROUNDS.rows(user=user, document=document_id)
        if len(rounds) != 1:
            return None
        round_id = rounds[0][0]
    row = IN_ROUND.first(user=user, document=document_id, round=round_id)
    return None if row is None else _layer(row)


def _layer(row: tuple[Any, ...]) -> Layer:
    made, at = {}, 0
    for path, (model, names) in READ.items():
        made[path] = model.from_db(DEFAULT_DB_ALIAS, names, row[at : at + len(names)])
        at += len(names)
    layer: Any = made[""]
    layer.round, layer.project, layer.document = made["round__"], made["project__"], made["document__"]
    found: Layer = layer
    return found
