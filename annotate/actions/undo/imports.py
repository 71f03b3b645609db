"""Imported annotations taken back: the claims of one import and the readings that it opened, all of them or nothing.

Claims are in other people's readings, so that only an import which nobody has worked on can be taken back: a claim that
was changed, deleted or talked about since, or a reading that was submitted or withdrawn, keeps the whole of it there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import batched
from uuid import UUID

from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime

from annotate import permissions, records
from annotate.actions import places
from annotate.actions.batch import Batch
from annotate.actions.undo.base import Asking, by_whom, refuse
from annotate.models import (
    Answer,
    Claim,
    ClaimSpeaker,
    Layer,
    LayerKind,
    LayerStatus,
    Project,
    Recheck,
    Remark,
    Reporter,
    Span,
    Stance,
)
from annotate.models.layers import WRITABLE
from annotate.payloads.people import People
from annotate.permissions import Action
from annotate.reports.history import Names
from annotate.reports.history.words import object_name
from corpus.models import Change

ACTION = "annotations.import_undo"
AT_ONCE = 200
# What makes a reading more than an empty one: these hang on it.
WORK = (
    *("claims", "submissions", "remarks", "active_times", "no_claim_marks", "answers", "reassignments", "rechecks"),
    *("accounted", "decided_readings"),
)


@dataclass(slots=True)
class Imported:
    """What one import did to one reading: the claims with their versions, and whether it opened the reading."""

    claims: dict[UUID, int] = field(default_factory=dict)
    is_opened: bool = False


def undo_import(asking: Asking, project: Project) -> None:
    """Take back an import. Some 20 queries for each 200 readings. Raises PermissionDenied, or WrongState."""
    permissions.require(asking.user, Action.IMPORT_ANNOTATIONS, project.pk)
    first, imported = _read(asking.batch)
    for ids in batched(sorted(imported), AT_ONCE):
        found = {id: imported[id] for id in ids}
        locked = Layer.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
        layers = list(locked.select_related("document").defer("document__text"))
        _check_blind(asking, project, layers)
        _check_submitted(layers, found, first)
        _check_claims(asking, project, found)
        _take_back(asking, project, layers, found)


def _read(batch: UUID) -> tuple[int, dict[UUID, Imported]]:
    """Return the id of the first row, and what the rows did to each reading; nothing else of them is kept."""
    found: dict[UUID, Imported] = defaultdict(Imported)
    rows = Change.objects.filter(batch=batch).order_by("id")
    columns = ("object_type", "object_id", "before", "after")
    for kind, id, before, after in rows.values_list(*columns).iterator(chunk_size=1000):
        if kind == "claim" and before is None and after:
            found[UUID(after["layer"])].claims[UUID(id)] = after["version"]
        elif kind == "layer" and before is None and "document" in (after or {}):
            found[UUID(id)].is_opened = True
    return rows.values_list("id", flat=True)[0], dict(found)


def _check_blind(asking: Asking, project: Project, layers: list[Layer]) -> None:
    """Raise WrongState where a refusal would tell of a colleague's work on what is read blind."""
    own = Layer.objects.filter(project=project, annotator=asking.user.pk, kind=LayerKind.ANNOTATOR)
    of_others = {layer.document_id for layer in layers if layer.annotator_id != asking.user.pk}
    own = own.filter(round__is_blind=True, status__in=WRITABLE, document__in=of_others)
    if (blind := own.select_related("document").defer("document__text").first()) is not None:
        raise refuse(f"you read “{blind.document}” blind yourself and have not submitted it; submit it first.")


def _check_submitted(layers: list[Layer], found: dict[UUID, Imported], first: int) -> None:
    """Raise WrongState where claims were submitted or withdrawn. Of a reading that is gone the claims are gone too."""
    there = {layer.pk: layer for layer in layers}
    for layer in layers:
        if not layer.is_writable and found[layer.pk].claims:
            raise refuse(f"{_reading(layer)} is {layer.status}.")
    keys = [str(layer.pk) for layer in layers if found[layer.pk].claims]
    rows = Change.objects.filter(object_type="layer", object_id__in=keys, action="layer.submit", id__gt=first)
    if (row := rows.order_by("id").first()) is not None:
        at = date_format(localtime(row.at), "j F Y, H:i")
        raise refuse(f"{_reading(there[UUID(row.object_id)])} was submitted on {at} with what was imported.")


def _check_claims(asking: Asking, project: Project, found: dict[UUID, Imported]) -> None:
    wanted = {id: version for one in found.values() for id, version in one.claims.items()}
    for ids in batched(wanted, 1000):
        now = dict(Claim.objects.filter(pk__in=ids).values_list("pk", "version"))
        changed = next((id for id in ids if now.get(id) != wanted[id]), None)
        if changed is not None:
            raise refuse(_changed(asking, project, changed))
        remark = Remark.objects.filter(claim_key__in=ids).order_by("created_at").first()
        if remark is not None:
            raise refuse(f"there are remarks on the claim “{remark.quote or remark.claim_key}”.")


def _changed(asking: Asking, project: Project, claim_id: UUID) -> str:
    rows = Change.objects.filter(batch=asking.batch, object_type="claim", object_id=str(claim_id))
    change = rows.get()
    names = Names.of(project, [change], asking.user)
    return f"the claim “{object_name(change, names)}” was changed since{by_whom(change, names, asking)}."


def _reading(layer: Layer) -> str:
    assert layer.annotator_id is not None
    return f"the reading of “{layer.document}” by {People().name(layer.project_id, layer.annotator_id)}"


def _take_back(asking: Asking, project: Project, layers: list[Layer], found: dict[UUID, Imported]) -> None:
    batch = Batch(action=ACTION, actor=asking.user, project_id=project.pk, corpus_id=project.corpus_id)
    for ids in batched([id for one in found.values() for id in one.claims], 1000):
        for state in records.claim_dicts(Claim.objects.filter(pk__in=ids)):
            batch.add("claim", state["id"], before=state, after=None)
        _delete(ids)
        batch.write()
    for layer in layers:
        if n := len(found[layer.pk].claims):
            counted = {"n_claims": F("n_claims") - n, "version": F("version") + 1, "updated_at": asking.now}
            Layer.objects.filter(pk=layer.pk).update(**counted)
    _remove(layers, {layer.pk for layer in layers if found[layer.pk].is_opened}, batch)
    batch.write()


def _delete(ids: Iterable[UUID]) -> None:
    """Delete claims with what hangs on them: children first, a statement for each table."""
    for model in (Answer, Span, Stance, Reporter, ClaimSpeaker, Recheck):
        rows = model._default_manager.filter(claim__in=ids)
        rows._raw_delete(rows.db)
    claims = Claim.objects.filter(pk__in=ids)
    claims._raw_delete(claims.db)


def _remove(layers: Iterable[Layer], opened: set[UUID], batch: Batch) -> None:
    """Delete the readings that the import opened and in which nothing has been done since; their places are free."""
    nothing = Q(**{f"{name}__isnull": True for name in WORK})
    empty = Layer.objects.filter(nothing, pk__in=opened, status=LayerStatus.OPEN, has_nothing_to_code=False)
    gone = set(empty.values_list("pk", flat=True))
    for layer in layers:
        if layer.pk in gone:
            if layer.has_place and layer.round_id is not None:
                places.give_back(layer.round_id, layer.document_id)
            named = {"document": str(layer.document_id), "round": str(layer.round_id), "annotator": layer.annotator_id}
            batch.add("layer", layer.pk, before=named | {"status": str(layer.status)}, after=None)
    Layer.objects.filter(pk__in=gone).delete()
