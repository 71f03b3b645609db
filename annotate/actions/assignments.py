"""Places given by managers: a document assigned to a person, passed on to another, or put back into the queue."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from annotate import permissions
from annotate.actions import listing, places
from annotate.actions.batch import Batch
from annotate.actions.checking import invalid
from annotate.actions.queue import has_quota, lock_member, seat
from annotate.actions.skips import check_releasable, free_place
from annotate.models import Layer, LayerKind, LayerStatus, Member, Round, RoundDocument, Skip
from annotate.payloads.claims import bad_character
from annotate.payloads.problems import NotThere, WrongState
from annotate.permissions import Action
from corpus.models import Document


def person_of(round: Round, username: object) -> User:
    """Return the active member of that name. Raises Invalid."""
    is_name = isinstance(username, str) and bad_character(username) is None
    found = Member.objects.active().filter(project=round.project_id, user__username=username) if is_name else None
    member = found.select_related("user").first() if found is not None else None
    if member is None:
        raise invalid(
            "/username", f"{str(username)[:80]!r} is no member of this project; choose one, or add them first."
        )
    return member.user


@transaction.atomic
def assign_document(*, user: User, round: Round, document: Document, person: User, now: datetime) -> Layer:
    """Give a person a free place on a document. Raises WrongState where none is free or they cannot take it."""
    permissions.require(user, Action.MANAGE_ROUNDS, round.project_id)
    _check_hands_out(round)
    listing.queue_new_documents(round)
    if not RoundDocument.objects.filter(round=round, document=document).exists():
        raise NotThere(f"Round “{round.name}” does not hold this document.")
    _check_may_take(person, round, document.pk)
    places.end_expired_leases(round, now)
    if not places.take(round, document.pk):
        raise WrongState("All places of this document are taken; put one back into the queue, or pass one on.")
    batch = _batch("document.assign", user, round)
    layer = _seated(user, round, document.pk, person, batch, now)
    batch.write()
    return layer


@transaction.atomic
def reassign_layer(*, user: User, layer: Layer, to: User, now: datetime) -> Layer:
    """Withdraw an open or returned layer and give its place to somebody else; returns that person's layer."""
    permissions.require(user, Action.MANAGE_ROUNDS, layer.project_id)
    layer, round = _locked(layer)
    _check_hands_out(round)
    if not layer.is_writable:
        raise WrongState(f"This layer is {layer.status}; only an open or returned one can be passed on.")
    if layer.annotator_id == to.pk:
        raise WrongState(f"{to} has this document already; choose somebody else.")
    _check_may_take(to, round, layer.document_id)
    if not layer.has_place and not places.take(round, layer.document_id):
        raise WrongState("This layer holds no place any more, and all places of the document are taken.")
    batch = _batch("layer.reassign", user, round)
    _withdraw(layer, batch, now)
    made = _seated(user, round, layer.document_id, to, batch, now)
    batch.write()
    return made


@transaction.atomic
def release_layer(*, user: User, layer: Layer) -> Layer:
    """Put the place of somebody's open layer back into the queue; the layer is kept."""
    permissions.require(user, Action.MANAGE_ROUNDS, layer.project_id)
    layer, round = _locked(layer)
    check_releasable(layer)
    batch = _batch("layer.release", user, round)
    free_place(layer, batch)
    batch.write()
    return layer


def _locked(layer: Layer) -> tuple[Layer, Round]:
    rows = Layer.objects.select_for_update(of=("self",)).select_related("round__project", "project", "annotator")
    found = rows.get(pk=layer.pk)
    if found.round is None:
        raise WrongState("A gold layer holds no place.")
    return found, found.round


def _check_hands_out(round: Round) -> None:
    if round.overlap is None:
        raise WrongState("In this round every annotator gets every document, so there is no place to give.")
    if not round.is_open:
        raise WrongState(f"Round “{round.name}” is closed; open it before you give places in it.")


def _check_may_take(person: User, round: Round, document_id: UUID) -> None:
    """Lock the person's membership, and raise WrongState where they have the document, skipped it, or have enough."""
    lock_member(person, round)
    own = Layer.objects.filter(round=round, document=document_id, annotator=person.pk, kind=LayerKind.ANNOTATOR).first()
    if own is not None and (own.has_place or own.status == LayerStatus.SUBMITTED):
        raise WrongState(f"{person} has this document already; choose somebody else.")
    if Skip.objects.filter(round=round, document=document_id, user=person.pk).exists():
        raise WrongState(f"{person} skipped this document; undo that first, or choose somebody else.")
    if not has_quota(person, round):
        raise WrongState(
            f"{person} has {round.quota} documents, the most of this round; raise that, or choose another."
        )


def _seated(user: User, round: Round, document_id: UUID, person: User, batch: Batch, now: datetime) -> Layer:
    """Open the person's layer in a place that is taken; one that was withdrawn is theirs again."""
    layer = seat(user=person, round=round, document_id=document_id, now=now, actor=user)
    after = {"annotator": person.pk, "has_place": True, "status": str(LayerStatus.OPEN)}
    batch.add("layer", layer.pk, before=None, after=after)
    return layer


def _withdraw(layer: Layer, batch: Batch, now: datetime) -> None:
    """Take a layer out of all figures; it is kept, and its place is the caller's to pass on."""
    before = {"status": str(layer.status), "has_place": layer.has_place}
    # The time says that it was passed on: the queue gives it back only where its owner had left (see `queue._open_to`).
    layer.status, layer.has_place, layer.lease_expires_at = LayerStatus.WITHDRAWN, False, now
    layer.version, layer.updated_at = layer.version + 1, now
    layer.save(update_fields=["status", "has_place", "lease_expires_at", "version", "updated_at"])
    batch.add("layer", layer.pk, before=before, after={"status": str(layer.status), "has_place": False})


def _batch(action: str, user: User, round: Round) -> Batch:
    return Batch(action=action, actor=user, project_id=round.project_id, corpus_id=round.project.corpus_id)
