"""Handing out documents: the caller's open layer first, else the next document with a free place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from annotate import permissions
from annotate.actions import places
from annotate.actions.follow_ups import follow_up_candidates
from annotate.actions.layers import open_layer
from annotate.models import Layer, LayerKind, Project, Round, RoundDocument
from annotate.models.layers import WRITABLE
from annotate.permissions import Action
from corpus.models import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A document to work on, and the round it is handed out in; `layer` is None when it was only peeked at."""

    document: Document
    round: Round
    layer: Layer | None


def peek_next(
    *, user: User, project: Project, now: datetime, round_id: UUID | None = None, after: UUID | None = None
) -> Assignment | None:
    """Return what `take_next` would give just now, or once the document `after` is submitted, without writing."""
    permissions.require(user, Action.ANNOTATE, project.pk)
    for round in _rounds(project, round_id):
        found = _running(user, round, after)
        if found is not None:
            return _assignment(found, round)
        free = _candidates(user, round, now).exclude(pk=after) if after else _candidates(user, round, now)
        document = free.first() if _has_quota(user, round, after) else None
        if document is not None:
            return Assignment(document=document, round=round, layer=None)
    return None


@transaction.atomic
def take_next(*, user: User, project: Project, now: datetime, round_id: UUID | None = None) -> Assignment | None:
    """Return the caller's open layer, else lease the next document; None when there is none."""
    permissions.require(user, Action.ANNOTATE, project.pk)
    for round in _rounds(project, round_id):
        # One request of a person at a time, so that quota and "one open layer" are exact.
        project.members.select_for_update().filter(user=user.pk).first()
        running = _running(user, round)
        if running is not None:
            return _renewed(running, round, now)
        found = _take(user, round, now)
        if found is not None:
            return found
    return None


def _rounds(project: Project, round_id: UUID | None) -> list[Round]:
    rounds = project.rounds.filter(status="open").select_related("project").order_by("number")
    return list(rounds.filter(pk=round_id) if round_id is not None else rounds)


def _running(user: User, round: Round, after: UUID | None = None) -> Layer | None:
    """Return the layer that the caller is working on: returned ones first, then the one touched last."""
    layers = Layer.objects.filter(round=round, annotator=user.pk, kind=LayerKind.ANNOTATOR, status__in=WRITABLE)
    if round.overlap is not None:
        layers = layers.filter(has_place=True)
    layers = layers.exclude(document=after) if after else layers
    layers = layers.select_related("document__source").defer("document__text")
    return layers.order_by("-status", "-updated_at", "pk").first()


def _renewed(layer: Layer, round: Round, now: datetime) -> Assignment:
    if round.overlap is not None:
        layer.lease_expires_at = places.lease_end(round, now)
        Layer.objects.filter(pk=layer.pk).update(lease_expires_at=layer.lease_expires_at)
    return _assignment(layer, round)


def _assignment(layer: Layer, round: Round) -> Assignment:
    return Assignment(document=layer.document, round=round, layer=layer)


def _has_quota(user: User, round: Round, after: UUID | None = None) -> bool:
    """Return whether the person may take another document: those with a place, or all where places do not count."""
    if round.quota is None:
        return True
    taken = Layer.objects.filter(round=round, annotator=user.pk, kind=LayerKind.ANNOTATOR)
    if round.overlap is not None:
        taken = taken.filter(has_place=True)
    n_taken = taken.exclude(document=after).count() + 1 if after else taken.count()
    return n_taken < round.quota


def _own_layers(user: User, round: Round, *, with_place: bool) -> QuerySet[Layer]:
    own = Layer.objects.filter(
        document=OuterRef("document" if with_place else "pk"), round=round, annotator=user.pk, kind=LayerKind.ANNOTATOR
    )
    # A layer that lost its place may be resumed; a submitted or running one is done or found before.
    return own.filter(has_place=True) if with_place else own


def _candidates(user: User, round: Round, now: datetime) -> QuerySet[Document]:
    """Return the documents that could be handed out, in order; a place whose lease ran out counts as free."""
    if round.follows_id is not None:
        asked = follow_up_candidates(user, round)
        return asked.order_by("number").select_related("source").defer("text")
    documents = Document.objects.filter(corpus=round.project.corpus_id)
    if round.overlap is not None:
        expired = places.expired_layers(round, now).filter(document=OuterRef("document"))
        listed = RoundDocument.objects.filter(Q(is_full=False) | Exists(expired), round=round)
        listed = listed.exclude(Exists(_own_layers(user, round, with_place=True)))
        new = documents.filter(number__gt=round.n_queued) if round.covers_corpus else documents.none()
        ids = listed.order_by("position").values_list("document", flat=True)[:1]
        first = documents.filter(pk__in=list(ids))
        return (first if first.exists() else new.order_by("number")).select_related("source").defer("text")
    if not round.covers_corpus:
        documents = documents.filter(pk__in=round.round_documents.values("document"))
    open_to = documents.exclude(Exists(_own_layers(user, round, with_place=False)))
    return open_to.order_by("number").select_related("source").defer("text")


def _take(user: User, round: Round, now: datetime) -> Assignment | None:
    if not _has_quota(user, round):
        return None
    if round.overlap is None:
        document = _candidates(user, round, now).first()
        if document is None:
            return None
        return _assignment(_opened(open_layer(user=user, document=document, round=round, now=now)), round)
    places.queue_new_documents(round)
    places.end_expired_leases(round, now)
    return _take_place(user, round, now, skip_locked=True) or _take_place(user, round, now, skip_locked=False)


def _take_place(user: User, round: Round, now: datetime, *, skip_locked: bool) -> Assignment | None:
    """Take the first free place. Rows that others hold just now are skipped first and waited for second."""
    rows = RoundDocument.objects.filter(round=round, is_full=False).order_by("position")
    rows = rows.exclude(Exists(_own_layers(user, round, with_place=True)))
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=skip_locked, of=("self",))
    elif skip_locked:
        return None  # SQLite: the transaction is the only writer, one look is enough
    row = rows.first()
    while row is not None:
        if places.take(round, row.document_id):
            return _seated(user, row, round, now)
        row = rows.filter(position__gt=row.position).first()
    return None


def _seated(user: User, row: RoundDocument, round: Round, now: datetime) -> Assignment:
    """Open the layer in the place just taken, or resume the one that had lost its place."""
    place = {"has_place": True, "lease_expires_at": places.lease_end(round, now)}
    layer = Layer.objects.filter(
        document=row.document_id, round=round, annotator=user.pk, kind=LayerKind.ANNOTATOR
    ).first()
    if layer is not None:
        Layer.objects.filter(pk=layer.pk).update(**place)
        return _assignment(_opened(layer), round)
    document = Document.objects.defer("text").get(pk=row.document_id)
    return _assignment(_opened(open_layer(user=user, document=document, round=round, now=now, **place)), round)


def _opened(layer: Layer) -> Layer:
    rows = Layer.objects.select_related("document__source", "round", "project").defer("document__text")
    return rows.get(pk=layer.pk)
