"""Readings returned: a curator gives a submitted layer back with a remark, and may take that back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet

from annotate import permissions
from annotate.actions.batch import Batch
from annotate.actions.layers import change_status
from annotate.actions.talk import remark_on_return, remark_state
from annotate.models import Layer, LayerKind, LayerStatus, Remark, RemarkKind
from annotate.payloads.problems import NotThere, WrongState
from annotate.permissions import Action
from corpus.models import Change


@transaction.atomic
def return_layer(*, user: User, layer: Layer, now: datetime, remark: object = "") -> Layer:
    """Give a submitted layer back to its annotator, with what there is to say of it; empty for nothing."""
    layer = _locked(user, layer)
    if layer.status != LayerStatus.SUBMITTED:
        raise WrongState(f"This layer is {layer.status}; only a submitted layer can be returned.")
    if layer.round is not None and not layer.round.is_open:
        raise WrongState(f"Round “{layer.round.name}” is closed; open it, so that the layer can be worked on.")
    batch = _batch("layer.return", user, layer)
    change_status(layer, LayerStatus.RETURNED, batch=batch, now=now)
    if remark != "":
        remark_on_return(user=user, layer=layer, text=remark, batch=batch, now=now)
    batch.write()
    return layer


@transaction.atomic
def unreturn_layer(*, user: User, layer: Layer, now: datetime) -> Layer:
    """Take a return back while the annotator has not changed anything; its remark stays, as one like any other."""
    layer = _locked(user, layer)
    if layer.status != LayerStatus.RETURNED:
        raise WrongState(f"This layer is {layer.status}; only a returned layer can be taken back.")
    if not is_untouched(layer):
        raise WrongState("The annotator has begun to change this layer; it stays returned until it is submitted.")
    batch = _batch("layer.unreturn", user, layer)
    change_status(layer, LayerStatus.SUBMITTED, batch=batch, now=now)
    for remark in return_remarks([layer]):
        before = remark_state(remark)
        remark.kind = RemarkKind.REMARK
        remark.save(update_fields=["kind"])
        batch.add("remark", remark.pk, before=before, after=remark_state(remark))
    batch.write()
    return layer


def is_untouched(layer: Layer) -> bool:
    """Return whether a returned layer is still as it was when it was returned: each change counts its version on."""
    found = _last_return(layer)
    return found is not None and found["version"] == layer.version


def return_remarks(layers: Sequence[Layer]) -> QuerySet[Remark]:
    """Return what was said when the layers were returned, each since it was submitted last."""
    rows = Remark.objects.filter(layer__in=[layer.pk for layer in layers], kind=RemarkKind.RETURN)
    return rows.filter(Q(layer__submitted_at__isnull=True) | Q(created_at__gte=F("layer__submitted_at")))


def _last_return(layer: Layer) -> dict[str, Any] | None:
    rows = Change.objects.filter(object_type="layer", object_id=str(layer.pk), action="layer.return")
    return rows.order_by("-id").values_list("after", flat=True).first()


def _locked(user: User, layer: Layer) -> Layer:
    """Return the layer, locked. Raises NotThere where the caller may not see it, or PermissionDenied."""
    permissions.require(user, Action.RETURN_LAYERS, layer.project_id)
    rows = Layer.objects.select_for_update(of=("self",)).select_related("round", "project")
    found = rows.filter(pk=layer.pk, kind=LayerKind.ANNOTATOR).first()
    if found is None or not Layer.objects.visible_to(user).filter(pk=layer.pk).exists():
        raise NotThere("There is no such layer, or you may not see it.")
    return found


def _batch(action: str, user: User, layer: Layer) -> Batch:
    return Batch(action=action, actor=user, project_id=layer.project_id, corpus_id=layer.project.corpus_id)
