"""Handing out documents: the caller's open layer first, else the next document with a free place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from annotate import permissions
from annotate.actions import listing, places
from annotate.actions.follow_ups import follow_up_candidates
from annotate.actions.layers import open_layer, take_up
from annotate.models import Layer, LayerKind, LayerStatus, Project, Round, RoundDocument, Skip
from annotate.models.layers import WRITABLE
from annotate.payloads.problems import WrongState
from annotate.permissions import Action
from annotate.reports.training import not_admitted, refusal
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
        if not_admitted(user, round) is not None:
            continue
        document = _candidate(user, round, now, after) if has_quota(user, round, after) else None
        if document is not None:
            return Assignment(document=document, round=round, layer=None)
    return None


def take_next(*, user: User, project: Project, now: datetime, round_id: UUID | None = None) -> Assignment | None:
    """Return the caller's open layer, else lease the next document; None when there is none.

    Raises WrongState where only rounds are left to which a training or test round has to admit the caller first.
    """
    permissions.require(user, Action.ANNOTATE, project.pk)
    refused = ""
    for round in _rounds(project, round_id):
        # Ended leases free places for everybody: that is a transaction of its own, so that nobody waits for two rows.
        if places.expired_layers(round, now).exclude(annotator=user.pk).exists():
            places.end_expired_leases(round, now, but=user.pk)
        listing.queue_new_documents(round)
        running = _running(user, round)
        found = _renewed(running, round, now) if running is not None else None
        if found is None and (own := not_admitted(user, round)) is not None:
            refused = refused or refusal(round, own)
            continue
        found = found or _taken(user, round, now)  # also where the running layer has just lost its place
        if found is not None:
            return found
    if refused:
        raise WrongState(refused)
    return None


def refusals(*, user: User, project: Project, round_id: UUID | None = None) -> list[str]:
    """Return for each open round that does not admit the person why, in words."""
    asked = ((round, not_admitted(user, round)) for round in _rounds(project, round_id))
    return [refusal(round, own) for round, own in asked if own is not None]


def _taken(user: User, round: Round, now: datetime) -> Assignment | None:
    """Take the next document. Writers of SQLite wait for each other, so only what must be is in the transaction."""
    with transaction.atomic():
        lock_member(user, round)
        layer = _running(user, round)  # another request of the same person may have been faster
        if layer is None and has_quota(user, round):
            layer = _take(user, round, now)
    return None if layer is None else _assignment(_opened(layer), round)


def lock_member(user: User, round: Round) -> None:
    """Let one request of a person through at a time, so that quota and “one open layer” are exact."""
    round.project.members.select_for_update().filter(user=user.pk).first()


def _rounds(project: Project, round_id: UUID | None) -> list[Round]:
    rounds = project.rounds.filter(status="open").select_related("project").order_by("number")
    return list(rounds.filter(pk=round_id) if round_id is not None else rounds)


def _own(user: User, round: Round) -> QuerySet[Layer]:
    # The project is in the index of an annotator's layers.
    return Layer.objects.filter(project=round.project_id, annotator=user.pk, round=round, kind=LayerKind.ANNOTATOR)


def _skips(user: User, document: str) -> QuerySet[Skip]:
    """Return the person's skip of the outer row's document in a round, for use in Exists."""
    return Skip.objects.filter(document=OuterRef(document), user=user.pk)


def _running(user: User, round: Round, after: UUID | None = None) -> Layer | None:
    """Return the layer that the caller is working on: returned ones first, then the one touched last."""
    layers = _own(user, round).filter(status__in=WRITABLE)
    if round.overlap is not None:
        layers = layers.filter(has_place=True)
    layers = layers.exclude(document=after) if after else layers
    layers = layers.exclude(Exists(_skips(user, "document").filter(round=round)))
    layers = layers.select_related("document__source").defer("document__text")
    return layers.order_by("-status", "-updated_at", "pk").first()


def _renewed(layer: Layer, round: Round, now: datetime) -> Assignment | None:
    """Renew the lease of the running layer; None where the place was lost just now."""
    if round.overlap is not None:
        layer.lease_expires_at = places.lease_end(round, now)
        with transaction.atomic():  # alone, the statement would not wait for its turn among the writers of SQLite
            held = Layer.objects.filter(pk=layer.pk, has_place=True)
            if not held.update(lease_expires_at=layer.lease_expires_at):
                return None
    return _assignment(layer, round)


def _assignment(layer: Layer, round: Round) -> Assignment:
    return Assignment(document=layer.document, round=round, layer=layer)


def has_quota(user: User, round: Round, after: UUID | None = None) -> bool:
    """Return whether the person may take another document: those with a place, or all where places do not count."""
    if round.quota is None:
        return True
    taken = _own(user, round).exclude(status=LayerStatus.WITHDRAWN)
    if round.overlap is not None:
        taken = taken.filter(has_place=True)
    else:
        skipped = Exists(_skips(user, "document").filter(round=round))
        taken = taken.exclude(skipped)
    n_taken = taken.exclude(document=after).count() + 1 if after else taken.count()
    return n_taken < round.quota


def _candidate(user: User, round: Round, now: datetime, after: UUID | None = None) -> Document | None:
    """Return the document that would be handed out; a place whose lease ran out counts as free."""
    if round.follows_id is not None:
        return _asked_again(user, round, after).first()
    if not listing.is_listed(round):
        return _unread(user, round, after).first()
    id = _listed_candidate(user, round, now, after) or _unlisted_candidate(user, round, after)
    return Document.objects.select_related("source").defer("text").get(pk=id) if id is not None else None


def _asked_again(user: User, round: Round, after: UUID | None = None) -> QuerySet[Document]:
    """Return the documents that a round which follows another asks this person about."""
    documents = follow_up_candidates(user, round).exclude(Exists(_skips(user, "pk").filter(round=round)))
    documents = documents.exclude(pk=after) if after else documents
    return documents.order_by("number").select_related("source").defer("text")


def _unread(user: User, round: Round, after: UUID | None = None) -> QuerySet[Document]:
    """Return the documents of the corpus that the person has neither read nor passed over, by number."""
    own = _own(user, round).filter(document=OuterRef("pk")).exclude(status=LayerStatus.WITHDRAWN)
    documents = Document.objects.filter(corpus=round.project.corpus_id).exclude(Exists(own))
    documents = documents.exclude(Exists(_skips(user, "pk").filter(round=round)))
    documents = documents.exclude(pk=after) if after else documents
    return documents.order_by("number").select_related("source").defer("text")


def _listed_candidate(user: User, round: Round, now: datetime, after: UUID | None) -> UUID | None:
    """Return the first listed document with a place for the person: free, or held by a lease that ran out."""
    for given_back in (False, True):
        open_to = _open_to(user, round, given_back=given_back).order_by("position")
        open_to = open_to.exclude(document=after) if after else open_to
        found = list(open_to.filter(is_full=False).values_list("position", "document")[:1])
        if round.overlap is not None:
            expired = places.expired_layers(round, now).exclude(annotator=user.pk).values("document")
            found += open_to.filter(document__in=expired).values_list("position", "document")[:1]
        if found:
            return min(found)[1]
        if round.overlap is None:
            return None
    return None


def _unlisted_candidate(user: User, round: Round, after: UUID | None) -> UUID | None:
    """Return the first document that came into the corpus after the last look, as it will be listed."""
    new = listing.unlisted(round)
    if not new:
        return None
    known = {*_own(user, round).values_list("document", flat=True), after}
    known.update(Skip.objects.filter(round=round, user=user.pk).values_list("document", flat=True))
    return next((id for id, _ in new if id not in known), None)


def _open_to(user: User, round: Round, *, given_back: bool = False) -> QuerySet[RoundDocument]:
    """Return the listed documents that could be handed to the person, whether or not a place is free.

    A layer whose lease ran out, or that was withdrawn when its owner left, may be resumed in its turn; one that was
    given back comes again after all others; one that a manager passed on does not come again.
    """
    own = _own(user, round).filter(document=OuterRef("document"))
    if round.overlap is None:
        own = own.exclude(status=LayerStatus.WITHDRAWN)
    else:
        kept = Q(has_place=True) | Q(status=LayerStatus.SUBMITTED)
        kept |= Q(status=LayerStatus.WITHDRAWN, lease_expires_at__isnull=False)
        own = own.filter(kept if given_back else kept | Q(status__in=WRITABLE, lease_expires_at__isnull=True))
    rows = RoundDocument.objects.filter(round=round).exclude(Exists(own))
    return rows.exclude(Exists(_skips(user, "document").filter(round=round)))


def _take(user: User, round: Round, now: datetime) -> Layer | None:
    if round.overlap is None:
        document = _candidate(user, round, now)
        if document is None:
            return None
        return _resumed(open_layer(user=user, document=document, round=round, now=now), user, now)
    for given_back in (False, True):
        rows = _open_to(user, round, given_back=given_back).filter(is_full=False).order_by("position")
        found = _take_place(user, round, rows, now)
        if found is not None:
            return found
    return None


def _take_place(user: User, round: Round, rows: QuerySet[RoundDocument], now: datetime) -> Layer | None:
    """Take the first free place. Rows that others hold just now are skipped first and waited for second."""
    if not connection.features.has_select_for_update_skip_locked:
        return _take_first(user, round, rows, now)  # SQLite: the transaction is the only writer
    skipping, waiting = (rows.select_for_update(skip_locked=skip, of=("self",)) for skip in (True, False))
    return _take_first(user, round, skipping, now) or _take_first(user, round, waiting, now)


def _take_first(user: User, round: Round, rows: QuerySet[RoundDocument], now: datetime) -> Layer | None:
    row = rows.first()
    while row is not None:
        if places.take(round, row.document_id):
            return seat(user=user, round=round, document_id=row.document_id, now=now)
        row = rows.filter(position__gt=row.position).first()
    return None


def seat(*, user: User, round: Round, document_id: UUID, now: datetime, actor: User | None = None) -> Layer:
    """Open the layer in the place just taken, or resume the one that had lost its place."""
    place = {"has_place": True, "lease_expires_at": places.lease_end(round, now)}
    layer = _own(user, round).filter(document=document_id).first()
    if layer is not None:
        Layer.objects.filter(pk=layer.pk).update(**place)
        return _resumed(layer, user, now, has_place=True)
    document = Document(pk=document_id, corpus_id=round.project.corpus_id)  # a layer needs no more of it
    return open_layer(user=user, document=document, round=round, now=now, actor=actor, **place)


def _resumed(layer: Layer, user: User, now: datetime, *, has_place: bool = False) -> Layer:
    """Take up a layer that was withdrawn when its owner left."""
    found = _opened(layer)
    return take_up(found, user=user, now=now, has_place=has_place) if found.status == LayerStatus.WITHDRAWN else found


def _opened(layer: Layer) -> Layer:
    rows = Layer.objects.select_related("document__source", "round", "project").defer("document__text")
    return rows.get(pk=layer.pk)
