"""Claims set back: one's own in an open layer by the usual actions, and those that a batch re-assignment changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F

from annotate import permissions, records
from annotate.actions import claim_rows, claims
from annotate.actions.batch import Batch
from annotate.actions.entries import EntryFinder
from annotate.actions.undo.base import TECHNICAL, Asking, State, is_as, refuse
from annotate.models import Adjudication, Claim, Layer, Project, Reassignment
from annotate.payloads.claims import parse_claim
from annotate.payloads.preconditions import Precondition
from annotate.permissions import Action
from annotate.records import Registries
from corpus.models import Change, Proposition, Speaker, Target

REASSIGN = "claim.reassign"


class ClaimRestorer:
    """Sets back claims. Entries that were merged or renamed meanwhile are the same entries."""

    def state(self, asking: Asking, change: Change) -> State:
        locked = Claim.objects.select_for_update(of=("self",)).filter(pk=change.object_id).values_list("version")
        version = locked.first()
        if version is None:
            return None
        now = records.claim_dict(UUID(change.object_id))
        after: State = change.after
        if after is None:
            return now
        as_chosen = records.claim_dict(UUID(change.object_id), Registries.as_chosen())
        readings = (_counted(now), _counted(as_chosen))  # a row may hold either
        is_same = version[0] == after.get("version") or any(is_as(one, _counted(after)) for one in readings)
        return after if is_same else now

    def restore(self, asking: Asking, change: Change) -> None:
        id = UUID(change.object_id)
        layer = Layer.objects.select_related("round", "project").get(pk=(change.after or change.before or {})["layer"])
        if layer.annotator_id == asking.user.pk and not _is_reassigned(asking, change):
            _restore_own(asking, change, id)
        elif change.before is None or change.after is None or not _is_reassigned(asking, change):
            raise refuse("claims in somebody’s own reading are theirs to change; ask them to undo it.")
        else:
            _restore_entries(asking, change, id, layer)


def _is_reassigned(asking: Asking, change: Change) -> bool:
    """Return whether the row is of a batch re-assignment, or of the undo of one."""
    if asking.action == REASSIGN:
        return True
    return Change.objects.filter(batch=change.batch, object_type="reassignment").exists()


def _restore_own(asking: Asking, change: Change, id: UUID) -> None:
    if change.before is None:
        claims.delete_claim(user=asking.user, claim_id=id, precondition=_as_stored(id), now=asking.now)
        return
    is_there = Claim.objects.filter(pk=id).exists()
    seen = _as_stored(id) if is_there else Precondition(if_none_match=frozenset("*"))
    round_id = UUID(change.before["round"]) if change.before.get("round") else None
    claims.put_claim(
        user=asking.user, claim_id=id, body=change.before, precondition=seen, now=asking.now, round_id=round_id
    )


def _as_stored(id: UUID) -> Precondition:
    version = Claim.objects.values_list("version", flat=True).get(pk=id)
    return Precondition(if_match=frozenset([str(version)]))


def _restore_entries(asking: Asking, change: Change, id: UUID, layer: Layer) -> None:
    """Write a claim of anybody's as it was before the re-assignment, with the entries that were chosen then."""
    permissions.require(asking.user, Action.EDIT_REGISTRIES, layer.project_id)
    chosen = Registries.as_chosen()
    stored = records.claim_dict(id, chosen)
    batch = Batch(action=REASSIGN, actor=asking.user, project_id=layer.project_id, corpus_id=layer.project.corpus_id)
    finder = EntryFinder(
        user=asking.user, corpus_id=layer.project.corpus_id, batch=batch, round=layer.round, registries=chosen
    )
    resolved = claim_rows.resolve_claim(
        claim=parse_claim(change.before),
        text=layer.document.text,
        version_id=layer.codebook_version_id,
        finder=finder,
        originals={},
    )
    content = claim_rows.content_of(resolved, chosen)
    claim_rows.replace_claim(
        claim_id=id, version=stored["version"] + 1, resolved=resolved, before=stored, after=content, now=asking.now
    )
    Layer.objects.filter(pk=layer.pk).update(version=F("version") + 1)
    Adjudication.objects.filter(project=layer.project_id, document=layer.document_id).update(is_stale=True)
    batch.add("claim", id, before=stored, after=records.claim_dict(id, Registries.as_chosen()))
    batch.write()


def undo_reassignments(asking: Asking, project: Project) -> None:
    """Have frozen readings read again as before a batch re-assignment."""
    rows = Reassignment.objects.filter(batch=asking.batch, layer__project=project, undone_at__isnull=True)
    if asking.action == REASSIGN and rows.update(undone_at=asking.now):
        _write(asking, project, asking.batch, is_undone=True)


class ReassignmentRestorer:
    """Lets a re-assignment count again whose undo is undone. The row names the batch of the re-assignment."""

    def state(self, asking: Asking, change: Change) -> State:
        rows = Reassignment.objects.select_for_update().filter(batch=change.object_id)
        undone = list(rows.values_list("undone_at", flat=True))
        return {"is_undone": all(undone)} if undone else None

    def restore(self, asking: Asking, change: Change) -> None:
        if change.project_id is None:
            raise refuse("it is not known in which project the claims are.")
        project = Project.objects.get(pk=change.project_id)
        permissions.require(asking.user, Action.EDIT_REGISTRIES, project.pk)
        is_undone = bool((change.before or {}).get("is_undone"))
        rows = Reassignment.objects.filter(batch=change.object_id)
        rows.update(undone_at=asking.now if is_undone else None)
        _write(asking, project, UUID(change.object_id), is_undone=is_undone)


def _write(asking: Asking, project: Project, batch_id: UUID, *, is_undone: bool) -> None:
    batch = Batch(action=REASSIGN, actor=asking.user, project_id=project.pk, corpus_id=project.corpus_id)
    batch.add("reassignment", batch_id, before={"is_undone": not is_undone}, after={"is_undone": is_undone})
    batch.write()


def _counted(claim: dict[str, Any]) -> dict[str, Any]:
    """Return what a claim says, its entries by the ids that count now and without their names."""
    registries = Registries()
    copy: dict[str, Any] = {key: value for key, value in claim.items() if key not in TECHNICAL | {"follows"}}
    refs = {"speakers": Speaker, "reported_by": Speaker}
    for key, model in refs.items():
        copy[key] = [found | _ref(registries, model, found) for found in claim.get(key) or []]
    for person in copy["speakers"]:
        person["represents"] = _ref(registries, Speaker, person.get("represents"))
    copy["proposition"] = _proposition(registries, claim.get("proposition"))
    copy["stances"] = [
        found
        | {"holder": _ref(registries, Speaker, found.get("holder"))}
        | {"target": _ref(registries, Target, found.get("target"))}
        for found in claim.get("stances") or []
    ]
    return copy


def _proposition(registries: Registries, found: Any) -> Any:
    if found is None:
        return None
    return _ref(registries, Proposition, found) | {"relation": found.get("relation")}


def _ref(registries: Registries, model: Any, found: Any) -> Any:
    """Return the id that counts now; the name says nothing of its own."""
    if found is None:
        return None
    id = UUID(found["id"])
    if not model.objects.filter(pk=id).exists():
        return {"id": str(id), "name": ""}
    registries.of(model).learn([id])
    return {"id": str(registries.of(model).known[id].id), "name": ""}
