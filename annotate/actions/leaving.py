"""Members who leave: leases end, unfinished layers are withdrawn, and what was submitted stays under a pseudonym.

A withdrawn layer is kept and exported, but counts in no figure; its place goes back to the queue. Its owner takes it up
again by "next" or in the reader as long as a place is free; a manager may restore it for them, or release one.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.actions.layers import take_up, withdraw
from annotate.actions.projects import check_other_manager, lock_member, member_state
from annotate.models import Layer, LayerKind, LayerStatus, Member, Project
from annotate.models.layers import WRITABLE
from annotate.payloads.problems import NotThere, WrongState
from annotate.permissions import Action


@transaction.atomic
def remove_member(*, user: User, member: Member, now: datetime) -> Member:
    """End somebody's membership; managers may end every one, everybody their own."""
    if member.user_id != user.pk:
        permissions.require(user, Action.MANAGE_MEMBERS, member.project_id)
    return _leave(user, member, now)


@transaction.atomic
def leave_project(*, user: User, project: Project, now: datetime) -> Member:
    """End one's own membership. Raises NotThere, or WrongState for the last manager."""
    member = Member.objects.filter(project=project, user=user.pk, left_at__isnull=True).first()
    if member is None:
        raise NotThere("You are no member of this project.")
    return _leave(user, member, now)


def _leave(user: User, member: Member, now: datetime) -> Member:
    member = lock_member(member)
    check_other_manager(member)
    # Opening a layer locks this row too (see open_layer), so none is opened that the loop below would not see.
    Member.objects.select_for_update().get(pk=member.pk)
    before = member_state(member)
    member.left_at = now
    member.save(update_fields=["left_at"])
    project = member.project
    batch = Batch(action="member.leave", actor=user, project_id=project.pk, corpus_id=project.corpus_id)
    batch.add("member", project.pk, before=before, after=member_state(member))
    for layer in unfinished_layers(member):
        withdraw(layer, batch, now=now)
    batch.write()
    return member


def unfinished_layers(member: Member) -> QuerySet[Layer]:
    """Return the person's open and returned layers in the project, locked; in the order in which places are locked."""
    own = Layer.objects.filter(project=member.project_id, annotator=member.user_id, kind=LayerKind.ANNOTATOR)
    unfinished = own.filter(status__in=WRITABLE).select_related("round", "project")
    return unfinished.select_for_update(of=("self",)).order_by("document", "id")


@transaction.atomic
def release_layer(*, user: User, layer: Layer, now: datetime) -> Layer:
    """Withdraw one unfinished layer, for managers: its place goes back to the queue, its owner stays a member."""
    permissions.require(user, Action.MANAGE_MEMBERS, layer.project_id)
    layer = _locked(layer)
    if layer.status not in WRITABLE:
        raise WrongState(f"This layer is {layer.status}; only an open or returned layer can be released.")
    batch = Batch(action="layer.release", actor=user, project_id=layer.project_id, corpus_id=layer.project.corpus_id)
    withdraw(layer, batch, now=now)
    batch.write()
    return layer


@transaction.atomic
def restore_layer(*, user: User, layer: Layer, now: datetime) -> Layer:
    """Open a withdrawn layer again, where a place is free: by its owner, or for them by a manager."""
    if layer.annotator_id != user.pk:
        permissions.require(user, Action.MANAGE_MEMBERS, layer.project_id)
    layer = _locked(layer)
    if layer.status != LayerStatus.WITHDRAWN:
        raise WrongState(f"This layer is {layer.status}; only a withdrawn layer can be restored.")
    if layer.round is not None and not layer.round.is_open:
        raise WrongState(f"Round “{layer.round.name}” is closed; open it before you restore its layers.")
    if not Member.objects.active().filter(project=layer.project_id, user=layer.annotator_id).exists():
        raise WrongState("Its annotator is no active member of this project; add them to it first.")
    return take_up(layer, user=user, now=now)


def _locked(layer: Layer) -> Layer:
    """Return the annotator's layer anew, locked. Raises NotThere."""
    rows = Layer.objects.select_for_update(of=("self",)).select_related("round", "project")
    found = rows.filter(pk=layer.pk, kind=LayerKind.ANNOTATOR).first()
    if found is None:
        raise NotThere("There is no such layer of an annotator.")
    return found
